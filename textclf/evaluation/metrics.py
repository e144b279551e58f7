"""Scores of predicted labels against true ones, with bootstrap intervals.

The labels may come from any model or person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclf.errors import InputError
from textclf.evaluation.bootstrap import Interval, interval, resampled

_BINS = 10
"""Bins of the calibration error, of equal width."""


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Precision, recall and F1 of one label."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    """How many texts have the label in truth."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """How well predicted labels agree with the true ones."""

    texts: int
    answered: float
    """The share of texts without an abstention; abstentions count as wrong."""
    accuracy: Interval
    """The share of texts whose predicted labels are exactly the true ones."""
    macro_f1: Interval
    """The mean F1 of the labels that are true or predicted for at least one text."""
    example_f1: Interval
    """The mean of 2|T&P| / (|T|+|P|) over texts with true labels T or predicted labels P."""
    labels: tuple[LabelScore, ...]

    def __repr__(self) -> str:
        return f"<Metrics {self.texts} texts: accuracy {self.accuracy}, macro-F1 {self.macro_f1}>"

    def as_dict(self) -> dict[str, Any]:
        """Return the scores as plain data, rounded to four places."""
        scores = {name: getattr(self, name) for name in ("accuracy", "macro_f1", "example_f1")}
        return {
            "texts": self.texts,
            "answered": round(self.answered, 4),
            **{
                name: [round(one.value, 4), round(one.low, 4), round(one.high, 4)]
                for name, one in scores.items()
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

    `groups` names the group of each text, such as its article; by default, each text is a group
    of its own. Raises InputError for lists of different lengths and for an unknown label.

    >>> evaluate([["favor"], ["none"]], [["favor"], ["favor"]], ["favor", "none"]).accuracy.value
    0.5
    """
    if groups and len(groups) != len(truth):
        raise InputError(f"there are {len(groups)} groups for {len(truth)} texts; give one each")
    if not truth or len(truth) != len(answers):
        raise InputError(
            f"there are {len(truth)} true answers and {len(answers)} to score; give one each"
        )
    true, given = _indicator(truth, labels), _indicator([a or () for a in answers], labels)
    answered = np.array([answer is not None for answer in answers])
    _, group = np.unique(
        np.array(groups or [str(i) for i in range(len(truth))]), return_inverse=True
    )
    counts = _Counts.of(true, given, answered)
    whole = counts.scores(np.ones((1, len(truth))))
    spread = resampled(group, counts.scores)
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
    """Return the expected calibration error (Naeini, Cooper and Hauskrecht 2015).

    `probs` and `right` have shape (texts,): the stated probability of each answer, and whether
    the answer is right. Texts are sorted into ten bins by probability; the error is the gap
    between mean probability and share of right answers in a bin, averaged over texts.
    """
    _, group = np.unique(np.array(groups or np.arange(len(probs))), return_inverse=True)
    bins = np.minimum((probs * _BINS).astype(int), _BINS - 1)
    # Row i holds probability minus outcome of text i in the column of its bin, so that a weighted
    # column sum is the gap of a bin times its number of texts.
    gaps = np.zeros((len(probs), _BINS))
    gaps[np.arange(len(probs)), bins] = probs - right

    def error(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.abs(weights @ gaps).sum(axis=1) / weights.sum(axis=1))

    return interval(float(error(np.ones((1, len(probs))))[0]), resampled(group, error))


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """What each text adds to the scores, so that the scores of a resample are weighted sums."""

    exact: NDArray[np.float64]
    """Shape (texts,): 1 if the labels are exactly right."""
    example: NDArray[np.float64]
    """Shape (texts,): the F1 of the text."""
    counted: NDArray[np.float64]
    """Shape (texts,): 1 if the text counts in the example-based F1."""
    hits: NDArray[np.float64]
    """Shape (texts, labels): 1 if the label is true and predicted."""
    sizes: NDArray[np.float64]
    """Shape (texts, labels): how often the label is true or predicted, 0 to 2."""

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

    def scores(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return accuracy, macro-F1 and example-based F1, shape (3, resamples).

        `weights` has shape (resamples, texts) and says how often each text is drawn.
        """
        total = weights.sum(axis=1)
        hits, sizes = weights @ self.hits, weights @ self.sizes
        # F1 = 2 hits / (true + predicted); labels that are neither do not enter the mean.
        f1 = 2 * hits / np.maximum(sizes, 1e-12)
        seen = sizes > 0
        macro = f1.sum(axis=1, where=seen) / np.maximum(seen.sum(axis=1), 1)
        counted = np.maximum(weights @ self.counted, 1e-12)
        return np.stack([weights @ self.exact / total, macro, weights @ self.example / counted])


def _indicator(answers: Sequence[Sequence[str]], labels: Sequence[str]) -> NDArray[np.bool_]:
    """Return a boolean matrix of shape (texts, labels); raises InputError for an unknown label."""
    index = {label: column for column, label in enumerate(labels)}
    matrix = np.zeros((len(answers), len(labels)), bool)
    for row, answer in enumerate(answers):
        for label in answer:
            if label not in index:
                raise InputError(
                    f"answer {row} has {label!r}, which is not a label; "
                    f"there are: {', '.join(labels)}"
                )
            matrix[row, index[label]] = True
    return matrix


def _label_scores(
    true: NDArray[np.bool_], given: NDArray[np.bool_], labels: Sequence[str]
) -> list[LabelScore]:
    scores = []
    for column, label in enumerate(labels):
        hits = int((true[:, column] & given[:, column]).sum())
        support, predicted = int(true[:, column].sum()), int(given[:, column].sum())
        scores.append(
            LabelScore(
                label,
                hits / predicted if predicted else 0.0,
                hits / support if support else 0.0,
                2 * hits / (support + predicted) if support + predicted else 0.0,
                support,
            )
        )
    return scores
