"""`evaluate`, `agree` and `compare` on tables of any origin."""

import csv
import json
import re

import pytest
from command_line import run

from textclf._resources import bundled_path

HEADER = "id,topic,topic_prob,other,topic_human,article,weight"
ROWS = [
    ",".join(
        (
            f"r{n}",
            "law" if n % 5 else "war",
            "0.8",
            "law",
            "law" if n % 6 else "war",
            f"a{n // 2}",
            str(1 + n % 3),
        )
    )
    for n in range(60)
]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "coded.csv"
    path.write_text("\n".join([HEADER, *ROWS, "r60,law,0.9,law,NA,a30,1"]) + "\n", "utf-8")
    return path


def lines(result, code=0):
    assert result.returncode == code, result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()
    assert "np." not in result.stdout.decode()
    return result.stdout.decode()


def test_a_column_of_labels_is_evaluated_against_another(table, tmp_path):
    out = tmp_path / "scores.json"

    result = run(
        *("evaluate", table, "--predicted", "topic", "--gold", "topic_human"),
        *("--group-field", "article", "--weight-field", "weight", "-o", out),
    )

    text = lines(result)
    assert re.search(r"macro-F1 +0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]", text)
    assert "Brier score" in text
    assert "majority" in text
    assert "do not trust war: 10 texts have it" in text
    assert b"1 row without a label in 'topic_human': left out" in result.stderr
    found = json.loads(out.read_text("utf-8"))
    assert found["texts"] == 60
    assert found["labels"]["war"]["support"] == 10
    assert not found["labels"]["war"]["trusted"]


def test_labels_of_people_may_be_in_a_table_of_their_own(table, tmp_path):
    gold = tmp_path / "gold.csv"
    gold.write_text("id,coder\nr5,war\nr0,war\nr1,law\nr99,law\n", "utf-8")
    out = tmp_path / "scores.csv"

    result = run(
        *("evaluate", table, "--predicted", "topic", "--gold", "coder", "--gold-file", gold),
        *("--id-field", "id", "-o", out),
    )

    lines(result)
    assert b"1 row of" in result.stderr
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    accuracy = next(one for one in rows if one["figure"] == "accuracy")
    assert (float(accuracy["value"]), accuracy["texts"]) == (1, "3")


@pytest.mark.parametrize(
    ("threshold", "code", "told"),
    [
        ("macro_f1=0.1", 0, ""),
        ("0.999", 4, "macro_f1 0."),
        ("war.recall=0.99", 4, "war.recall 0."),
        ("macrof1=0.5", 1, "did you mean 'macro_f1'?"),
        ("macro_f1=high", 1, "is not FIGURE=NUMBER"),
        ("macro_f1=nan", 1, "is not FIGURE=NUMBER"),
    ],
)
def test_a_figure_under_its_threshold_ends_with_code_4(table, threshold, code, told):
    result = run(
        *("evaluate", table, "--predicted", "topic", "--gold", "topic_human"),
        *("--fail-under", "accuracy=0.1", "--fail-under", threshold),
    )

    assert result.returncode == code
    assert told in result.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--predicted", "topik", "--gold", "topic_human"], "no column 'topik'; did you mean"),
        (["--predicted", "topic"], "--predicted needs --gold"),
        ([], "there is nothing to evaluate on"),
        (["--predicted", "topic", "--gold", "topic_human", "-o", "a.png"], "a.png: name it .csv"),
    ],
)
def test_a_mistake_is_told_in_one_line(table, arguments, error):
    result = run("evaluate", table, *arguments)

    told = result.stderr.decode().splitlines()
    assert result.returncode == 1
    assert len(told) == 1
    assert error in told[0]


def test_texts_that_a_bundled_model_was_trained_on_are_refused_unless_asked_for(tmp_path):
    lines_of = (bundled_path("corpus") / "briefs.jsonl").read_text("utf-8").splitlines()[:12]
    path = tmp_path / "seen.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["text", "label"])
        for line in lines_of:
            record = json.loads(line)
            if "topic" in record["labels"]:
                writer.writerow([record["text"].upper(), record["labels"]["topic"]])

    refused = run("evaluate", "topic", path)
    allowed = run("evaluate", "topic", path, "--allow-training-rows")

    assert refused.returncode == 1
    assert b"12 of 12 texts are among those that the model was trained on" in refused.stderr
    assert "keywords" in lines(allowed)
    assert b"warning: 12 of 12 texts" in allowed.stderr


def test_coders_in_columns_and_in_rows_agree_alike(tmp_path):
    answers = {"ann": ["war", "law", "law", "war", "law"], "bob": ["war", "law", "war", "", "law"]}
    wide = tmp_path / "wide.csv"
    rows = zip(*answers.values(), strict=True)
    wide.write_text(
        "id,ann,bob,body\n" + "".join(f"{n},{a},{b},Text {n}\n" for n, (a, b) in enumerate(rows))
    )
    long = tmp_path / "long.jsonl"
    long.write_text(
        "".join(
            json.dumps({"unit": n, "who": who, "label": label or None}) + "\n"
            for who, given in answers.items()
            for n, label in enumerate(given)
        )
    )
    page, listed = tmp_path / "differ.html", tmp_path / "differ.csv"

    first = run(
        "agree", wide, "--coders", "ann,bob", "--text-field", "body", "--disagreements", page
    )
    run("agree", wide, "--coders", "ann,bob", "--text-field", "body", "--disagreements", listed)
    second = run("agree", long, "--id-field", "unit", "--coder-field", "who")

    scores = tmp_path / "agreement.json"
    run("agree", wide, "--coders", "ann,bob", "-o", scores)
    found = json.loads(scores.read_text("utf-8"))

    assert (found["texts"], found["coders"], len(found["alpha"])) == (4, ["ann", "bob"], 3)
    assert lines(first) == lines(second)
    assert "5 texts, 4 with two or more answers, 2 coders" in lines(first)
    assert "<p style" in page.read_text("utf-8")
    assert "http" not in page.read_text("utf-8")
    [row] = csv.DictReader(listed.read_text("utf-8").splitlines())
    assert (row["id"], row["ann"], row["bob"], row["text"]) == ("2", "law", "war", "Text 2")


def test_the_edge_cases_of_the_codebook_are_beside_a_disagreement_of_corpus_coders(tmp_path):
    record = {"id": "x", "labels": {}, "text": "T"}
    coded = [
        {**record, "id": str(n), "labels_a": {"stance": a}, "labels_b": {"stance": b}}
        for n, (a, b) in enumerate([("favor", "none"), ("against", "against"), ("none", "none")])
    ]
    path = tmp_path / "records.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in coded))
    listed = tmp_path / "differ.csv"

    result = run(
        *("agree", path, "--coders", "labels_a.stance,labels_b.stance", "-s", "stance"),
        *("--disagreements", listed),
    )

    lines(result)
    [row] = csv.DictReader(listed.read_text("utf-8").splitlines())
    assert "favor excludes:" in row["codebook"]
    assert row["decision"] == ""


def test_agreement_without_variation_is_said_to_be_undefined(tmp_path):
    path = tmp_path / "same.csv"
    path.write_text("id,a,b\n1,no,no\n2,no,no\n")

    text = lines(run("agree", path, "--coders", "a,b"))

    assert re.search(r"alpha \(nominal\) +undefined", text)
    assert "alpha is undefined: all answers are the same" in text


def test_two_columns_are_compared_on_the_same_rows(table, tmp_path):
    out = tmp_path / "difference.json"

    text = lines(run("compare", "topic", "other", table, "--gold", "topic_human", "-o", out))

    assert "difference and 95% interval" in text
    assert json.loads(out.read_text())["texts"] == 60


def test_a_report_is_one_page_with_the_scores_by_the_values_of_a_column(table, tmp_path):
    pytest.importorskip("matplotlib")
    page, folder = tmp_path / "scores.html", tmp_path / "figures"

    result = run(
        *("evaluate", table, "--predicted", "topic", "--gold", "topic_human", "--by", "other"),
        *("--report", page, "--figures", folder),
    )

    lines(result)
    html = page.read_text("utf-8")
    for part in ("Confusion matrix", "Reliability", "Coverage", "Scores by other", "law (60)"):
        assert part in html
    assert "do not trust war: 10 texts have it" in html
    assert {path.suffix for path in folder.iterdir()} == {".pdf", ".svg"}
    assert f"wrote {page}" in result.stderr.decode()


def test_the_report_of_a_model_shows_its_surest_errors_and_its_terms(tmp_path):
    pytest.importorskip("matplotlib")
    page = tmp_path / "scores.html"
    texts = {
        "Heavy snowfall and a cold wave are forecast for the valley.": "weather",
        "The captain scored twice and the club won the cup.": "weather",
        "Rain and wind will lash the coast until Friday.": "weather",
        "The bowler took the last wicket and the match was over.": "sport",
    }
    rows = "".join(f"{label},{text}\n" for text, label in texts.items())
    (tmp_path / "own.csv").write_text(f"label,text\n{rows}", "utf-8")

    lines(run("evaluate", "topic", tmp_path / "own.csv", "--report", page))

    html = page.read_text("utf-8")
    assert "machine <b>sport</b> over 99%, human <b>weather</b>" in html
    assert "scored" in html
    assert "<mark" in html
    assert "snowfall" in html.partition("Terms that decide each label")[2]


def test_a_model_is_evaluated_with_the_sampling_weights_of_its_texts(tmp_path):
    path = tmp_path / "sample.csv"
    rows = [
        ("Heavy rain and hail lashed the valley, the met office said.", "weather", 0.5),
        ("The batsman hit a century and the team won the match.", "sport", 0.5),
        ("The striker scored twice in the league final.", "weather", 0.1),
    ]
    path.write_text("text,label,pi\n" + "".join(f'"{t}",{la},{p}\n' for t, la, p in rows))
    out = tmp_path / "scores.json"

    lines(run("evaluate", "topic", path, "--inclusion-field", "pi", "-o", out))

    accuracy = json.loads(out.read_text("utf-8"))["accuracy"][0]
    assert accuracy == pytest.approx(4 / 14, abs=1e-4)
    assert "average_precision" in json.loads(out.read_text("utf-8"))["labels"]["weather"]


def test_an_empty_cell_with_status_ok_is_an_answer_of_no_label(tmp_path):
    path = tmp_path / "themes.csv"
    rows = ["a,,ok,law|war", "b,law|war,ok,war|law", "c,,abstained,law", "d,,ok,war"]
    path.write_text("\n".join(["id,themes,themes_status,gold", *rows]))
    out = tmp_path / "scores.json"

    lines(run("evaluate", path, "--predicted", "themes", "--gold", "gold", "-o", out))

    found = json.loads(out.read_text("utf-8"))
    assert found["answered"] == 0.75
    assert found["accuracy"][0] == 0.25


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        (("51", "1"), "sure.csv:2: p_prob is '51'; give a probability from 0 to 1, such as"),
        (("-0.2", "1"), "sure.csv:2: p_prob is '-0.2'; give a probability from 0 to 1"),
        (("0.9", "inf"), "sure.csv:2: w is 'inf'; give a number above 0, and finite"),
    ],
)
def test_probabilities_and_weights_that_cannot_be_are_refused(tmp_path, cells, error):
    path = tmp_path / "sure.csv"
    path.write_text(f"id,p,g,p_prob,w\n1,a,a,{','.join(cells)}\n2,b,a,0.6,1\n")

    result = run("evaluate", path, "--predicted", "p", "--gold", "g", "--weight-field", "w")

    [told] = result.stderr.decode().splitlines()
    assert result.returncode == 1
    assert error in told


def told(tmp_path, table, *arguments):
    """Return what a command prints, on the screen and beside it, for a table of a few rows."""
    path = tmp_path / "own.csv"
    path.write_text(table.replace(" ", "\n") + "\n")
    result = run(arguments[0], *arguments[1:-1], path, *arguments[-1].split())
    return lines(result), result.stderr.decode()


def test_compare_spells_the_truth_and_both_systems_once(tmp_path):
    table = "id,g,x,y 1,war,War,War 2,War,War,War 3,law,law,jus 4,law,law,law"

    text, _ = told(tmp_path, table, "compare", "x", "y", "--gold g --fold-case --rename jus=law")

    assert "100.0% with the same answer" in text
    assert re.search(r"accuracy +1\.0+ +1\.0+ ", text)


def test_a_label_renamed_to_nothing_leaves_its_rows_out(tmp_path):
    table = "id,p,g 1,a,a 2,b,b 3,b,a 4,b,b"

    text, beside = told(tmp_path, table, "evaluate", "--predicted p --gold g --rename a=")

    assert "2 rows without a label in 'g': left out" in beside
    assert text.startswith("2 texts, 100.0% with an answer")


def test_fold_case_is_advised_only_where_it_helps(tmp_path):
    of = ("evaluate", "--predicted p --gold g")

    _, numbers = told(tmp_path, "id,p,g 1,1,1.0 2,0,0", *of)
    _, words = told(tmp_path, "id,p,g 1,War,war 2,law,law", *of)

    assert "'1', '1.0' are 2 labels; make them one with --rename '1'='1.0'" in numbers
    assert "make them one with --fold-case, or --rename 'War'='war'" in words


def test_labels_and_coders_that_may_be_one_are_told(tmp_path):
    table = "text,coder,label 1,bob,War 1,ann,war 2,Bob,law 2,ann,law"

    _, beside = told(tmp_path, table, "agree", "--id-field text --coder-field coder")

    assert "'War', 'war' are 2 labels; write them alike if they are one" in beside
    assert "'Bob', 'bob' are 2 coders; write them alike if they are one" in beside


def test_a_label_without_a_column_of_probabilities_is_named(tmp_path):
    of = ("evaluate", "--predicted p --gold g")

    text, beside = told(tmp_path, "id,p,g,p_prob_a,p_prob_b 1,c,a,.2,.3 2,b,b,.4,.6", *of)

    assert "Brier" not in text
    assert "'c' is a label, and there is no column p_prob_c" in beside


def test_fold_case_takes_the_labels_of_the_columns_of_probabilities(tmp_path):
    table = "id,p,g,p_prob_a,p_prob_b 1,a,A,.8,.2 2,b,B,.4,.6 3,b,B,.4,.6"

    text, _ = told(tmp_path, table, "evaluate", "--predicted p --gold g --fold-case")

    assert "Brier score" in text
    assert "average precision" in text


def test_few_groups_are_warned_of(tmp_path):
    table = "id,p,g,art " + " ".join(f"{n},a,{'ab'[n % 3 > 1]},{n % 4}" for n in range(40))

    grouped = "--group-field art"
    _, beside = told(tmp_path, table, "evaluate", f"--predicted p --gold g {grouped}")
    _, agreed = told(tmp_path, table, "agree", f"--coders p,g {grouped}")

    assert "the 40 rows are in 4 groups of 'art'; intervals of fewer than 20 groups" in beside
    assert "the 40 rows are in 4 groups of 'art'" in agreed


def test_one_text_is_not_told_as_several(tmp_path):
    table = "id,p,g 1,a,a"

    scored, _ = told(tmp_path, table, "evaluate", "--predicted p --gold g")
    agreed, _ = told(tmp_path, table, "agree", "--coders p,g")

    assert scored.startswith("1 text, ")
    assert agreed.startswith("1 text, ")
    assert re.search(r"code texts until about \d+ have it", scored)
