"""The choice of views: what adds out of fold is taken, what does not is left."""

import numpy as np
from conftest import SINGLE

from textclf.features import View
from textclf.selection import choose, worth

RNG = np.random.default_rng(5)
TRUTH = RNG.integers(0, 2, 400)
SIDE = np.stack([1 - 2 * TRUTH, 2 * TRUTH - 1], axis=1).astype(float)


def seen(noise):
    """Return scores of a view that sees the truth through so much noise."""
    against = RNG.normal(0, noise, 400)
    return SIDE + np.stack([-against, against], axis=1)


def test_views_that_err_apart_are_taken_together():
    scores = np.stack([seen(1.0), seen(1.0)])

    assert choose(SINGLE, scores, TRUTH) == [0, 1]


def test_a_view_of_noise_is_left_out():
    sharp = seen(0.5)
    noise = RNG.normal(0, 20, sharp.shape)

    assert choose(SINGLE, np.stack([noise, sharp]), TRUTH) == [1]


def test_what_a_view_reaches_alone_stands_beside_whether_it_was_chosen():
    views = [View("word", 1, 2), View("char_wb", 3, 5, "binary")]
    scores = np.stack([seen(0.3), RNG.normal(0, 20, SIDE.shape)])

    told = worth(SINGLE, views, scores, TRUTH, [0])

    assert [(one["view"], one["chosen"]) for one in told] == [
        ("word 1-2 log", True),
        ("char_wb 3-5 binary", False),
    ]
    assert told[0]["alone"] > 0.95 > told[1]["alone"]
