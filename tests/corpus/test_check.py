"""What a check of a corpus finds, and that the shipped one passes it."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from textclf.codebook.scheme import EdgeCase, Label, Scheme, bundled_schemes, find_scheme
from textclf.corpus.check import check, check_files, check_plan
from textclf.corpus.records import Corpus, Record
from textclf.corpus.sampling_plan import Plan

SKY = Scheme("sky", (Label("rain"), Label("dry")))
NOUNS = "anvil barge cedar ditch ember flute gourd hatch inlet joist kiln ledge mango nylon"
SENTENCES = [
    f"The {noun} was carried past the old mill while the {noun} seller counted {noun}s by hand."
    for noun in [*NOUNS.split(), "otter", "plank", "quill", "ridge", "siren", "towel"]
]
MILL = "Nobody at the mill remembers who first hung the brass bell over its eastern door in spring."


def record(name, text, label="rain", **more):
    return Record(name, text, {"sky": (label,)}, place=f"sky.jsonl:{name}", **more)


def clean():
    """Return ten records for each label, with nothing wrong between them."""
    labels = ["rain", "dry"] * 10
    return [
        record(f"r{number}", text, label)
        for number, (text, label) in enumerate(zip(SENTENCES, labels, strict=True))
    ]


def found(records, test=(), schemes=(SKY,)):
    return [str(finding) for finding in check(records, test, schemes)]


def test_a_clean_corpus_has_no_findings():
    assert found(clean()) == []


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (
            record("r1", MILL),
            "sky.jsonl:r1: id 'r1' stands at sky.jsonl:r1 already",
        ),
        (
            record("n", MILL, "rian"),
            "sky.jsonl:n: scheme 'sky' has no label 'rian'; did you mean 'rain'? There are:",
        ),
        (
            record("n", " \n"),
            "sky.jsonl:n: the text is empty; write one or take the record out",
        ),
        (
            record("n", "The cafÃ© by the mill"),
            "sky.jsonl:n: broken characters in 'The cafÃ© by the mill'; decode the text as UTF-8",
        ),
        (
            record("n", "The miller\u00e2\u20ac\u2122s wheel"),
            "sky.jsonl:n: broken characters in 'The millerâ€™s wheel'; decode the text as UTF-8",
        ),
        (
            record("n", "Half a \ufffd bell"),
            "sky.jsonl:n: broken characters in 'Half a \ufffd bell'; decode the text as UTF-8",
        ),
        (
            record("n", SENTENCES[0].upper()),
            "sky.jsonl:n: is the same text as sky.jsonl:r0; keep one of them",
        ),
        (
            record("n", SENTENCES[1] + " It fell."),
            "sky.jsonl:n: is 86% the text of sky.jsonl:r1; keep one of them",
        ),
        (
            record("n", MILL, seed="codebok"),
            "sky.jsonl:n: there is no seed 'codebok'; did you mean 'codebook'?",
        ),
        (
            Record("n", MILL, {}, place="sky.jsonl:n"),
            "sky.jsonl:n: is labelled under no scheme",
        ),
        (
            Record("n", MILL, {"syk": ("rain",)}, place="sky.jsonl:n"),
            "sky.jsonl:n: there is no scheme 'syk'; did you mean 'sky'?",
        ),
        (
            Record("n", MILL, {"sky": ("rain", "dry")}, place="sky.jsonl:n"),
            "sky.jsonl:n: sky takes one label, not 2",
        ),
    ],
)
def test_what_is_wrong_with_a_record_is_the_one_finding_at_its_place(odd, message):
    (finding,) = found([*clean(), odd])

    assert finding.startswith(message)


def test_no_finding_hides_another():
    odd = record("r1", " ", "rian", seed="codebok")

    assert len(found([*clean(), odd])) == 4


def test_a_label_with_few_passages_is_thin():
    assert found(clean()[:-1]) == ["sky: label 'dry' has 9 passages; write 10 or more"]


def test_a_label_without_any_passage_is_thin():
    wide = Scheme("sky", (Label("rain"), Label("dry"), Label("hail")))

    assert found(clean(), schemes=[wide]) == ["sky: label 'hail' has 0 passages; write 10 or more"]


def test_a_scheme_that_labels_nothing_here_is_not_thin():
    other = Scheme("sea", (Label("calm"), Label("rough")))

    assert found(clean(), schemes=[SKY, other]) == []


def test_labels_of_a_shipped_scheme_that_was_not_asked_for_are_let_be():
    both = Record("n", MILL, {"sky": ("rain",), "stance": ("none",)})

    assert found([*clean(), both]) == []


def test_a_text_on_both_sides_of_a_split_is_found():
    assert found(clean(), [record("t", SENTENCES[0])]) == [
        "sky.jsonl:t: is the same text as sky.jsonl:r0, across the split; keep one of them"
    ]


def test_a_near_duplicate_on_both_sides_of_a_split_is_found():
    assert found(clean(), [record("t", "It fell. " + SENTENCES[0])]) == [
        "sky.jsonl:t: is 86% the text of sky.jsonl:r0, across the split; keep one of them"
    ]


def test_an_article_on_both_sides_of_a_split_is_found():
    ours = [*clean(), record("o", MILL, article="a1")]
    theirs = [record("t", "A second passage of it, all else told anew.", article="a1")]

    assert found(ours, theirs) == [
        "sky.jsonl:t: article 'a1' is on both sides of the split, also at sky.jsonl:o"
    ]


def test_the_two_of_a_contrast_pair_may_be_alike():
    pair = [
        record("p1", MILL, pair="bell"),
        record("p2", MILL.replace("spring", "rain"), "dry", pair="bell"),
    ]

    assert found([*clean(), *pair]) == []


def test_the_two_of_a_contrast_pair_may_not_stand_on_two_sides_of_a_split():
    ours = [*clean(), record("p1", MILL, pair="bell")]
    theirs = [record("p2", MILL.replace("spring", "rain"), "dry", pair="bell")]

    assert found(ours, theirs) == [
        "sky.jsonl:p2: is 86% the text of sky.jsonl:p1, across the split; keep one of them",
        "sky.jsonl:p2: article 'bell' is on both sides of the split, also at sky.jsonl:p1",
    ]


def test_page_furniture_needs_no_label_and_may_repeat():
    lines = [
        Record(
            name,
            "Home / News / Sindh",
            {},
            boilerplate="breadcrumb",
            place=f"sky.jsonl:{name}",
        )
        for name in ("f1", "f2")
    ]

    assert found([*clean(), *lines]) == []


PLANNED = Scheme(
    "sky", (Label("rain"), Label("dry")), edge_cases=(EdgeCase("dew at dawn", "dry", "dew"),)
)
PLAN = Plan(
    traits={"genre": ("report", "column")},
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
    traits = {"genre": "report", "subject": "sky/fog", "labels_a": both, "labels_b": both}
    return record(name, text, label, **{**traits, **more})


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
        (planned("w2", "Fog.", edge_case="sky/dew"), "is a case of sky/dew, which is 'dry'"),
        (planned("w2", "Fog.", labels_b={}), "labels_b must answer the same schemes as labels"),
        (planned("w2", f"So: {MILL}"), "has twelve words in a row of sky.jsonl:w1: 'nobody at"),
        (
            planned("w2", "Nobody at the mill remembers me."),
            "has the first five words of sky.jsonl:w1: 'nobody at the mill remembers'",
        ),
    ],
)
def test_what_strays_from_the_plan_is_the_one_finding_at_its_place(odd, message):
    (finding,) = against(PLAN, WRITTEN[0], odd)

    assert finding.startswith(f"sky.jsonl:w2: {message}")


def test_a_thing_that_is_short_of_the_plan_is_told_with_both_counts():
    assert against(PLAN, WRITTEN[1]) == [
        "the corpus: has 1 passages; the plan asks 2",
        "the corpus: has 0 sky/rain; the plan asks 1",
    ]


def test_a_label_that_batches_give_away_is_a_finding():
    plan = replace(PLAN, pairs={"sky": 0})
    texts = [f"{noun} {verb}" for noun in NOUNS.split() for verb in ("sank", "rose", "bent")]
    records = [
        planned(text, text.title(), "rain" if place % 2 else "dry", batch=f"b{place % 2}")
        for place, text in enumerate(texts)
    ]

    (finding,) = against(plan, *records)

    assert finding.startswith("the corpus: sky is told from length, genre, batch and the like in")


SHIPPED_LINE = {"id": "a", "text": MILL, "labels": {"stance": "none"}}


def written(folder, name, *lines):
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return str(path)


def test_a_bad_line_is_a_finding_and_the_others_are_checked(tmp_path):
    odd = {**SHIPPED_LINE, "id": "b", "text": ""}
    path = written(
        tmp_path, "a.jsonl", json.dumps(SHIPPED_LINE), "{", '{"txet": 1}', json.dumps(odd)
    )

    report = check_files([path], [], ["stance"])

    lines = report.as_text().splitlines()
    assert lines[0].startswith(f"{path}:2: is not JSON: ")
    assert lines[1].startswith(f"{path}:3: there is no field 'txet'; did you mean 'text'?")
    assert f"{path}:4: the text is empty; write one or take the record out" in lines
    assert report.records == 2
    version_id = find_scheme("stance").version_id
    assert lines[-1] == f"2 records checked against {version_id}: {len(lines) - 1} findings"


def test_files_of_the_other_side_of_a_split_are_checked_against_the_first(tmp_path):
    ours = written(tmp_path, "ours.jsonl", json.dumps(SHIPPED_LINE))
    theirs = written(tmp_path, "theirs.jsonl", json.dumps({**SHIPPED_LINE, "id": "b"}))

    report = check_files([ours], [theirs], ["stance"])

    assert f"{theirs}:1: is the same text as {ours}:1, across the split" in report.as_text()


def test_a_file_that_cannot_hold_records_is_a_finding(tmp_path):
    path = written(tmp_path, "a.csv", "id,text", "1,Rain.")

    (finding,) = check_files([path], [], ["stance"]).findings

    assert str(finding).startswith(f"{path}: holds no corpus records")


@pytest.mark.slow
def test_the_shipped_corpus_and_terms_check_clean():
    report = check_files([], [], [])

    assert report.as_text().splitlines()[:-1] == []
    assert report.as_text().endswith(": no findings")
    assert report.records == len(Corpus.read())


def test_the_shipped_corpus_has_every_label_of_every_scheme():
    corpus = Corpus.read()

    found = {
        (scheme, label)
        for record in corpus.records
        for scheme, answer in record.labels.items()
        for label in answer
    }

    assert found == {
        (name, label) for name in bundled_schemes() for label in find_scheme(name).label_names
    }


def test_a_shipped_article_has_4_to_18_passages_and_a_headline():
    corpus = Corpus.read()

    lengths = Counter(record.article for record in corpus.passages if record.article)

    assert set(lengths.values()) <= set(range(4, 19))
    assert all(record.title for record in corpus.records if record.article)


def test_the_passages_of_a_shipped_article_are_numbered_without_a_gap():
    corpus = Corpus.read()

    places = Counter((record.article, record.position) for record in corpus.records)

    articles = Counter(record.article for record in corpus.records if record.article)
    assert {place for place in places if place[0]} == {
        (article, number) for article, count in articles.items() for number in range(1, count + 1)
    }
