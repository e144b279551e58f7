"""Whoever owns a document gets its labelled passages; nobody else gets a sentence of it."""

import hashlib

import pytest

from textclf.corpus.records import Record
from textclf.corpus.seed_records import (
    bundled_seeds,
    hydrate,
    hydrate_files,
    passage_digest,
    read_seed,
)
from textclf.errors import CorpusError
from textclf.text.document import Document

FIRST = "The lighthouse keeper lit the lamp at dusk, as her father had for forty years."
SECOND = "A cargo boat that had lost its rudder was towed past the point before midnight."
THIRD = "The harbour board has left the foghorn broken since spring, and nobody asks why."
ARTICLE = f"{FIRST}\n\n{SECOND}\n\n{THIRD}\n"

SEED = """
format = 1
id = "lighthouse"
title = "The lamp at the point"
file = "lighthouse.txt"
sha256 = "{document}"
facts = ["A feature on a lighthouse."]
cues = ["foghorn"]

[labels]
stance = ["against"]

[[passages]]
sha256 = "{first}"
labels = {{ stance = ["none"], topic = ["society"] }}

[[passages]]
sha256 = "{third}"
labels = {{ stance = ["against"] }}
"""


def seed_of(folder, text=SEED, **digests):
    """Return the seed record of the article, written and read back."""
    known = {
        "document": hashlib.sha256(ARTICLE.encode()).hexdigest(),
        "first": passage_digest(FIRST),
        "third": passage_digest(THIRD),
    }
    path = folder / "lighthouse.toml"
    path.write_text(text.format(**{**known, **digests}), "utf-8")
    return read_seed(path)


def document(folder, text):
    path = folder / "mine.txt"
    path.write_text(text, "utf-8")
    return path


def test_the_document_of_a_seed_record_gets_its_labelled_passages(tmp_path):
    found = hydrate(document(tmp_path, ARTICLE), (seed_of(tmp_path),))

    known = {"article": "lighthouse", "title": "The lamp at the point", "seed": "lighthouse"}
    first_labels = {"stance": ("none",), "topic": ("society",)}
    assert found.records == (
        Record("lighthouse-01", FIRST, first_labels, position=1, **known),
        Record("lighthouse-03", THIRD, {"stance": ("against",)}, position=3, **known),
    )
    assert (found.unlabelled, found.missing) == (1, 0)


def test_a_seed_record_says_what_is_known_of_its_document(tmp_path):
    seed = seed_of(tmp_path)

    assert (seed.id, seed.author, seed.cues) == ("lighthouse", "", ("foghorn",))
    assert seed.labels == {"stance": ("against",)}
    assert seed.passages[1].labels == {"stance": ("against",)}


def test_a_copy_that_differs_in_blanks_and_capitals_is_the_same_document(tmp_path):
    copy = f"{FIRST.upper()}\n\n{SECOND}\n\n{THIRD.replace(' ', '  ')}"

    found = hydrate(document(tmp_path, copy), (seed_of(tmp_path),))

    assert [record.id for record in found.records] == ["lighthouse-01", "lighthouse-03"]
    assert (found.unlabelled, found.missing) == (1, 0)


def test_a_reworded_passage_is_reported_as_missing(tmp_path):
    reworded = ARTICLE.replace("nobody asks why", "no one asks why")

    found = hydrate(document(tmp_path, reworded), (seed_of(tmp_path),))

    assert [record.id for record in found.records] == ["lighthouse-01"]
    assert (found.unlabelled, found.missing) == (2, 1)


def test_a_document_that_no_seed_record_knows_is_refused(tmp_path):
    path = document(tmp_path, f"{SECOND}\n\nAnd then the fog came down.")

    with pytest.raises(CorpusError) as caught:
        hydrate(path, (seed_of(tmp_path),))

    assert str(caught.value) == (
        f"{path}: there is no seed record of this document; there are records of: lighthouse.txt"
    )


def test_a_document_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "mine.txt"

    with pytest.raises(CorpusError, match=f"^{path}: cannot be read: No such file"):
        hydrate(path, (seed_of(tmp_path),))


def test_a_document_that_is_no_text_is_refused(tmp_path):
    path = document(tmp_path, "a\0b")

    with pytest.raises(CorpusError, match=f"^{path}: holds NUL bytes"):
        hydrate(path, (seed_of(tmp_path),))


def test_the_shipped_seeds_do_not_know_a_document_of_somebody_else(tmp_path):
    with pytest.raises(CorpusError, match="there is no seed record of this document"):
        hydrate_files([document(tmp_path, ARTICLE)])


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("format = 1", "format = 9", "format must be 1"),
        ("cues =", "queues =", "there is no key 'queues'"),
        ("labels = {{ stance", "lables = {{ stance", "passages[1]: there is no key 'lables'"),
    ],
)
def test_a_mistake_in_a_seed_record_is_named_with_its_place(tmp_path, right, wrong, message):
    with pytest.raises(CorpusError) as caught:
        seed_of(tmp_path, SEED.replace(right, wrong, 1))

    assert str(caught.value).startswith(f"{tmp_path}/lighthouse.toml: {message}")


def test_a_digest_does_not_tell_forms_of_the_same_words_apart():
    assert passage_digest("The \ufb01nal\u00a0LAMP ") == passage_digest("the final\nlamp")
    assert passage_digest("the final lamp") != passage_digest("the final lamps")


def test_no_shipped_seed_holds_a_passage():
    seeds = bundled_seeds()

    texts = [text for seed in seeds for text in (*seed.facts, *seed.cues, seed.title)]
    passages = [
        passage_digest(text[span.start : span.end])
        for text in texts
        for span in Document.read(text, clean=False).passages
    ]
    assert len(seeds) >= 1
    assert not {*passages} & {one.sha256 for seed in seeds for one in seed.passages}
