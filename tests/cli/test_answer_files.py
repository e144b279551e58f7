"""Files of answers from `review`, read as they are by `agree`, `count` and `evaluate`."""

import csv
import json
import re

import pytest
from command_line import run

from textclf.corpus.given_answers import GivenAnswer
from textclf.corpus.records import Record
from textclf.review_page.answers import AnswerFile

TEXTS = {
    "sport": "The captain scored twice and the club won the cup after extra time in match",
    "crime": "Police arrested two men after an armed robbery at a shop, the third in week",
}
SPORT, CRIME = TEXTS


def answer(name, label, coder="ann", *, scheme="topic", text="", **given):
    given = {"order": "random", "inclusion": 0.2, **given}
    given.setdefault("key", f"{coder}-{name}-{label}-{given['order']}")
    labels = {} if given.get("undo") else {scheme: (label,)}
    made = GivenAnswer(f"{scheme} 1.3 abc", coder, **given)
    return Record(name, text or f"Text of {name}.", labels, answer=made)


def write(path, *records):
    file = AnswerFile(path)
    for record in records:
        file.append(record)
    file.close()
    return path


def printed(result, code=0):
    assert result.returncode == code, result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()
    return [" ".join(line.split()) for line in result.stdout.decode().splitlines()]


@pytest.fixture
def mine(tmp_path):
    """Answers of bob and ann in turn to ten texts; they differ on the last two."""
    records = []
    for number in range(10):
        ann, bob = SPORT if number % 2 else CRIME, SPORT if number % 2 else CRIME
        bob = SPORT if number == 8 else CRIME if number == 9 else bob
        both = [answer(f"a{number}", ann), answer(f"a{number}", bob, "bob", order="double")]
        records += both if number % 3 else both[::-1]
    return write(tmp_path / "mine.jsonl", *records)


def test_agree_tells_the_coders_of_a_file_of_answers_apart_by_name(mine, tmp_path):
    listed, scores = tmp_path / "differ.csv", tmp_path / "scores.json"

    found = printed(run("agree", mine, "--disagreements", listed, "-o", scores))

    assert found[0] == "10 texts, 10 with two or more answers, 2 coders"
    assert "percent agreement 0.800" in " ".join(found)
    assert json.loads(scores.read_text("utf-8"))["coders"] == ["ann", "bob"]
    rows = list(csv.DictReader(listed.read_text("utf-8").splitlines()))
    assert [(row["id"], row["ann"], row["bob"]) for row in rows] == [
        ("a8", CRIME, SPORT),
        ("a9", SPORT, CRIME),
    ]
    assert rows[0]["text"] == "Text of a8."


def test_agree_takes_the_answers_that_hold_and_no_decision_between_coders(tmp_path):
    path = write(
        tmp_path / "mine.jsonl",
        answer("a", SPORT),
        answer("a", CRIME),
        answer("a", CRIME, "bob"),
        answer("b", SPORT),
        answer("b", CRIME, "bob"),
        answer("b", CRIME, "bob", undo=True, order="search"),
        answer("c", SPORT),
        answer("c", SPORT, "bob"),
        answer("c", CRIME, "bob", order="adjudicate"),
    )

    found = printed(run("agree", path))

    assert found[0] == "3 texts, 2 with two or more answers, 2 coders"
    assert "percent agreement 1.000" in " ".join(found)


def test_coders_without_a_name_are_called_by_their_files(tmp_path):
    write(tmp_path / "one.jsonl", answer("a", SPORT, ""), answer("b", SPORT, ""))
    write(
        tmp_path / "other.jsonl", answer("a", SPORT, "", key="k1"), answer("b", CRIME, "", key="k2")
    )

    found = printed(run("agree", "one.jsonl", "other.jsonl", cwd=tmp_path))

    assert found[0] == "2 texts, 2 with two or more answers, 2 coders"
    assert any(line.startswith("one.jsonl and other.jsonl 2 ") for line in found)


def test_agree_asks_for_the_scheme_where_there_are_several(mine):
    write(mine, *(answer("a1", "favor", one, scheme="stance") for one in ("ann", "bob")))

    result = run("agree", mine)
    assert result.returncode
    assert b"there are answers under stance, topic; name one with --scheme" in result.stderr
    assert printed(run("agree", mine, "-s", "stance"))[0].startswith("1 text, 1 with two")


def test_agree_says_that_one_coder_alone_does_not_do(tmp_path):
    result = run("agree", write(tmp_path / "mine.jsonl", answer("a", SPORT)))

    assert b"there is one coder, 'ann'; agreement needs two" in result.stderr


def test_corpus_agree_keeps_the_coders_apart_whoever_answered_first(mine):
    found = printed(run("corpus", "agree", mine))

    assert found[0] == "topic: 10 texts, 10 with two or more answers, 2 coders"
    assert "ann bob texts" in found
    assert any(line.startswith("ann and bob 10 ") for line in found)
    assert f"{CRIME} {SPORT} 1" in found
    assert f"{SPORT} {CRIME} 1" in found


def test_corpus_agree_says_under_which_scheme_there_is_one_coder(mine):
    write(mine, answer("a1", "favor", scheme="stance"))

    found = printed(run("corpus", "agree", mine))

    assert found[0].startswith("topic: 10 texts")
    assert found[-1] == "stance: there is one coder, 'ann'; agreement needs two"


def archive(tmp_path, rows=200):
    path = tmp_path / "coded.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        labels = [(f"a{n}", SPORT if n % 2 else CRIME) for n in range(rows)]
        csv.writer(stream).writerows([("id", "topic"), *labels])
    return path


def test_count_is_corrected_by_the_settled_labels_of_a_file_of_answers(tmp_path):
    coded = archive(tmp_path)
    drawn = [answer(f"a{n}", CRIME if n < 30 else SPORT) for n in range(40)]
    gold = write(
        tmp_path / "mine.jsonl",
        *drawn,
        answer("a0", SPORT, "bob", order="double"),
        answer("a39", CRIME, "bob", order="double"),
        answer("a39", CRIME, "eve", order="adjudicate"),
        *(answer(f"a{n}", CRIME, order="teach", inclusion=0.0) for n in range(100, 150)),
    )
    out = tmp_path / "out.json"

    result = run("count", coded, "--label", "topic", "--gold", gold, "-o", out)

    printed(result)
    assert b"1 row left out: nothing in 'gold'" in result.stderr
    best = {one["label"]: one for one in json.loads(out.read_text("utf-8")) if one["report"]}
    assert best[CRIME]["coded"] == 39
    assert best[CRIME]["share"] == pytest.approx(0.5 * 14 / 19 + 0.5 * 16 / 20, abs=1e-6)


def test_count_uses_the_inclusion_probabilities_that_the_answers_state(tmp_path):
    coded = archive(tmp_path)
    often = [answer(f"a{n}", CRIME, inclusion=0.5) for n in range(20)]
    seldom = [answer(f"a{n}", SPORT, inclusion=0.1) for n in range(20, 40)]
    gold = write(tmp_path / "mine.jsonl", *often, *seldom)
    out = tmp_path / "out.json"

    printed(run("count", coded, "--label", "topic", "--gold", gold, "-o", out))

    best = {one["label"]: one for one in json.loads(out.read_text("utf-8")) if one["report"]}
    assert best[CRIME]["share"] == pytest.approx(2 / (2 + 10), abs=1e-6)


def test_count_refuses_answers_of_which_none_was_drawn_at_random(tmp_path):
    taught = [answer(f"a{n}", CRIME, order="teach", inclusion=0.0) for n in range(40)]
    gold = write(tmp_path / "mine.jsonl", *taught)
    arguments = ("count", archive(tmp_path), "--label", "topic", "--gold", gold)

    assert b"no answer is of the random sample; code some" in run(*arguments).stderr
    assert not run(*arguments, "--simple-random").returncode


def test_count_shows_two_ids_where_answers_to_passages_meet_an_archive_of_articles(tmp_path):
    gold = write(tmp_path / "mine.jsonl", *(answer(f"a{n}#1", CRIME) for n in range(40)))

    result = run("count", archive(tmp_path), "--label", "topic", "--gold", gold)

    assert b"coded.csv too: 'a0#1' here, 'a0' there" in result.stderr


def answered(tmp_path, drawn, taught):
    texts = list(TEXTS.items())
    records = []
    for number in range(drawn + taught):
        label, text = texts[number % 2]
        chosen = {} if number < drawn else {"order": "teach", "inclusion": 0.0}
        records.append(answer(f"a{number}", label, text=f"{text} {number}.", **chosen))
    return write(tmp_path / "mine.jsonl", *records)


@pytest.mark.parametrize(
    ("drawn", "taught", "measured", "told"),
    [
        (20, 12, 20, "20 of 32 answered texts are of the random sample: scores are of these, and"),
        (
            19,
            12,
            31,
            "warning: 19 of 31 answered texts are of the random sample, and 20 are needed",
        ),
        (12, 0, 12, "12 of 12 answered texts are of the random sample: scores are of these"),
    ],
)
def test_evaluate_measures_the_random_part_of_the_answers_if_it_is_large_enough(
    tmp_path, drawn, taught, measured, told
):
    out = tmp_path / "scores.json"

    result = run("evaluate", "topic", answered(tmp_path, drawn, taught), "-o", out)

    printed(result)
    assert told in result.stderr.decode()
    assert json.loads(out.read_text("utf-8"))["texts"] == measured


def test_evaluate_weights_answers_by_the_inclusion_probability_that_they_state(tmp_path):
    arguments = ("--inclusion-field", "answer.inclusion")

    result = run("evaluate", "topic", answered(tmp_path, 20, 5), *arguments)
    assert not result.returncode, result.stderr
    result = run("evaluate", "topic", answered(tmp_path, 0, 5), *arguments)
    assert re.search(rb"mine.jsonl:\d+: states no inclusion probability; leave out", result.stderr)
