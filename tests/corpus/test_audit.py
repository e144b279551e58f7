"""What an audit of corpus files finds, and that the bundled corpus passes it."""

import json
from dataclasses import replace

import pytest

from textclf.codebook.scheme import EdgeCase, Label, Scheme
from textclf.codebook.scheme_file import find_scheme
from textclf.corpus.audit import check_files, check_plan
from textclf.corpus.records import Corpus, Record
from textclf.corpus.sampling_plan import Plan

NOUNS = "anvil barge cedar ditch ember flute gourd hatch inlet joist kiln ledge mango nylon"
SENTENCES = [
    f"The {noun} was carried past the old mill while the {noun} seller counted {noun}s by hand."
    for noun in [*NOUNS.split(), "otter", "plank", "quill", "ridge", "siren", "towel"]
]
MILL = "Nobody at the mill remembers who first hung the brass bell over its eastern door in spring."


def record(name, text, label="rain", **more):
    return Record(name, text, {"sky": (label,)}, place=f"sky.jsonl:{name}", **more)


PLANNED = Scheme(
    "sky", (Label("rain"), Label("dry")), edge_cases=(EdgeCase("dew at dawn", "dry", "dew"),)
)
PLAN = Plan(
    metadata={"genre": ("report", "column")},
    regions={},
    subjects={"sky": ("hail", "fog")},
    least={
        "passages": 2,
        "words": 1,
        "distinct_words": 1,
        "articles": 0,
        "cases_of_each_edge_case": 0,
    },
    labels={"sky": {"rain": 1}},
    pairs={},
)


def planned(name, text, label="rain", **more):
    both = {"sky": (label,)}
    metadata = {"genre": "report", "subject": "sky/fog", "labels_a": both, "labels_b": both}
    return record(name, text, label, **{**metadata, **more})


def against(plan, *records):
    return [str(finding) for finding in check_plan(records, plan, [PLANNED])]


WRITTEN = planned("w1", MILL), planned("w2", SENTENCES[0], "dry", edge_case="sky/dew")


def test_a_corpus_that_fills_its_plan_has_no_findings():
    assert against(PLAN, *WRITTEN) == []


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (planned("w2", "Fog.", genre="colum"), "genre is 'colum'; did you mean 'column'?"),
        (
            planned("w2", "Fog.", subject="sky/haze"),
            "subject is 'sky/haze'; did you mean 'sky/hail'?",
        ),
        (
            planned("w2", "Fog.", edge_case="sky/due"),
            "there is no edge case 'sky/due'; did you mean",
        ),
        (
            planned("w2", "Fog.", edge_case="sky/dew"),
            "is an example of sky/dew, whose label is 'dry'",
        ),
        (planned("w2", "Fog.", labels_b={}), "labels_b must cover the same schemes as labels"),
        (planned("w2", f"So: {MILL}"), "shares twelve words in a row with sky.jsonl:w1: 'nobody"),
        (
            planned("w2", "Nobody at the mill remembers me."),
            "shares its first five words with sky.jsonl:w1: 'nobody at the mill remembers'",
        ),
    ],
)
def test_what_is_outside_the_plan_is_the_one_finding_at_its_place(odd, message):
    (finding,) = against(PLAN, WRITTEN[0], odd)

    assert finding.startswith(f"sky.jsonl:w2: {message}")


def test_an_unfilled_quota_is_reported_with_both_counts():
    assert against(PLAN, WRITTEN[1]) == [
        "the corpus: has 1 passages; the plan asks for 2",
        "the corpus: has 0 sky/rain; the plan asks for 1",
    ]


def test_a_label_that_batches_give_away_is_a_finding():
    plan = replace(PLAN, pairs={"sky": 0})
    texts = [f"{noun} {verb}" for noun in NOUNS.split() for verb in ("sank", "rose", "bent")]
    records = [
        planned(text, text.title(), "rain" if number % 2 else "dry", batch=f"b{number % 2}")
        for number, text in enumerate(texts)
    ]

    (finding,) = against(plan, *records)

    assert finding.startswith("the corpus: length, genre, batch and other metadata predict sky in")


BUNDLED_LINE = {"id": "a", "text": MILL, "labels": {"stance": "none"}}


def written(folder, name, *lines):
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return str(path)


def test_a_bad_line_is_a_finding_and_the_others_are_checked(tmp_path):
    odd = {**BUNDLED_LINE, "id": "b", "text": ""}
    path = written(
        tmp_path, "a.jsonl", json.dumps(BUNDLED_LINE), "{", '{"txet": 1}', json.dumps(odd)
    )

    report = check_files([path], [], ["stance"])

    lines = report.as_text().splitlines()
    assert lines[0].startswith(f"{path}:2: is not JSON: ")
    assert lines[1].startswith(f"{path}:3: there is no field 'txet'; did you mean 'text'?")
    assert f"{path}:4: the text is empty; add a text or remove the record" in lines
    assert report.records == 2
    version_id = find_scheme("stance").version_id
    assert lines[-1] == f"2 records checked against {version_id}: {len(lines) - 1} findings"


def test_files_of_the_other_side_of_a_split_are_checked_against_the_first(tmp_path):
    ours = written(tmp_path, "ours.jsonl", json.dumps(BUNDLED_LINE))
    theirs = written(tmp_path, "theirs.jsonl", json.dumps({**BUNDLED_LINE, "id": "b"}))

    report = check_files([ours], [theirs], ["stance"])

    assert f"{theirs}:1: is the same text as {ours}:1, across the split" in report.as_text()


def test_a_file_that_cannot_hold_records_is_a_finding(tmp_path):
    path = written(tmp_path, "a.csv", "id,text", "1,Rain.")

    (finding,) = check_files([path], [], ["stance"]).findings

    assert str(finding).startswith(f"{path}: is not a file of corpus records")


@pytest.mark.slow
def test_the_bundled_corpus_and_terms_check_clean():
    report = check_files([], [], [])

    assert report.as_text().splitlines()[:-1] == []
    assert report.as_text().endswith(": no findings")
    assert report.records == len(Corpus.read())
