"""Comparison of two systems: paired differences, and p by approximate randomisation."""

import numpy as np
import pytest
from scipy.stats import permutation_test

from textclf.errors import InputError
from textclf.evaluation.comparison import compare_answers

LABELS = ("arts", "law", "war")


def systems(seed, texts=80, quality=(0.8, 0.65)):
    rng = np.random.default_rng(seed)
    truth = rng.choice(LABELS, texts, p=[0.6, 0.3, 0.1])
    answers = [
        np.where(rng.random(texts) < share, truth, rng.choice(LABELS, texts)) for share in quality
    ]
    return [[(str(one),) for one in column] for column in (truth, *answers)]


@pytest.mark.parametrize("seed", range(4))
def test_p_is_that_of_the_permutation_test_of_scipy(seed):
    truth, first, second = systems(seed)
    one, other = (
        np.array([a == b for a, b in zip(truth, x, strict=True)]) for x in (first, second)
    )

    found = compare_answers(truth, first, second, swaps=20_000).differences[1]

    theirs = permutation_test(
        (one.astype(float), other.astype(float)),
        lambda x, y, axis: (x - y).mean(axis=axis),
        permutation_type="samples",
        n_resamples=20_000,
        vectorized=True,
        rng=np.random.default_rng(1),
    )
    assert found.difference.value == pytest.approx(theirs.statistic)
    assert found.p == pytest.approx(theirs.pvalue, abs=0.015)


def test_a_system_does_not_differ_from_itself():
    truth, first, _ = systems(1)

    for one in compare_answers(truth, first, first).differences:
        assert (one.difference.value, one.p) == (0, 1)
        assert -0.15 < one.difference.low < 0 < one.difference.high < 0.15


@pytest.mark.parametrize("won", [1, 3, 5])
def test_the_interval_holds_0_where_p_does_not_refute_it(won):
    truth = [("a",), ("b",)] * 50
    second = [("b",)] * (2 * won) + truth[2 * won :]

    for one in compare_answers(truth, truth, second).differences:
        assert one.p > 0.05
        assert one.difference.low <= 0 < one.difference.value < one.difference.high


def test_equally_good_systems_with_few_errors_are_seldom_out_of_the_interval():
    missed = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        truth = rng.random(100) < 0.3
        columns = (truth, *(truth ^ (rng.random(100) < 0.02) for _ in range(2)))
        answers = ([(str(one),) for one in column] for column in columns)
        found = compare_answers(*answers, swaps=200).differences[1].difference
        missed += not found.low <= 0 <= found.high

    assert missed <= 9


def test_swapping_the_systems_turns_the_difference_around():
    truth, first, second = systems(2)

    for there, back in zip(
        compare_answers(truth, first, second).differences,
        compare_answers(truth, second, first).differences,
        strict=True,
    ):
        assert there.difference.value == pytest.approx(-back.difference.value)
        assert there.p == pytest.approx(back.p, abs=0.02)


def test_equally_good_systems_differ_significantly_as_often_as_p_says():
    significant = [
        compare_answers(*systems(seed, 60, (0.7, 0.7)), swaps=400).differences[0].p <= 0.1
        for seed in range(200)
    ]

    assert 0.04 <= np.mean(significant) <= 0.16


def test_texts_of_one_article_are_swapped_together():
    truth, first, second = ([one for one in x for _ in range(5)] for x in systems(3, 40))
    groups = [str(n // 5) for n in range(200)]

    alone = compare_answers(truth, first, second).differences[1]
    grouped = compare_answers(truth, first, second, groups=groups).differences[1]

    assert grouped.difference.value == pytest.approx(alone.difference.value)
    assert grouped.p > alone.p
    assert grouped.difference.low < alone.difference.low


def test_lists_of_different_lengths_are_refused():
    with pytest.raises(InputError, match="1 true answers, 1 of the first and 0 of the second"):
        compare_answers([("a",)], [("a",)], [])
