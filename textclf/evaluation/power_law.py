"""A power law of scores by numbers of texts, and what more texts are worth.

Scores of a classifier rise as a - b n^-c (Cortes et al. 1994), and fitting that to small numbers
of texts predicts larger ones (Figueroa et al. 2012).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textclf.errors import InputError
from textclf.evaluation.bootstrap import Interval

_FEWEST = 3
"""Numbers of texts that determine three parameters."""
_FITS = 200
"""Fits to scores that are drawn anew, which give the band."""
_SEED = 0
_DEVIATIONS = 2 * 1.96
"""Standard deviations in a 95% interval."""
_SMALLEST_DEVIATION = 0.005
_EXPONENTS = np.geomspace(0.05, 2, 300)
"""The values of c: with less than the first, a curve would never level off."""


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """A curve a - b n^-c, and the curves that fit other draws of the same scores."""

    a: float
    """The score with any number of texts."""
    b: float
    c: float
    drawn: tuple[tuple[float, float, float], ...] = ()

    def score(self, texts: float) -> Interval:
        """Return the score that the curve gives a number of texts, with its band."""
        return self._band(lambda a, b, c: a - b * texts**-c)

    def gain(self, texts: float, more: float) -> Interval:
        """Return by how much the score rises with so many more texts, with its band."""
        return self._band(lambda _, b, c: b * (texts**-c - (texts + more) ** -c))

    def _band(self, value: Callable[[float, float, float], float]) -> Interval:
        best = float(value(self.a, self.b, self.c))
        if not self.drawn:
            return Interval(best, best, best)
        low, high = np.quantile([value(*one) for one in self.drawn], [0.025, 0.975])
        return Interval(best, min(best, float(low)), max(best, float(high)))


def fit_power_law(texts: Sequence[float], scores: Sequence[Interval]) -> PowerLaw:
    """Return the power law that fits the scores of some numbers of texts.

    A score counts by the inverse square of the width of its interval. Raises InputError for fewer
    than three different numbers of texts.

    >>> sizes = (50, 100, 200, 400, 800)
    >>> law = fit_power_law(sizes, [Interval(v, v, v) for v in (0.9 - n**-0.5 for n in sizes)])
    >>> round(law.a, 2), round(law.b, 1), round(law.c, 2)
    (0.9, 1.0, 0.5)
    """
    if len(set(texts)) < _FEWEST:
        raise InputError(
            f"there are scores of {len(set(texts))} numbers of texts; a curve needs {_FEWEST}"
        )
    sizes = np.array(texts, float)
    values = np.array([one.value for one in scores])
    widths = np.array([one.high - one.low for one in scores])
    deviations = np.maximum(widths / _DEVIATIONS, _SMALLEST_DEVIATION)
    drawn = np.random.default_rng(_SEED).normal(values, deviations, (_FITS, len(values)))
    best, *others = _fitted(sizes, np.vstack([values, drawn]), deviations)
    return PowerLaw(*best, tuple(others))


def _fitted(
    sizes: NDArray[np.float64], values: NDArray[np.float64], deviations: NDArray[np.float64]
) -> list[tuple[float, float, float]]:
    """Return a, b and c with the least weighted squared error for each row of `values`.

    `sizes` and `deviations` have shape (points,), `values` has shape (draws, points). For a given
    c the curve is a line in n^-c, so that a and b follow, and c is looked for on a grid.
    """
    weights = deviations**-2.0 / (deviations**-2.0).sum()
    best = np.full(len(values), np.inf)
    found = np.zeros((len(values), 3))
    mean = values @ weights
    for c in _EXPONENTS:
        x = sizes**-c
        middle = x @ weights
        slope = ((values - mean[:, None]) * (x - middle)) @ weights / (weights @ (x - middle) ** 2)
        b = np.maximum(0, -slope)  # the score does not fall
        a = mean + b * middle
        # A score above 1 is not possible: the line that begins at 1 is the best one then.
        above = a > 1
        b[above] = np.maximum(0, ((1 - values[above]) * x) @ weights / (weights @ x**2))
        a = np.minimum(a, 1)
        cost = ((a[:, None] - b[:, None] * x - values) ** 2) @ weights
        better = cost < best
        best[better] = cost[better]
        found[better] = np.stack([a, b, np.full(len(a), c)], axis=1)[better]
    return [(float(a), float(b), float(c)) for a, b, c in found]
