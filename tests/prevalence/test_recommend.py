"""One estimate is recommended with its reason, and samples that support none are refused."""

import numpy as np
import pytest

from textclf.errors import InputError
from textclf.prevalence.estimators import prediction_powered
from textclf.prevalence.recommend import GoldSample, all_estimates, recommended, synthetic
from textclf.prevalence.sampling import stratified

ARCHIVE = np.arange(1000) < 140


def sample(size=60, **changed):
    row = np.linspace(0, 999, size).astype(int)
    gold = np.where(ARCHIVE[row], row % 2 == 0, row % 50 == 0)
    given = {"inclusion": np.full(size, 0.06), **changed}
    return GoldSample(ARCHIVE[row], gold, **given)


def test_the_recommended_estimate_says_why():
    found = recommended(ARCHIVE, sample())

    assert found.method == "post-stratified"
    assert "60 rows were drawn at random" in found.note
    assert 0 < found.low < found.value < found.high < 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (sample(inclusion=None), "no column 'inclusion_probability'"),
        (sample(outside=1), "1 row of the hand-coded sample is not in the archive"),
        (sample(outside=3), "3 rows of the hand-coded sample are not in the archive"),
        (sample(size=29), "hand-coded rows: 29; code 30 or more"),
    ],
)
def test_a_sample_that_supports_no_estimate_is_refused(given, why):
    with pytest.raises(InputError, match=why):
        recommended(ARCHIVE, given)


def test_a_sample_without_probabilities_is_taken_for_random_only_if_the_user_says_so():
    found = recommended(ARCHIVE, sample(inclusion=None, simple_random=True))

    assert found == recommended(ARCHIVE, sample())


def test_without_a_hand_coded_row_of_the_label_the_upper_limit_alone_is_known():
    of = sample()
    none = GoldSample(of.machine, np.zeros(60, bool), of.inclusion)

    found = all_estimates(ARCHIVE, none)

    assert found[0].value == 0
    assert found[0].high > 0.01
    assert "only the upper limit is known" in found[0].note
    adjusted = next(one for one in found if one.method == "adjusted count")
    assert np.isnan(adjusted.value)
    assert "needs rows of both kinds" in adjusted.note


def test_prediction_powered_inference_is_given_the_rows_that_are_not_coded():
    of = sample(size=500)
    coded = np.zeros(len(ARCHIVE), bool)
    coded[np.linspace(0, 999, 500).astype(int)] = True
    arrays = (ARCHIVE[~coded], of.machine, of.gold)

    found = next(one for one in all_estimates(ARCHIVE, of) if one.method == "prediction-powered")

    whole = prediction_powered(*(one.astype(float) for one in arrays))
    assert (found.value, found.low, found.high) == pytest.approx(
        (whole.value, whole.low, whole.high), abs=1e-12
    )


def test_a_method_that_fails_is_named_by_its_own_name():
    probability = np.full(len(ARCHIVE), 0.5)

    found = all_estimates(ARCHIVE, sample(probability=np.full(60, 0.5)), probability)

    methods = [one.method for one in found if "adjusted" in one.method]
    assert methods == ["adjusted count", "probabilistic adjusted count"]


def test_a_stratified_sample_is_not_taken_for_a_random_one():
    drawn = stratified(100, ARCHIVE.astype(np.intp), 0)
    gold = ARCHIVE[drawn.rows] & (drawn.rows % 2 == 0)
    given = GoldSample(ARCHIVE[drawn.rows], gold, drawn.inclusion)

    methods = [one.method for one in all_estimates(ARCHIVE, given)]

    assert "drawn with known probabilities" in recommended(ARCHIVE, given).note
    assert "prediction-powered" not in methods
    assert methods[-1] == "naive"


def test_a_small_group_has_the_error_rates_of_the_archive():
    group = np.arange(100) < 50
    of = sample()

    found = synthetic(group, ARCHIVE, of)

    rates = [of.gold[of.machine == machine].mean() for machine in (False, True)]
    assert found.value == pytest.approx(np.mean(rates))
    assert "errs here as in the whole archive" in found.note
