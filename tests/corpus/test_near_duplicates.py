"""Texts that are the same or nearly are found, and stay in one group."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.corpus.near_duplicates import Pair, group_near_duplicates, near_duplicates

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


def apart(count):
    """Return so many texts of which no two are alike."""
    return [" ".join(f"w{number}x{place}" for place in range(8)) for number in range(count)]


def test_groups_that_share_a_near_duplicate_become_one():
    texts = [LONG, "A seal slept.", LONG + " again", "Gulls cried over the pier.", "A seal slept!"]

    found = group_near_duplicates(
        [*texts, *apart(45)], ["c", "d", "b", "e", "b", *(f"f{n}" for n in range(45))]
    )

    assert found.groups[:5] == ("b", "b", "b", "e", "b")


def test_groups_of_different_texts_stay_apart():
    texts = ["A seal slept.", "", "Gulls cried over the pier.", ""]

    assert group_near_duplicates([*texts, *apart(36)], [f"g{n}" for n in range(40)]).groups[:4] == (
        "g0",
        "g1",
        "g2",
        "g3",
    )


def test_a_phrase_that_many_articles_repeat_does_not_make_them_one_article():
    texts = [text for one in apart(50) for text in (one, "He said so.")]

    found = group_near_duplicates(texts, [f"article {number // 2}" for number in range(100)])

    assert max(Counter(found.groups).values()) <= 10


def test_what_is_alike_in_another_group_is_not_learned_from():
    texts = [LONG, LONG + " again", LONG, *apart(5)]
    found = group_near_duplicates(texts, [f"g{n}" for n in range(8)])

    kept = found.drop_leaking(np.arange(1, 8), np.array([0]))

    assert kept.tolist() == [3, 4, 5, 6, 7]


def test_all_of_many_copies_are_reported():
    found = group_near_duplicates(
        [LONG] * 100 + ["Gulls cried."], [f"g{n:03d}" for n in range(101)]
    )

    assert found.drop_leaking(np.arange(101), np.array([50])).tolist() == [100]
