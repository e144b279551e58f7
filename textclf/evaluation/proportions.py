"""Intervals of proportions that hold also where counts are small (Clopper and Pearson 1934)."""

import numpy as np
from numpy.typing import NDArray

from textclf.evaluation.bootstrap import Interval

_LEVEL = 0.95


def effective_rows(weights: NDArray[np.float64], groups: NDArray[np.intp] | None) -> float:
    """Return how many independent rows of equal weight are worth as much (Kish 1965).

    Both arrays have shape (rows,). Rows of one group count as one.
    """
    each = weights if groups is None else np.bincount(groups, weights)
    squares = float((each**2).sum())
    return float(each.sum()) ** 2 / squares if squares else 0.0


def clopper_pearson(share: float, rows: float) -> Interval:
    """Return a share of `rows` with its exact 95% interval; `rows` may be an effective number.

    It never covers less than 95%, as Korn and Graubard (1998) use it for surveys.

    >>> print(clopper_pearson(1.0, 3))
    1.000 [0.292, 1.000]
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - start-up time

    hits, tail = share * rows, (1 - _LEVEL) / 2
    low = 0.0 if hits <= 0 else float(betaincinv(hits, rows - hits + 1, tail))
    high = 1.0 if hits >= rows else float(betaincinv(hits + 1, rows - hits, 1 - tail))
    return Interval(share, low, high)


def f1_interval(jaccard: float, rows: float) -> Interval:
    """Return F1 with its exact 95% interval from the Jaccard index J of a label.

    J is the share of right rows among the rows that have the label in truth or prediction; F1 is
    2J / (1 + J), which grows with J, so that the interval of J gives that of F1.
    """
    found = clopper_pearson(jaccard, rows)
    return Interval(*(2 * one / (1 + one) for one in (found.value, found.low, found.high)))
