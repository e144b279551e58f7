"""Confidence limits of shares, and of sums of shares."""

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

LEVEL = 0.95
"""The share of studies whose intervals hold the true share."""
PSEUDO_COUNT = 2 / 3
"""Rows with and without the label that the limits of a share assume beside those that were seen.

Jeffreys' interval has 1/2 and Laplace's has 1. 2/3 was chosen among these, 1/3, 0.7 and Wilson's
limits, in simulated studies of the kinds of `benchmarks/prevalence_coverage.py`."""
_Z = 1.959963984540054
"""The normal quantile of 97.5%."""


def share_limits(successes: Doubles, trials: Doubles) -> tuple[Doubles, Doubles]:
    """Return the lower and the upper 95% limit of each share; all arrays have the same shape.

    They are the equal-tailed quantiles of the posterior Beta(successes + 2/3, failures + 2/3), as
    Brown, Cai and DasGupta (2001) recommend them with 1/2. Counts may be fractions, such as an
    effective number of rows. No trial gives limits near 0 and 1.
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - start-up time

    tail = (1 - LEVEL) / 2
    a, b = successes + PSEUDO_COUNT, trials - successes + PSEUDO_COUNT
    return np.asarray(betaincinv(a, b, tail)), np.asarray(betaincinv(a, b, 1 - tail))


def sum_limits(
    weights: Doubles, shares: Doubles, lower: Doubles, upper: Doubles
) -> tuple[float, float, float]:
    """Return the weighted sum of independent shares, shape (shares,), and its two limits.

    This is MOVER (Zou and Donner 2008): the limits of the sum are as far from it as the root of the
    summed squares of the distances of each share from its own limits. They stay within 0 and 1.
    """
    value = float(weights @ shares)
    below = float(np.sqrt((weights**2) @ (shares - lower) ** 2))
    above = float(np.sqrt((weights**2) @ (upper - shares) ** 2))
    return value, max(0.0, value - below), min(1.0, value + above)


def wilson(successes: float, trials: float) -> tuple[float, float]:
    """Return the limits of a share by the score interval of Wilson (1927).

    >>> [round(limit, 3) for limit in wilson(5, 100)]
    [0.022, 0.112]
    """
    if trials <= 0:
        return 0.0, 1.0
    share = successes / trials
    middle = share + _Z**2 / (2 * trials)
    half = _Z * (share * (1 - share) / trials + _Z**2 / (4 * trials**2)) ** 0.5
    whole = 1 + _Z**2 / trials
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def normal_limits(value: float, variance: float) -> tuple[float, float]:
    """Return the limits of an estimate with a normal distribution, within 0 and 1."""
    half = _Z * max(variance, 0.0) ** 0.5
    return max(0.0, value - half), min(1.0, value + half)
