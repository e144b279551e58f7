"""Agreement of two coders beyond chance: Krippendorff's alpha, and Cohen's kappa for each label."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textclf.errors import InputError
from textclf.evaluation.bootstrap import Interval, interval, resamples

Answer = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """How far the coders agree on which texts have one label."""

    label: str
    kappa: float
    """Cohen's kappa (1960) of giving the label or not; 1 if neither coder ever gives it."""
    first: int
    """How many texts the first coder gives the label."""
    second: int
    """How many texts the second coder gives the label."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two coders agree on the same texts."""

    texts: int
    agreed: float
    """The share of texts to which both give the same labels."""
    alpha: Interval
    """Krippendorff's alpha (2004, chapter 11) for nominal data; a set of labels is one value."""
    labels: tuple[LabelAgreement, ...]
    disputes: tuple[tuple[Answer, Answer, int], ...]
    """The labels of the first coder, those of the second, how often; the most frequent first."""


def agreement(
    first: Sequence[Answer],
    second: Sequence[Answer],
    labels: Sequence[str],
    groups: Sequence[str] | None = None,
) -> Agreement:
    """Return how far two coders agree, with intervals that resample `groups` such as articles.

    Raises InputError if the coders have different numbers of answers, or none.

    >>> both = [("mention",), ("no_mention",), ("no_mention",), ("mention",)]
    >>> agreement(both, both, ["mention", "no_mention"]).alpha.value
    1.0
    """
    if not first or len(first) != len(second):
        raise InputError(
            f"one coder has {len(first)} answers, the other {len(second)}; give both for each text"
        )
    values = sorted({*first, *second})
    one, other = _indicator(first, values), _indicator(second, values)
    _, group = np.unique(np.array(groups or np.arange(len(first))), return_inverse=True)
    whole = _alpha(one, other, np.ones((1, len(first))))[0]
    differ = Counter((a, b) for a, b in zip(first, second, strict=True) if a != b)
    return Agreement(
        len(first),
        1 - differ.total() / len(first),
        interval(float(whole), _alpha(one, other, resamples(group))),
        tuple(_of_label(label, first, second) for label in labels),
        tuple((a, b, count) for (a, b), count in differ.most_common()),
    )


def _indicator(answers: Sequence[Answer], values: Sequence[Answer]) -> NDArray[np.float64]:
    """Return which value each answer has, shape (texts, values)."""
    return np.array([[answer == value for value in values] for answer in answers], float)


def _alpha(
    one: NDArray[np.float64], other: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return alpha for each resample, shape (resamples,); 1 if all answers have one value.

    `one` and `other` have shape (texts, values) and mark the answers of the two coders;
    `weights` has shape (resamples, texts) and says how often each text is drawn.
    """
    # Krippendorff's coincidence matrix for two coders: each text adds one pair in either order.
    # alpha = 1 - observed / expected disagreement, and the expected pairs are drawn without
    # replacement from all `values` answers.
    values = 2 * weights.sum(axis=1)
    counts = weights @ (one + other)
    observed = 1 - 2 * (weights @ (one * other)).sum(axis=1) / values
    expected = (values**2 - (counts**2).sum(axis=1)) / (values * (values - 1))
    return np.asarray(1 - observed / np.where(expected > 0, expected, 1))


def _of_label(label: str, first: Sequence[Answer], second: Sequence[Answer]) -> LabelAgreement:
    one = np.array([label in answer for answer in first])
    other = np.array([label in answer for answer in second])
    # The chance that both give the label, or both do not, if they decide independently.
    chance = one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean())
    kappa = 1.0 if chance == 1 else float(((one == other).mean() - chance) / (1 - chance))
    return LabelAgreement(label, kappa, int(one.sum()), int(other.sum()))
