"""Texts as people have them, in tests/cases: layout, case, language and copies change no label."""

import json
from pathlib import Path

import pytest

from textclf.batch.beside import Beside
from textclf.batch.predict_files import predict_files

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def coded(tmp_path):
    """Return the records of a case."""

    def records(name, **settings):
        output = tmp_path / "out.jsonl"
        predict_files([str(CASES / name)], output, beside=Beside(record=False), **settings)
        return [json.loads(line) for line in output.read_text("utf-8").splitlines()]

    return records


def labels(record):
    return {name: one["label"] for name, one in record["schemes"].items()}


def statuses(record):
    return {one["status"] for one in record["schemes"].values()}


@pytest.mark.parametrize(
    "layouts",
    [
        ["seg_lines.txt", "seg_blank.txt", "seg_oneline.txt", "seg_title.txt"],
        ["seg_sect_lines.txt", "seg_sect_title.txt"],
        ["hardwrap.txt", "lower.txt", "caps.txt"],
        ["smart_plain.txt", "smart.txt"],
    ],
    ids=lambda layouts: layouts[0],
)
def test_an_article_has_the_same_labels_in_each_layout(coded, layouts):
    first, *others = [labels(record) for name in layouts for record in coded(name)]

    assert others == [first] * (len(layouts) - 1)


@pytest.mark.parametrize("name", ["french.txt", "bangla.txt", "rtl.txt"])
def test_prose_in_another_language_has_no_label(coded, name):
    (record,) = coded(name)

    assert statuses(record) == {"other_language"}
    assert set(labels(record).values()) == {None}


def test_words_that_a_scanner_has_parted_are_read(coded):
    (record,) = coded("ocr.txt", models=["sectarian_violence"])

    assert record["schemes"]["sectarian_violence"]["prob"] > 0.98
    assert labels(record) == {"sectarian_violence": "mention"}


def test_an_emoji_changes_nothing_and_a_blank_file_is_empty(coded):
    (record,) = coded("emoji.txt", models=["topic"])
    assert labels(record) == {"topic": "sport"}

    (record,) = coded("blank.txt")
    assert statuses(record) == {"empty"}


def test_a_caption_that_ends_unrelated_articles_gives_none_of_them_a_label(coded):
    records = coded("teaser_lines.csv", models=["sectarian_violence"])

    assert [labels(one)["sectarian_violence"] for one in records] == ["no_mention"] * len(records)
    assert all(one["removed"][-1]["reason"] == "repeated in this input" for one in records)


def test_copies_of_an_article_are_named_and_can_be_left_out(coded):
    named = coded("dup_articles.csv", models=["topic"], copies=True)
    assert [one.get("copy_of") for one in named] == [None, "0", "0"]
    assert [statuses(one) for one in named] == [{"ok"}] * 3

    dropped = coded("dup_articles.csv", models=["topic"], drop_copies=True)
    assert [statuses(one) for one in dropped] == [{"ok"}, {"copy"}, {"copy"}]

    unnamed = coded("dup_articles.csv", models=["topic"])
    assert not any("copy_of" in one for one in unnamed)
