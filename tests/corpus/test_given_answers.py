"""Answers from the review page in a corpus: which hold, and what coders agree on."""

import json

import pytest

from textclf.codebook.scheme import Label, Scheme
from textclf.corpus.audit import check_files
from textclf.corpus.given_answers import GivenAnswer, held_answers
from textclf.corpus.records import Corpus, Record, as_dict, parse_record
from textclf.errors import CorpusError

RAIN = Scheme("rain", (Label("rain"), Label("dry")))


def answer(text, label, coder="ann", **given):
    labels = {} if given.get("undo") else {"rain": (label,)}
    return Record(text, f"Text {text}.", labels, answer=GivenAnswer("rain 1 abc", coder, **given))


def corpus(tmp_path, *records):
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(as_dict(one)) + "\n" for one in records), "utf-8")
    return Corpus.read([path])


def held(*records):
    return [(one.id, one.labels["rain"][0]) for one in held_answers(records)]


def test_the_last_answer_of_a_coder_to_a_text_holds():
    assert held(answer("a", "rain"), answer("b", "rain"), answer("a", "dry")) == [
        ("a", "dry"),
        ("b", "rain"),
    ]


def test_an_answer_that_was_taken_back_is_gone_and_the_one_before_holds_again():
    undo = answer("a", "", undo=True)

    assert held(answer("a", "rain"), undo) == []
    assert held(answer("a", "rain"), answer("a", "dry"), undo) == [("a", "rain")]
    assert held(answer("a", "rain"), answer("a", "dry"), undo, undo, undo) == []


def test_taking_back_concerns_the_coder_and_the_text_alone():
    both = answer("a", "rain"), answer("a", "dry", "bob"), answer("b", "dry")

    assert held(*both, answer("a", "", undo=True)) == [("a", "dry"), ("b", "dry")]


def test_an_answer_that_was_sent_twice_is_one():
    twice = answer("a", "rain", key="k"), answer("a", "dry"), answer("a", "rain", key="k")

    assert held(*twice) == [("a", "dry")]


def test_an_answer_that_enters_the_random_sample_takes_the_place_of_the_one_before():
    twice = answer("a", "rain", order="search"), answer("a", "rain", order="random", key="k/drawn")

    assert [one.answer.order for one in held_answers(twice)] == ["random"]
    assert held(*twice, answer("a", "", undo=True)) == []


def test_a_text_that_two_coders_agree_on_is_one_record_with_the_labels_of_both(tmp_path):
    (record,) = corpus(tmp_path, answer("a", "rain"), answer("a", "rain", "bob")).records

    assert record.labels == record.labels_a == record.labels_b == {"rain": ("rain",)}


def test_a_text_that_coders_disagree_on_has_no_label_until_one_decides(tmp_path):
    both = answer("a", "rain"), answer("a", "dry", "bob")
    decision = answer("a", "dry", "ann", order="adjudicate")

    assert not corpus(tmp_path, *both).labelled(RAIN).records
    (record,) = corpus(tmp_path, *both, decision).labelled(RAIN).records
    assert record.labels == {"rain": ("dry",)}
    assert (record.labels_a, record.labels_b) == ({"rain": ("rain",)}, {"rain": ("dry",)})


def test_coders_of_two_files_are_brought_together(tmp_path):
    paths = [tmp_path / "ann.jsonl", tmp_path / "bob.jsonl"]
    for path, coder in zip(paths, ("ann", "bob"), strict=True):
        path.write_text(json.dumps(as_dict(answer("a", "rain", coder))) + "\n", "utf-8")

    assert len(Corpus.read(paths)) == 1


def test_the_record_of_a_text_says_that_it_was_drawn_at_random_if_one_coder_drew_it(tmp_path):
    taught = answer("a", "rain", order="teach")
    drawn = answer("a", "rain", "bob", order="random", inclusion=0.1)

    (record,) = corpus(tmp_path, taught, drawn).records
    assert (record.answer.order, record.answer.inclusion) == ("random", 0.1)


def test_records_that_are_no_answers_stay_as_they_are(tmp_path):
    plain = Record("a", "One.", {"rain": ("rain",)})

    assert len(corpus(tmp_path, plain, plain).records) == 2


def test_an_answer_is_written_as_it_was_read():
    line = as_dict(answer("a", "rain", time="now", order="random", inclusion=0.5, note="unsure"))

    assert as_dict(parse_record(line, "x:1")) == line
    assert "undo" not in line["answer"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"coder": "ann"}, "answer.scheme is missing"),
        ({"scheme": "rain 1", "codr": "x"}, "no field answer.codr; did you mean 'coder'"),
        ({"scheme": "rain 1", "inclusion": "x"}, "answer.inclusion must be a float"),
        ([], "answer must be a dict"),
    ],
)
def test_an_answer_that_is_none_is_refused_with_its_place(given, reason):
    with pytest.raises(CorpusError, match=f"x:1: .*{reason}"):
        parse_record({"id": "a", "text": "One.", "labels": {}, "answer": given}, "x:1")


def test_check_tells_of_a_text_that_coders_disagree_on_and_of_no_id_used_twice(tmp_path):
    corpus(tmp_path, answer("a", "rain"), answer("a", "dry", "bob"))
    (tmp_path / "rain.toml").write_text(
        'format = 2\nname = "rain"\nversion = "1"\nkind = "single"\ntitle = "Rain"\n'
        'question = "Rain?"\n[[labels]]\nname = "rain"\ndefinition = "r"\n'
        '[[labels]]\nname = "dry"\ndefinition = "d"\n',
        "utf-8",
    )

    found = check_files([str(tmp_path / "mine.jsonl")], [], [str(tmp_path / "rain.toml")]).findings
    assert any("coders disagree" in one.message for one in found)
    assert not any("already used" in one.message for one in found)
