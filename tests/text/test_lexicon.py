"""What a text says in terms of groups: marks, their neighbours and their links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.text.lexicon import Lexicon

LEXICON = Lexicon(
    (
        ("identity", ("shia", "shia mosque", "hindu")),
        ("violence", ("shot dead", "shot", "burnt", "shia mosque")),
    )
)
PIECES = st.sampled_from(
    ["Shia", "shia mosque", "shot", "dead", "SHOT DEAD", "burnt", "a", "man", ". ", "\n", "\u0130"]
)


def terms(text, low=1, high=1):
    return LEXICON.terms(text, low, high).texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nobody was there.", []),
        ("A Shia spoke.", ["<identity>"]),
        ("He was shot dead.", ["<violence>"]),
        ("A shot rang out.", ["<violence>"]),
        ("The Shia mosque reopened.", ["<identity>"]),
    ],
)
def test_the_longest_phrase_is_marked_and_one_of_two_groups_goes_to_the_first(text, expected):
    assert terms(text) == expected


def test_two_groups_are_linked_where_they_meet_in_a_sentence():
    assert terms("A Hindu was shot.") == ["<identity>", "<violence>", "<identity> & <violence>"]


@pytest.mark.parametrize("end", [". Then he", "\nhe"])
def test_groups_of_two_sentences_or_lines_are_not_linked(end):
    assert terms(f"A Hindu spoke{end} was shot.") == ["<identity>", "<violence>"]


def test_an_ngram_counts_where_it_holds_a_mark():
    found = terms("Gunmen shot a Shia", 2, 2)

    assert found == ["gunmen <violence>", "<violence> <identity>", "<identity> & <violence>"]


def test_a_word_of_the_text_is_never_taken_for_a_mark():
    assert terms("<identity> spoke") == []


@given(st.lists(PIECES, max_size=12).map(" ".join))
def test_every_term_stands_where_its_place_says(text):
    found = LEXICON.terms(text, 1, 2)

    for term, start, end in zip(found.texts, found.starts, found.ends, strict=True):
        there = text[start:end].lower()
        assert there == there.strip()
        assert all(word in there for word in term.split() if word[0] not in "<&")
        if "<violence>" in term:
            assert "shot" in there or "burnt" in there
