"""What a decision gives: one of many, those at their threshold, or those of best expected F1."""

from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.scoring.weights import DecisionRule, with_first_words

CHANCES = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5)


def decision(kind="multi", labels=3, empty=None):
    return DecisionRule(
        kind, np.ones(labels), np.zeros(labels), np.full(labels, 0.5), empty_set_utility=empty
    )


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
    rare = DecisionRule("single", np.ones(2), np.zeros(2), np.array([1.5, 0.5]))

    assert rare.given(np.array([[0.7, 0.3], [0.8, 0.2]])).tolist() == [[False, True], [True, False]]


SHARES = st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(
    lambda weights: [weight / sum(weights) for weight in weights]
)


@given(old=SHARES, new=SHARES, scores=st.lists(st.floats(-5, 5), min_size=3, max_size=3))
def test_a_prior_changes_the_odds_of_labels_by_the_ratio_of_their_shares(old, new, scores):
    known = DecisionRule("single", (1.0,) * 3, (0.0,) * 3, (2.0, 1.0, 1.0), prior=tuple(old))

    moved = known.with_prior(new)

    before, after = (d.probabilities(np.array([scores]))[0] for d in (known, moved))
    ratio = (after[0] / after[1]) / (before[0] / before[1])
    assert ratio == pytest.approx((new[0] / old[0]) / (new[1] / old[1]), rel=1e-4)
    assert moved.best(np.array([after]))[0] == after.argmax()
    back = moved.with_prior(old).probabilities(np.array([scores]))[0]
    assert back == pytest.approx(before, abs=1e-4)


def test_a_decision_that_tells_no_shares_cannot_be_given_others():
    with pytest.raises(ValueError, match="does not state which shares"):
        decision("single").with_prior([0.2, 0.3, 0.5])


def test_leads_have_half_of_the_score():
    assert with_first_words([1.0, 0.0], [[0.0, 1.0], [0.5, 0.0]]) == [0.625, 0.25]
