"""Samples have the size and the inclusion probabilities that they state."""

import numpy as np
import pytest

from textclf.errors import InputError
from textclf.prevalence.sampling import allocate, simple_random, stratified


def test_the_same_seed_draws_the_same_rows():
    one, same, other = (simple_random(10, 1000, seed) for seed in (1, 1, 2))

    assert (one.rows == same.rows).all()
    assert (one.rows != other.rows).any()
    assert (one.inclusion == 0.01).all()


def test_a_stratified_sample_meets_each_stratum_and_weighs_up_to_the_archive():
    stratum = np.array([0] * 900 + [1] * 90 + [2] * 9 + [3])

    drawn = stratified(100, stratum, 0)

    assert len(set(drawn.rows)) == 100
    assert set(stratum[drawn.rows]) == {0, 1, 2, 3}
    assert (1 / drawn.inclusion).sum() == pytest.approx(1000)


def test_no_stratum_gives_more_rows_than_it_has():
    assert allocate(50, [3, 100]) == [3, 47]


def test_a_sample_that_is_too_large_or_too_small_is_refused():
    with pytest.raises(InputError, match="give -n 5 at most"):
        allocate(6, [3, 2])
    with pytest.raises(InputError, match="give -n 4 or more"):
        allocate(3, [3, 2])
