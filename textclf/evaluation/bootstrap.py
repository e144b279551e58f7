"""Bootstrap intervals (Efron 1979) for scores of grouped texts.

Whole groups, such as articles, are resampled, since passages of one article are not independent.
Seed and number of resamples are fixed, so that equal data give equal intervals.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_RESAMPLES = 1000
_SEED = 0
_BLOCK = 10_000_000
"""About how many numbers are drawn at a time: all at once, many texts would fill the memory."""
_LEVEL = 0.95
"""The share of the resampled scores that an interval holds."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A score between 0 and 1, and the ends of its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def rounded(figure: Interval | None) -> list[float] | None:
    """Return value, low and high with four places, as in JSON; None for an undefined figure."""
    if figure is None:
        return None
    return [round(end, 4) for end in (figure.value, figure.low, figure.high)]


def resampled(
    group: NDArray[np.intp], score: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return the scores of 1000 resamples, shape (..., 1000).

    `group` has shape (texts,) and holds the number of each text's group, from 0 without a gap.
    The texts of a group are drawn together, and each resample draws as many groups as there are.
    `score` receives how often each text is drawn, shape (resamples, texts), for some resamples at
    a time, and returns their scores, shape (..., resamples).
    """
    return np.concatenate([score(weights) for weights in _resamples(group.ravel())], axis=-1)


def _resamples(group: NDArray[np.intp]) -> Iterator[NDArray[np.float64]]:
    """Yield how often each text is drawn in some of the resamples, shape (resamples, texts)."""
    count = int(group.max()) + 1
    rng = np.random.default_rng(_SEED)
    at_once = max(1, _BLOCK // len(group))
    for first in range(0, _RESAMPLES, at_once):
        size = min(at_once, _RESAMPLES - first)
        # Drawing n groups with replacement is one multinomial draw of how often each is drawn.
        drawn = rng.multinomial(count, np.full(count, 1 / count), size=size)
        yield drawn[:, group].astype(float)


def interval(value: float, spread: NDArray[np.float64]) -> Interval:
    """Return a score with its 95% percentile interval.

    `value` is the score of all texts, and `spread` holds the scores of the resamples, shape
    (resamples,).
    """
    # Resamples can miss a rare label, and are calibrated worse than all texts. Both percentiles
    # can then be on one side of the score, so the interval is widened to include it.
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(spread, [tail, 1 - tail])
    return Interval(value, min(value, float(low)), max(value, float(high)))
