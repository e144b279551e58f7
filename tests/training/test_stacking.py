"""The weights of feature groups: the better one weighs more, and one of noise is left out."""

import numpy as np
import pytest
from small_models import MULTI, SINGLE

from textclf.training.stacking import fit_weights, group_table, mixed_scores

RNG = np.random.default_rng(5)
TRUTH = RNG.integers(0, 2, 400)
SIDES = np.array([[1.0, -1.0], [-1.0, 1.0]])
SIDE = SIDES[TRUTH]


def seen(noise):
    """Return scores of a feature group: the truth with so much noise."""
    against = RNG.normal(0, noise, 400)
    return SIDE + np.stack([-against, against], axis=1)


def test_equally_good_feature_groups_share_the_weight():
    weights = fit_weights(SINGLE, np.stack([seen(1.0), seen(1.0)]), TRUTH)

    assert weights == pytest.approx(0.5, abs=0.15)
    assert weights.sum(axis=0).mean() == pytest.approx(1)


def test_the_better_feature_group_weighs_more():
    weights = fit_weights(SINGLE, np.stack([seen(2.0), seen(1.0)]), TRUTH)

    assert weights[1].min() > 2 * weights[0].max() > 0


def test_a_feature_group_of_noise_is_left_out():
    sharp = seen(0.5)
    noise = RNG.normal(0, 20, sharp.shape)

    assert fit_weights(SINGLE, np.stack([noise, sharp]), TRUTH)[0].tolist() == [0, 0]


def test_a_few_texts_weigh_feature_groups_differently_but_leave_none_out():
    """Eight texts may look as if one group were perfect; that is luck and counts for little."""
    shares = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        truth = np.array([0, 1] * 4)
        against = rng.normal(0, [[2.0], [1.0]], (2, 8))
        scores = SIDES[truth] + np.stack([-against, against], axis=-1)
        shares.append(fit_weights(SINGLE, scores, truth)[0].mean())

    assert 0.02 < min(shares) < 0.3


def test_the_last_feature_group_is_kept_even_if_it_is_noise():
    assert fit_weights(SINGLE, RNG.normal(0, 20, (1, 400, 2)), TRUTH).mean() == pytest.approx(1)


def test_each_of_many_labels_has_weights_of_its_own():
    """One feature group knows the first label, another the second."""
    truth = RNG.integers(0, 2, (400, 3))
    side = 2.0 * truth - 1
    blur = [[0.5, 3.0, 1.0], [3.0, 0.5, 1.0]]
    scores = np.stack([side + RNG.normal(0, 1, side.shape) * one for one in blur])

    weights = fit_weights(MULTI, scores, truth)

    assert weights[0, 0] > 2 * weights[1, 0]
    assert weights[1, 1] > 2 * weights[0, 1]


def test_a_label_that_is_everywhere_or_nowhere_stops_nothing():
    truth = np.zeros((60, 3), int)
    truth[:, 0] = 1
    truth[:30, 1] = 1

    weights = fit_weights(MULTI, RNG.normal(0, 1, (2, 60, 3)), truth)

    assert np.isfinite(weights).all()


def test_scores_are_weighed_label_by_label():
    scores = np.array([[[1.0, 2.0]], [[10.0, 20.0]]])

    assert mixed_scores(scores, np.array([[1.0, 0.5], [0.0, 0.5]])).tolist() == [[1.0, 11.0]]


def test_group_table_has_the_score_of_a_group_alone_and_its_share():
    names = ["word 1-2 log", "char_wb 3-5 binary"]
    scores = np.stack([seen(0.3), RNG.normal(0, 20, SIDE.shape)])

    table = group_table(SINGLE, names, scores, TRUTH, np.array([[0.9, 0.7], [0.1, 0.3]]))

    assert [(one.name, one.share) for one in table] == list(zip(names, [0.8, 0.2], strict=True))
    assert table[0].alone > 0.95 > table[1].alone
