"""Estimates equal the formulas of their sources, and cover where they must."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclf.errors import InputError
from textclf.prevalence import estimators
from textclf.prevalence.limits import share_limits, sum_limits, wilson


def labels(seed, rows=2000, base=0.2):
    random = np.random.default_rng(seed)
    gold = random.random(rows) < base
    machine = np.where(gold, random.random(rows) < 0.7, random.random(rows) < 0.1)
    probability = np.clip(np.where(machine, 0.8, 0.1) + random.normal(0, 0.05, rows), 0.01, 0.99)
    return gold, machine, probability


@pytest.mark.parametrize("power", [1, 0, None])
def test_prediction_powered_inference_equals_that_of_its_authors(power):
    ppi_py = pytest.importorskip("ppi_py")
    gold, machine, _ = (one.astype(float) for one in labels(1))
    arrays = gold[:300], machine[:300], machine[300:]

    found = estimators.prediction_powered(arrays[2], arrays[1], arrays[0], power)

    value = ppi_py.ppi_mean_pointestimate(*arrays, lam=power)
    low, high = ppi_py.ppi_mean_ci(*arrays, alpha=0.05, lam=power)
    assert [found.value, found.low, found.high] == pytest.approx(
        [float(np.squeeze(one)) for one in (value, low, high)], abs=1e-6
    )


def test_adjusted_counts_and_emq_equal_those_of_quapy():
    functional = pytest.importorskip("quapy.functional")
    aggregative = pytest.importorskip("quapy.method.aggregative")
    gold, machine, probability = labels(2)
    recall, false_alarms = (machine[:300][gold[:300] == of].mean() for of in (True, False))
    both = np.column_stack([1 - probability, probability])

    adjusted = functional.solve_adjustment_binary(machine[300:].mean(), recall, false_alarms)
    shares, _ = aggregative.EMQ.EM(np.array([0.8, 0.2]), both, 1e-9)

    own = estimators.adjusted_count(machine[300:], machine[:300], gold[:300])
    assert own.value == pytest.approx(float(np.ravel(adjusted)[-1]))
    assert estimators.expectation_maximization(probability, 0.2).value == pytest.approx(
        shares[1], abs=1e-4
    )


def test_the_post_stratified_share_is_that_of_the_regression_on_the_label():
    gold, machine, _ = labels(3)
    sizes = np.bincount(machine.astype(int))
    y, f = gold[:200].astype(float), machine[:200].astype(float)
    slope = np.cov(y, f)[0, 1] / f.var(ddof=1)

    found = estimators.post_stratified(sizes, machine[:200].astype(int), gold[:200])

    assert found.value == pytest.approx(y.mean() + slope * (machine.mean() - f.mean()))


def test_an_archive_that_is_coded_whole_has_no_interval():
    gold, machine, _ = labels(4)
    cell = machine.astype(int)

    found = estimators.post_stratified(np.bincount(cell), cell, gold)

    assert [found.low, found.value, found.high] == pytest.approx([gold.mean()] * 3)


def test_a_stratified_sample_is_weighted_by_the_inverse_of_its_inclusion_probabilities():
    gold = np.array([True, True, False, False, True])
    inclusion = np.array([0.5, 0.5, 0.5, 0.1, 0.1])

    found = estimators.design_based(gold, inclusion, 26)

    assert found.value == pytest.approx((2 + 2 + 10) / (3 * 2 + 2 * 10))
    total = estimators.horvitz_thompson(gold, inclusion, 26)
    assert total.value == pytest.approx((2 + 2 + 10) / 26)


def test_rows_of_a_cell_are_weighted_and_count_as_their_effective_number():
    gold = np.array([True] * 10 + [False] * 30)
    inclusion = np.array([0.1] * 20 + [0.01] * 20)
    cell, sizes = np.zeros(40, int), np.array([100_000])

    found = estimators.post_stratified(sizes, cell, gold, inclusion)
    equal = estimators.post_stratified(sizes, cell, gold)

    assert found.value == pytest.approx(100 / (200 + 2000))
    effective = 2200**2 / (20 * 10**2 + 20 * 100**2)
    low, high = share_limits(np.array([found.value * effective]), np.array([effective]))
    assert [found.low, found.high] == pytest.approx([low[0], high[0]], abs=1e-3)
    assert equal.value == 0.25


def test_the_difference_estimate_adds_the_weighted_mean_error_to_the_naive_share():
    archive = np.array([True] * 30 + [False] * 70)
    machine = np.array([True, True, False, False])
    gold = np.array([True, False, False, True])
    inclusion = np.array([0.1, 0.1, 0.05, 0.05])

    found = estimators.difference(archive, machine, gold, inclusion)

    assert found.value == pytest.approx(0.3 + (0 - 10 + 0 + 20) / (10 + 10 + 20 + 20))


def test_the_adjusted_count_solves_for_the_share():
    gold = np.array([True] * 10 + [False] * 20)
    machine = np.array([True] * 7 + [False] * 3 + [True] * 2 + [False] * 18)
    archive = np.arange(100) < 34

    found = estimators.adjusted_count(archive, machine, gold)

    assert found.value == pytest.approx((0.34 - 0.1) / (0.7 - 0.1))
    probable = estimators.probabilistic_adjusted_count(
        archive.astype(float), machine.astype(float), gold
    )
    assert probable.value == pytest.approx(found.value)


@pytest.mark.parametrize("gold", [[True] * 4, [False] * 4])
def test_an_adjusted_count_needs_rows_with_and_without_the_label(gold):
    flags = np.array([True, False, True, False])

    with pytest.raises(InputError, match="needs rows of both kinds"):
        estimators.adjusted_count(flags, flags, np.array(gold))


def test_an_adjusted_count_refuses_a_classifier_that_finds_nothing():
    gold = np.array([True, True, False, False])
    machine = np.array([False, False, True, False])

    with pytest.raises(InputError, match="nothing can be corrected"):
        estimators.adjusted_count(machine, machine, gold)


def test_emq_finds_the_share_of_an_archive_whose_prior_moved():
    random = np.random.default_rng(5)
    gold = random.random(20_000) < 0.05
    score = random.normal(np.where(gold, 1.0, -1.0))
    prior = 0.5
    probability = 1 / (1 + np.exp(-2 * score))

    found = estimators.expectation_maximization(probability, prior)

    assert found.value == pytest.approx(gold.mean(), abs=0.01)
    assert np.isnan(found.low)
    with pytest.raises(InputError, match="between 0 and 1"):
        estimators.expectation_maximization(probability, 1.0)


@settings(max_examples=50)
@given(st.integers(0, 200), st.integers(0, 200))
def test_limits_enclose_the_share_and_stay_within_0_and_1(found, more):
    trials = found + more
    low, high = share_limits(np.array([float(found)]), np.array([float(trials)]))
    value, below, above = sum_limits(
        np.ones(1), np.array([found / trials if trials else 0.5]), low, high
    )

    assert 0 <= below <= value <= above <= 1
    below, above = wilson(found, trials)
    assert 0 <= below <= above <= 1


@pytest.mark.parametrize("base", [0.01, 0.05, 0.3])
def test_the_interval_of_the_post_stratified_share_covers(base):
    random = np.random.default_rng(6)
    positive, hits = round(10_000 * base), round(7_000 * base)
    sizes = np.array([10_000 - 2 * hits, 2 * hits])
    held = []
    for _ in range(1000):
        found = random.hypergeometric(sizes[1], sizes[0], 100)
        yes = random.hypergeometric(hits, hits, found)
        missed = random.hypergeometric(positive - hits, sizes[0] - positive + hits, 100 - found)
        cell = (np.arange(100) < found).astype(int)
        gold = np.where(cell, np.arange(100) < yes, np.arange(100) - found < missed)
        one = estimators.post_stratified(sizes, cell, gold)
        held.append(one.low <= base <= one.high)

    assert 0.93 <= np.mean(held) <= 0.97


def test_a_share_of_nothing_or_all_is_within_its_own_limits():
    for share in (0, 1):
        found = estimators.design_based(np.full(40, share == 1), np.full(40, 0.2), 200)

        assert found.low <= found.value <= found.high
