"""Texts that are the same or nearly are found, and stay in one group."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.duplicates import Pair, clusters, near_duplicates

WORDS = st.lists(st.sampled_from(["tide", "moor", "kelp"]), max_size=9)
LONG = "one kite flew over the red barn and nine more came after it"


def runs_of(words):
    """Return the five-word runs of a list of words; a shorter list is one run."""
    runs = {tuple(words[i : i + 5]) for i in range(len(words) - 4)}
    return runs or ({tuple(words)} if words else set())


def jaccard(first, second):
    both = runs_of(first) | runs_of(second)
    return len(runs_of(first) & runs_of(second)) / len(both) if both else 0


@given(lists=st.lists(WORDS, max_size=12), similarity=st.sampled_from([0.1, 0.25, 0.5, 0.75, 1.0]))
def test_the_pairs_are_those_that_comparing_each_with_each_finds(lists, similarity):
    found = list(near_duplicates([" ".join(words) for words in lists], similarity))

    expected = {
        Pair(i, j, jaccard(lists[i], lists[j]))
        for i, j in combinations(range(len(lists)), 2)
        if jaccard(lists[i], lists[j]) >= similarity
    }
    assert set(found) == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("first", "second", "similarities"),
    [
        (LONG, LONG.upper() + "!", [1.0]),
        ("Rain fell.", "", []),
        ("", "", []),
        ("Rain.", "rain", [1.0]),
        ("Rain fell.", "Rain fell again.", []),
        (LONG, LONG + " again", [9 / 10]),
        (LONG, LONG + " again in the grey wind of that cold march dawn", []),
    ],
)
def test_likeness_is_the_share_of_runs_of_five_words(first, second, similarities):
    found = [pair.similarity for pair in near_duplicates([first, second])]

    assert found == similarities


def test_a_formula_that_very_many_texts_share_makes_no_pairs_of_the_last():
    formula = "this story was first sent out on the wire at noon today"
    texts = [f"{formula} {number}x" for number in range(70)]

    places = {pair.second for pair in near_duplicates(texts)}

    assert places == set(range(1, 61))


def test_groups_that_share_a_near_duplicate_become_one():
    texts = [LONG, "A seal slept.", LONG + " again", "Gulls cried over the pier.", "A seal slept!"]

    assert clusters(texts, ["c", "d", "b", "e", "b"]) == ["b", "b", "b", "e", "b"]


def test_groups_of_different_texts_stay_apart():
    texts = ["A seal slept.", "", "Gulls cried over the pier.", ""]

    assert clusters(texts, ["a", "b", "c", "d"]) == ["a", "b", "c", "d"]


def test_a_text_that_stands_in_very_many_groups_makes_them_one():
    copies = 100

    assert set(clusters([LONG] * copies, [f"g{n:03d}" for n in range(copies)])) == {"g000"}
