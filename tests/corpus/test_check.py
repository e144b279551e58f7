"""What a check of corpus records finds, and what the bundled corpus holds."""

from collections import Counter

import pytest

from textclf.codebook.scheme import Label, Scheme
from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.check import check
from textclf.corpus.records import Corpus, Record

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
            "sky.jsonl:r1: id 'r1' is already used at sky.jsonl:r1",
        ),
        (
            record("n", MILL, "rian"),
            "sky.jsonl:n: scheme 'sky' has no label 'rian'; did you mean 'rain'? There are:",
        ),
        (
            record("n", " \n"),
            "sky.jsonl:n: the text is empty; add a text or remove the record",
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
            "sky.jsonl:n: is 86% similar to sky.jsonl:r1; keep one of them",
        ),
        (
            record("n", MILL, seed="codebok"),
            "sky.jsonl:n: there is no seed 'codebok'; did you mean 'codebook'?",
        ),
        (
            Record("n", MILL, {}, place="sky.jsonl:n"),
            "sky.jsonl:n: has no label under any scheme",
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


def test_labels_of_a_bundled_scheme_that_was_not_asked_for_are_ignored():
    both = Record("n", MILL, {"sky": ("rain",), "stance": ("none",)})

    assert found([*clean(), both]) == []


def test_a_text_on_both_sides_of_a_split_is_found():
    assert found(clean(), [record("t", SENTENCES[0])]) == [
        "sky.jsonl:t: is the same text as sky.jsonl:r0, across the split; keep one of them"
    ]


def test_a_near_duplicate_on_both_sides_of_a_split_is_found():
    assert found(clean(), [record("t", "It fell. " + SENTENCES[0])]) == [
        "sky.jsonl:t: is 86% similar to sky.jsonl:r0, across the split; keep one of them"
    ]


def test_an_article_on_both_sides_of_a_split_is_found():
    ours = [*clean(), record("o", MILL, article="a1")]
    theirs = [record("t", "A second passage of it, all else written anew.", article="a1")]

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
        "sky.jsonl:p2: is 86% similar to sky.jsonl:p1, across the split; keep one of them",
        "sky.jsonl:p2: article 'bell' is on both sides of the split, also at sky.jsonl:p1",
    ]


def test_boilerplate_needs_no_label_and_may_repeat():
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


def test_the_bundled_corpus_has_every_label_of_every_scheme():
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


def test_a_bundled_article_has_4_to_18_passages_and_a_headline():
    corpus = Corpus.read()

    lengths = Counter(record.article for record in corpus.passages if record.article)

    assert set(lengths.values()) <= set(range(4, 19))
    assert all(record.title for record in corpus.records if record.article)


def test_the_passages_of_a_bundled_article_are_numbered_without_a_gap():
    corpus = Corpus.read()

    places = Counter((record.article, record.position) for record in corpus.records)

    articles = Counter(record.article for record in corpus.records if record.article)
    assert {place for place in places if place[0]} == {
        (article, number) for article, count in articles.items() for number in range(1, count + 1)
    }
