"""Brier score, calibration error and average precision of predicted probabilities."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textclf.evaluation.bayesian_bootstrap import (
    DRAWS,
    credible,
    draw_weights,
    group_numbers,
    sample_weights,
)
from textclf.evaluation.bootstrap import Interval

_BINS = 10
"""Bins of the calibration error, of equal width."""
_MANY_TEXTS, _FEWER_DRAWS = 20_000, 200
"""With so many texts, fewer draws are as good, and take seconds instead of a minute."""


def probability_figures(
    probs: NDArray[np.float64],
    outcomes: NDArray[np.bool_],
    stated: NDArray[np.float64],
    right: NDArray[np.bool_],
    weights: NDArray[np.float64] | None = None,
    groups: Sequence[str] | None = None,
) -> dict[str, Interval | None]:
    """Return the Brier score (1950) and the expected calibration error (Naeini et al. 2015).

    `probs` and `outcomes` have shape (texts, labels): the probability of each label, and whether
    it is true; the squared gaps are added up over labels, and halved if there are two. With one
    column it is the probability of the label that was given. `stated` and `right`, shape (texts,),
    are the probability of each answer, and whether the answer is right; NaN for no answer.
    """
    labels = probs.shape[1]
    square = ((probs - outcomes) ** 2).sum(axis=1) / (2 if labels == 2 else 1)  # noqa: PLR2004
    answered = ~np.isnan(stated)
    bins = np.minimum((np.where(answered, stated, 0) * _BINS).astype(int), _BINS - 1)
    # Column b holds probability minus outcome of the texts in bin b: a weighted sum is its gap.
    columns = np.zeros((len(stated), _BINS + 3))
    columns[answered, bins[answered]] = (stated - right)[answered]
    columns[:, _BINS] = answered
    with_probs = ~np.isnan(square)
    columns[with_probs, _BINS + 1] = square[with_probs]
    columns[:, _BINS + 2] = with_probs
    group = group_numbers(groups, len(stated))
    weight = sample_weights(weights, len(stated), group)

    def figures(sums: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        brier = sums[:, _BINS + 1] / np.maximum(sums[:, _BINS + 2], 1e-12)
        return brier, np.abs(sums[:, :_BINS]).sum(axis=1) / np.maximum(sums[:, _BINS], 1e-12)

    whole = figures(weight[None] @ columns)
    drawn = figures(
        np.concatenate([one @ columns for one in draw_weights(weight, group, _draws(len(stated)))])
    )
    defined = with_probs.any(), answered.any()
    return {
        name: credible(float(value[0]), spread) if known else None
        for name, value, spread, known in zip(
            ("brier_score", "calibration_error"), whole, drawn, defined, strict=True
        )
    }


def average_precision(
    probs: NDArray[np.float64],
    true: NDArray[np.bool_],
    weights: NDArray[np.float64] | None = None,
    groups: Sequence[str] | None = None,
) -> Interval | None:
    """Return the average precision of a label: the mean precision over recall, as in scikit-learn.

    `probs` and `true` have shape (texts,). Texts of equal probability are found together, and
    those without one, NaN, last. None if no text has the label.
    """
    if not true.any():
        return None
    probs = np.nan_to_num(probs, nan=-1.0)
    order = np.argsort(-probs, kind="stable")
    sorted_probs, hits = probs[order], true[order].astype(float)
    ends = np.append(np.flatnonzero(np.diff(sorted_probs)), len(probs) - 1)
    group = group_numbers(groups, len(probs))
    weight = sample_weights(weights, len(probs), group)[order]

    def scores(
        drawn: NDArray[np.float64], rng: np.random.Generator | None = None
    ) -> NDArray[np.float64]:
        right = drawn * hits
        if rng is not None:
            # One text more has the label, with the probability of a random text. Without it, few
            # texts with the label would seem to be ranked so for certain.
            row, place = np.arange(len(drawn)), rng.integers(len(probs), size=len(drawn))
            more = rng.standard_exponential(len(drawn))
            right[row, place] += more
            drawn[row, place] += more
        found = np.cumsum(right, axis=1)[:, ends]
        precision = found / np.cumsum(drawn, axis=1)[:, ends]
        gained = np.diff(found, axis=1, prepend=0)
        return np.asarray((gained * precision).sum(axis=1) / found[:, -1])

    drawn = draw_weights(weight, None if group is None else group[order], _draws(len(probs)))
    rng = np.random.default_rng(1)
    spread = np.concatenate([scores(one, rng) for one in drawn])
    return credible(float(scores(weight[None])[0]), spread)


def _draws(texts: int) -> int:
    return _FEWER_DRAWS if texts > _MANY_TEXTS else DRAWS
