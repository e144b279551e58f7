"""The mean of the scores of first words, and the least number of a column."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.scoring import weights
from textclf.scoring._native import native
from textclf.scoring.weights import least_of_first, with_first_words

built = pytest.mark.skipif(native is None, reason="the native scorer was not built")


def test_the_first_words_have_half_of_the_score():
    assert with_first_words([1.0, 0.0], [[0.0, 1.0], [0.5, 0.0]]) == [0.625, 0.25]


@built
@given(
    st.lists(st.floats(width=32) | st.floats(-1, 1, width=32), min_size=1, max_size=12),
    st.integers(1, 4),
)
def test_the_least_number_is_found_and_what_is_not_finite(numbers, step):
    found = np.array(numbers, np.float32)
    in_c = least_of_first(found, step)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "native", None)
        assert np.array_equal(in_c, least_of_first(found, step), equal_nan=True)
