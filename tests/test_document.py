"""What is read of a text, and that every place of it leads back to the original."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.document import Document
from textclf.furniture import furniture
from textclf.sentences import sentences

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "furniture.jsonl")
    .read_text("utf-8")
    .splitlines()
]
LETTERS = st.text(
    st.sampled_from("abcA .\n\u00ad\u200b\ufb01a\u0301\ud800\u00a0\u2019\uff21\u0130\u1e9b\u0323"),
    max_size=60,
)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_page_furniture_is_dropped_and_the_article_kept(case):
    text = "\n\n".join(case["lines"])

    dropped = [[text[one.start : one.end], one.reason] for one in furniture(text)]

    assert dropped == case["dropped"]


def test_nothing_is_dropped_where_cleaning_is_off():
    text = "Home / News / Rain\n\nRain fell on Swat.\n\nAbout admin"

    assert Document.read(text, clean=False).dropped == ()


@given(text=LETTERS)
def test_every_place_of_the_read_text_leads_back_to_the_original(text):
    document = Document.read(text)

    for start in range(len(document.text)):
        span = document.in_original(start, start + 1)
        assert 0 <= span.start < span.end <= len(text) or document.text[start] == "\n"


@given(text=LETTERS)
def test_what_was_not_mended_is_the_same_character_in_both(text):
    document = Document.read(text, clean=False)

    for start, char in enumerate(document.text):
        span = document.in_original(start, start + 1)
        if span.end - span.start == 1 and text[span.start].isascii():
            assert text[span.start : span.end] == char


@given(text=LETTERS)
def test_passages_stand_in_order_and_hold_all_that_is_not_blank(text):
    document = Document.read(text)

    joined = "".join(document.text[span.start : span.end] for span in document.passages)
    assert "".join(joined.split()) == "".join(document.text.split())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("mili\u00adtants", "militants"),
        ("bo\u200bmb", "bomb"),
        ("\ufb01re", "fire"),
        ("Ka\u0301bul", "K\u00e1bul"),
        ("\uff22\uff4f\uff4d\uff42", "Bomb"),
        ("10\u00a0km", "10 km"),
        ("Brand\u2122 \u00bd", "Brand\u2122 \u00bd"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_characters_that_hide_a_word_are_mended_and_others_left(text, read):
    assert Document.read(text).text == read


def test_a_mended_word_is_evidence_at_its_place_in_the_original():
    original = "The mili\u00adtants \ufb02ed."
    document = Document.read(original)
    start = document.text.index("militants")

    span = document.in_original(start, start + len("militants"))

    assert original[span.start : span.end] == "mili\u00adtants"


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ("One.\n\nTwo.", ["One.", "Two."]),
        ("One.\nTwo.", ["One.", "Two."]),
        ("One\nwrapped.\n\nTwo.", ["One\nwrapped.", "Two."]),
        ("One.\r\n\r\nTwo.", ["One.", "Two."]),
        ("  \n ", []),
    ],
)
def test_a_passage_is_a_paragraph(text, passages):
    document = Document.read(text)

    assert [document.text[span.start : span.end] for span in document.passages] == passages


def test_a_paragraph_that_lost_its_breaks_is_split_at_its_sentences():
    text = "The canal was closed for repairs on Monday. " * 60

    document = Document.read(text)

    assert len(document.passages) == 12


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Gen. Khan met Dr. Rao. They left.", 2),
        ("It rose 2.5 points. Why? Nobody knew!", 3),
        ("S. K. Menon spoke.", 1),
        ("\u201cNo.\u201d She sat down.", 2),
    ],
)
def test_a_sentence_does_not_end_at_an_abbreviation(text, count):
    assert len(list(sentences(text))) == count


def test_a_place_between_two_passages_belongs_to_the_later_and_one_behind_all_to_the_last():
    document = Document.read("One two.\n\nThree four.")

    assert [document.passage_at(place) for place in (0, 7, 8, 9, 10, 99)] == [0, 0, 1, 1, 1, 1]
    assert Document.read("").passage_at(0) == 0
