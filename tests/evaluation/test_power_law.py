"""Power laws of scores: what is recovered, and how wide the band is."""

import numpy as np
import pytest

from textclf.errors import InputError
from textclf.evaluation.bootstrap import Interval
from textclf.evaluation.power_law import fit_power_law

SIZES = (50, 100, 200, 400, 800)


def scores(values, half=0.0):
    return [Interval(one, one - half, one + half) for one in values]


@pytest.mark.parametrize(("a", "b", "c"), [(0.9, 1.0, 0.5), (0.7, 3.0, 1.0), (0.95, 0.6, 0.3)])
def test_the_curve_that_made_the_scores_is_found_again(a, b, c):
    law = fit_power_law(SIZES, scores([a - b * n**-c for n in SIZES]))

    assert law.score(1600).value == pytest.approx(a - b * 1600**-c, abs=0.003)
    assert law.gain(800, 100).value == pytest.approx(b * (800**-c - 900**-c), abs=0.001)


def test_the_band_is_wider_where_scores_are_less_certain_and_holds_the_truth():
    rng = np.random.default_rng(0)
    true = [0.9 - n**-0.5 for n in SIZES]
    held = 0
    for _ in range(20):
        law = fit_power_law(SIZES, scores(true + rng.normal(0, 0.015, 5), 0.03))
        found = law.score(1600)
        held += found.low <= 0.9 - 1600**-0.5 <= found.high
    sure = fit_power_law(SIZES, scores(true, 0.005)).score(1600)

    assert held >= 17
    assert sure.high - sure.low < found.high - found.low


def test_more_texts_never_lower_the_fitted_score():
    law = fit_power_law(SIZES, scores([0.8, 0.7, 0.75, 0.7, 0.72], 0.05))

    assert law.gain(800, 100).low >= 0


def test_two_numbers_of_texts_make_no_curve():
    with pytest.raises(InputError, match="scores of 2 numbers of texts; a curve needs 3"):
        fit_power_law([50, 50, 100], scores([0.5, 0.6, 0.7]))
