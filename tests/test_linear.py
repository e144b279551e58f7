"""What a decision gives: one of many, those at their threshold, or those of best expected F1."""

from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.linear import Decision

CHANCES = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5)


def decision(kind="multi", labels=3, empty=None):
    return Decision(kind, np.ones(labels), np.zeros(labels), np.full(labels, 0.5), empty=empty)


def expected_f1(chosen, chances, empty):
    """Return the expectation over all truths that there can be, each label on its own."""
    total = 0.0
    for truth in product([0, 1], repeat=len(chances)):
        chance = np.prod([p if t else 1 - p for p, t in zip(chances, truth, strict=True)])
        true = {place for place, yes in enumerate(truth) if yes}
        size = len(true) + len(chosen)
        total += chance * (2 * len(true & chosen) / size if size else empty)
    return total


@given(CHANCES, st.sampled_from([0.0, 0.5, 1.0]))
def test_no_other_set_of_labels_has_a_greater_expected_f1(chances, empty):
    row = decision(labels=len(chances), empty=empty).given(np.array([chances]))[0]

    places = range(len(chances))
    every = chain.from_iterable(combinations(places, size) for size in range(len(chances) + 1))
    best = max(expected_f1(set(one), chances, empty) for one in every)
    assert expected_f1(set(np.flatnonzero(row)), chances, empty) == pytest.approx(best)


def test_of_hundreds_of_labels_the_likeliest_are_weighed():
    chances = np.full((1, 300), 0.001)
    chances[0, [7, 250]] = 0.9

    row = decision(labels=300, empty=0.5).given(chances)[0]

    assert np.flatnonzero(row).tolist() == [7, 250]


@pytest.mark.parametrize("empty", [None, 1.0])
def test_no_label_is_given_but_where_there_must_be_one(empty):
    unsure = np.array([[0.1, 0.2, 0.05]])

    assert not decision(empty=empty).given(unsure).any()
    assert decision(empty=empty).given(unsure, at_least_one=True).tolist() == [[False, True, False]]


def test_a_single_scheme_gives_the_largest_multiple_of_a_threshold():
    rare = Decision("single", np.ones(2), np.zeros(2), np.array([1.5, 0.5]))

    assert rare.given(np.array([[0.7, 0.3], [0.8, 0.2]])).tolist() == [[False, True], [True, False]]
