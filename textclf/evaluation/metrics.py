"""Scores from two lists of answers, with intervals: it can judge any system, human or machine.

It knows no models. Intervals are percentile bootstrap (Efron 1979) over groups, since the
passages of an article are not independent; seed and number of resamples are fixed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclf.errors import InputError
from textclf.evaluation.bootstrap import Interval, interval, resamples

_BINS = 10


@dataclass(frozen=True, slots=True)
class LabelScore:
    """How well one label was found."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    """How many texts truly have it."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """How well a list of answers agrees with the truth."""

    texts: int
    answered: float
    """The share of texts that got an answer; the others count as wrong."""
    accuracy: Interval
    """The share of texts whose labels are all right and none besides."""
    macro_f1: Interval
    """The mean of the labels' F1, over the labels that truth or answers have."""
    example_f1: Interval
    """Mean of 2|T&P| / (|T|+|P|) over texts where truth T or answer P is not empty."""
    labels: tuple[LabelScore, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the scores as plain data, rounded to four places."""
        three = {name: getattr(self, name) for name in ("accuracy", "macro_f1", "example_f1")}
        return {
            "texts": self.texts,
            "answered": round(self.answered, 4),
            **{
                name: [round(one.value, 4), round(one.low, 4), round(one.high, 4)]
                for name, one in three.items()
            },
            "labels": {
                one.label: {
                    "precision": round(one.precision, 4),
                    "recall": round(one.recall, 4),
                    "f1": round(one.f1, 4),
                    "support": one.support,
                }
                for one in self.labels
            },
        }


def evaluate(
    truth: Sequence[Sequence[str]],
    answers: Sequence[Sequence[str] | None],
    labels: Sequence[str],
    groups: Sequence[str] | None = None,
) -> Metrics:
    """Return how well the answers agree with the truth; an answer of None is an abstention.

    `groups` names what each text belongs to, such as its article; by default each stands
    alone. Raises InputError where the lists do not fit together.

    >>> evaluate([["favor"], ["none"]], [["favor"], ["favor"]], ["favor", "none"]).accuracy.value
    0.5
    """
    if groups and len(groups) != len(truth):
        raise InputError(f"there are {len(groups)} groups for {len(truth)} texts; give one a text")
    if not truth or len(truth) != len(answers):
        raise InputError(
            f"there are {len(truth)} true answers and {len(answers)} to judge; give as many of each"
        )
    true, given = _indicator(truth, labels), _indicator([a or () for a in answers], labels)
    answered = np.array([answer is not None for answer in answers])
    _, group = np.unique(
        np.array(groups or [str(i) for i in range(len(truth))]), return_inverse=True
    )
    counts = _Counts.of(true, given, answered)
    whole = counts.scores(np.ones((1, len(truth))))
    spread = counts.scores(resamples(group))
    accuracy, macro, example = (interval(float(whole[i][0]), spread[i]) for i in range(3))
    return Metrics(
        len(truth),
        float(answered.mean()),
        accuracy,
        macro,
        example,
        tuple(_label_scores(true, given, labels)),
    )


def calibration_error(
    probs: NDArray[np.float64], right: NDArray[np.bool_], groups: Sequence[str] | None = None
) -> Interval:
    """Return the expected calibration error: how far stated probabilities are from what happens.

    Texts fall into ten bins of equal width by their probability; the error is the mean gap
    between mean probability and share right, weighted by texts (Naeini et al. 2015).
    """
    _, group = np.unique(np.array(groups or np.arange(len(probs))), return_inverse=True)
    bins = np.minimum((probs * _BINS).astype(int), _BINS - 1)
    gaps = np.zeros((len(probs), _BINS))
    gaps[np.arange(len(probs)), bins] = probs - right

    def error(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.abs(weights @ gaps).sum(axis=1) / weights.sum(axis=1))

    return interval(float(error(np.ones((1, len(probs))))[0]), error(resamples(group)))


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """What each text adds to the scores, so that a resample is a weighted sum."""

    exact: NDArray[np.float64]
    example: NDArray[np.float64]
    counted: NDArray[np.float64]
    hits: NDArray[np.float64]
    sizes: NDArray[np.float64]

    @classmethod
    def of(
        cls, true: NDArray[np.bool_], given: NDArray[np.bool_], answered: NDArray[np.bool_]
    ) -> "_Counts":
        both = (true & given).sum(axis=1)
        sizes = true.sum(axis=1) + given.sum(axis=1)
        counted = (sizes > 0) | ~answered
        return cls(
            exact=((true == given).all(axis=1) & answered).astype(float),
            example=np.where(sizes > 0, 2 * both / np.maximum(sizes, 1), 0.0),
            counted=counted.astype(float),
            hits=(true & given).astype(float),
            sizes=(true.astype(float) + given.astype(float)),
        )

    def scores(self, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return accuracy, macro-F1 and example-based F1 for each row of weights."""
        total = weights.sum(axis=1)
        hits, sizes = weights @ self.hits, weights @ self.sizes
        f1 = 2 * hits / np.maximum(sizes, 1e-12)
        seen = sizes > 0
        macro = f1.sum(axis=1, where=seen) / np.maximum(seen.sum(axis=1), 1)
        counted = np.maximum(weights @ self.counted, 1e-12)
        return weights @ self.exact / total, macro, weights @ self.example / counted


def _indicator(answers: Sequence[Sequence[str]], labels: Sequence[str]) -> NDArray[np.bool_]:
    places = {label: place for place, label in enumerate(labels)}
    matrix = np.zeros((len(answers), len(labels)), bool)
    for row, answer in enumerate(answers):
        for label in answer:
            if label not in places:
                raise InputError(
                    f"answer {row} has {label!r}, which is no label; {', '.join(labels)}"
                )
            matrix[row, places[label]] = True
    return matrix


def _label_scores(
    true: NDArray[np.bool_], given: NDArray[np.bool_], labels: Sequence[str]
) -> list[LabelScore]:
    found = []
    for place, label in enumerate(labels):
        hits = int((true[:, place] & given[:, place]).sum())
        truly, said = int(true[:, place].sum()), int(given[:, place].sum())
        found.append(
            LabelScore(
                label,
                hits / said if said else 0.0,
                hits / truly if truly else 0.0,
                2 * hits / (truly + said) if truly + said else 0.0,
                truly,
            )
        )
    return found
