"""Reading and classifying take linear time, whatever the shape of a text."""

import gc
import io
import time

import pytest

from textclf.classifier.loading import load_all
from textclf.corpus.near_duplicates import near_duplicates
from textclf.io.delimited import read as read_table
from textclf.io.input_documents import ReadOptions
from textclf.text.boilerplate import is_boilerplate
from textclf.text.document import Document

_FACTOR, _SUPERLINEAR = 4, 10
"""A text of four times the size takes four times as long, or sixteen if time is quadratic."""


def takes_linear_time(work, size):
    """Return whether four times the size takes less than ten times as long in one of some turns."""

    def seconds(size):
        gc.disable()  # its time grows with all objects of the tests before
        began = time.process_time()
        work(size)
        ended = time.process_time()
        gc.enable()
        return ended - began

    return any(
        seconds(_FACTOR * size) < _SUPERLINEAR * max(least, 1e-6)
        for _ in range(3)
        for least in [seconds(size)]
    )


@pytest.mark.parametrize(
    "unit",
    ['x","y\n', '"open,a\n', '"', '"a"b",c\n', "a,b\n"],
    ids=["a quote opens in each line", "open quotes", "quotes", "quotes inside", "rows"],
)
def test_a_table_is_read_in_linear_time(unit):
    def read(size):
        stream = io.BytesIO(b"text,other\n" + unit.encode() * (size // len(unit)))
        return sum(1 for _ in read_table("a.csv", stream, ReadOptions(), ","))

    assert takes_linear_time(read, 40_000)


@pytest.mark.parametrize(
    ("unit", "end"),
    [
        ("\u0316\u0301", ""),
        ("Check Also\n", ""),
        ("A. ", ""),
        (".", ""),
        ("By Ali Khan—The ", ""),
        ("x", "1-\nword goes on"),
        ("\u200b", ""),
    ],
    ids=["marks in two orders", "ends", "initials", "dots", "bylines", "long word", "invisible"],
)
def test_a_document_is_read_in_linear_time(unit, end):
    def read(size):
        Document.read(unit * (size // len(unit)) + end)

    assert takes_linear_time(read, 60_000)


def test_a_line_that_is_nearly_a_row_of_sections_is_soon_recognized():
    began = time.process_time()

    assert not is_boilerplate("News" + " | ab" * 80 + " !")
    assert is_boilerplate("News | Sports | Life and Style | Opinion | a")
    assert time.process_time() - began < 1


def test_one_long_paragraph_is_classified_by_passage_in_linear_time():
    classifier = load_all(["sectarian_violence"])
    sentence = "Gunmen shot dead two Shia men near a mosque and police arrested nobody. "

    assert takes_linear_time(lambda size: classifier.classify(sentence * (size // 72)), 40_000)


def test_a_long_text_is_compared_only_with_texts_that_can_be_similar():
    words = [f"w{number}" for number in range(40_000)]
    long, short = " ".join(words), [" ".join(words[at : at + 9]) for at in range(0, 40_000, 40)]
    began = time.process_time()

    assert not list(near_duplicates([*short, long]))
    assert time.process_time() - began < 10
