"""Posterior draws of counts: the Bayesian bootstrap (Rubin 1981) over whole groups of rows.

A percentile bootstrap of a rare label claims too much: it can draw no row that the sample does not
have. Here each group gets a random weight, and the cells of a confusion matrix get pseudo-counts
(Jeffreys' prior; Goutte and Gaussier 2005 for F1). `benchmarks/coverage.py` measures how often the
intervals hold the truth. Seed and number of draws are fixed: equal data give equal intervals.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from textclf.errors import counted
from textclf.evaluation.bootstrap import Interval
from textclf.evaluation.proportions import effective_rows

DRAWS = 1000
_SEED = 0
_LEVEL = 0.95
_FEW_GROUPS = 20
_CHUNK = 4_000_000
"""Weights that are held in memory at a time."""


def group_numbers(groups: object, rows: int) -> NDArray[np.intp] | None:
    """Return the number of each row's group, shape (rows,), from 0; None without groups."""
    if groups is None:
        return None
    _, numbers = np.unique(np.asarray(groups, str), return_inverse=True)
    return np.asarray(numbers.reshape(rows), np.intp)


def few_groups(groups: Sequence[str] | None, column: str) -> list[str]:
    """Return a warning if rows are in so few groups that intervals are rough; else nothing."""
    number = len(set(groups or ()))
    if groups is None or number >= _FEW_GROUPS or number == len(groups):
        return []
    rows = f"the {len(groups):,} rows are in {counted(number, 'group')} of {column!r}"
    return [f"warning: {rows}; intervals of fewer than {_FEW_GROUPS} groups are rough"]


def sample_weights(
    weights: NDArray[np.float64] | None, rows: int, groups: NDArray[np.intp] | None
) -> NDArray[np.float64]:
    """Return weights of shape (rows,) that add up to the effective number of rows (Kish 1965).

    Rows of one group count as one. Pseudo-counts then weigh as much as they would beside so many
    independent rows of equal weight.
    """
    each = np.ones(rows) if weights is None else weights
    return np.asarray(each * (effective_rows(each, groups) / each.sum()))


def draw_counts(
    kinds: NDArray[np.intp],
    weights: NDArray[np.float64],
    groups: NDArray[np.intp] | None,
    draws: int = DRAWS,
    seed: int = _SEED,
) -> NDArray[np.float64]:
    """Return the weight of all rows of each kind in each draw, shape (draws, kinds).

    `kinds` says of which kind each row is, from 0 without a gap; `weights` and `groups` have one
    value for each row. The weight of a group is exponential with mean 1.
    """
    rng = np.random.default_rng(seed)
    number = int(kinds.max()) + 1
    if groups is None and (weights == weights[0]).all():
        # The sum of n exponential weights is one gamma draw of shape n.
        counts = np.bincount(kinds, minlength=number)
        return np.asarray(weights[0] * rng.gamma(counts, size=(draws, number)))
    order = np.argsort(kinds, kind="stable")
    starts = np.searchsorted(kinds[order], np.arange(number))
    owners = None if groups is None else groups[order]
    return np.concatenate(
        [
            np.add.reduceat(drawn, starts, axis=1)
            for drawn in draw_weights(weights[order], owners, draws, seed)
        ]
    )


def draw_weights(
    weights: NDArray[np.float64],
    groups: NDArray[np.intp] | None,
    draws: int = DRAWS,
    seed: int = _SEED,
) -> Iterator[NDArray[np.float64]]:
    """Yield the weight of each row in some of the draws, shape (some draws, rows), until all."""
    rng = np.random.default_rng(seed)
    units = len(weights) if groups is None else int(groups.max()) + 1
    step = max(1, _CHUNK // len(weights))
    for first in range(0, draws, step):
        drawn = rng.standard_exponential((min(step, draws - first), units))
        yield (drawn if groups is None else drawn[:, groups]) * weights


def credible(value: float, draws: NDArray[np.float64]) -> Interval:
    """Return a figure with its 95% interval, the middle of the posterior draws.

    The interval is widened to hold the figure itself. Draws that are NaN are left out.
    """
    tail = (1 - _LEVEL) / 2
    kept = draws[~np.isnan(draws)]
    low, high = np.quantile(kept, [tail, 1 - tail]) if len(kept) else (np.nan, np.nan)
    return Interval(float(value), float(min(value, low)), float(max(value, high)))
