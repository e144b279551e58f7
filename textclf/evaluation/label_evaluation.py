"""Predicted labels held against those of people: every figure with an interval that covers.

The labels may come from any model or person, with sampling weights and groups of rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclf.errors import InputError
from textclf.evaluation.bayesian_bootstrap import (
    credible,
    draw_counts,
    group_numbers,
    sample_weights,
)
from textclf.evaluation.bootstrap import Interval, rounded
from textclf.evaluation.proportions import clopper_pearson, effective_rows, f1_interval

Answer = tuple[str, ...]

FIGURES = ("macro_f1", "micro_f1", "accuracy", "balanced_accuracy", "kappa", "example_f1")
"""The figures of all labels together, in the order in which they are shown."""
_WIDEST = 0.3
"""An F1 whose interval is wider is not to be trusted."""
_NOTHING = 1e-12
"""A sum of weights that is no larger is 0 but for rounding."""
_HIT, _ERROR = 0.5, 0.25
"""Pseudo-counts: Jeffreys' for right against wrong; the wrong ones are of two kinds."""

_STICKS = 20
"""Pieces of a stick: what is left of it is less than a billionth."""


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How well one label is found. A figure without data is undefined: None."""

    label: str
    precision: Interval | None
    recall: Interval | None
    f1: Interval | None
    support: int
    """How many texts have the label in truth."""
    predicted: int
    """How many texts are given the label."""
    needed: int
    """How many texts with the label would make the interval of F1 narrow enough; 0: it is."""
    average_precision: Interval | None = None
    """None where there are no probabilities, or no text has the label."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well predicted labels agree with the true ones."""

    texts: int
    answered: float
    """The share of texts without an abstention; abstentions count as wrong."""
    figures: Mapping[str, Interval | None]
    """By name, as in FIGURES, and those of probabilities where there are some. None: undefined."""
    labels: tuple[LabelFigures, ...]
    baselines: Mapping[str, Mapping[str, Interval | None]] = field(default_factory=dict)
    """The figures of rules that learn nothing from the text, or only single words."""

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain data, rounded to four places; None where undefined."""
        return {
            "texts": self.texts,
            "answered": round(self.answered, 4),
            **{name: rounded(one) for name, one in self.figures.items()},
            "labels": {
                one.label: {
                    "precision": rounded(one.precision),
                    "recall": rounded(one.recall),
                    "f1": rounded(one.f1),
                    "average_precision": rounded(one.average_precision),
                    "support": one.support,
                    "predicted": one.predicted,
                    "trusted": not one.needed,
                    "needed": one.needed,
                }
                for one in self.labels
            },
            "baselines": {
                name: {figure: rounded(one) for figure, one in figures.items()}
                for name, figures in self.baselines.items()
            },
        }

    def rows(self) -> list[tuple[str, str, str, float | None, float | None, float | None, int]]:
        """Return a tidy table: system, figure, label, value, low, high, texts."""
        systems = {"model": self.figures, **self.baselines}
        overall = [
            (system, name, "", *_ends(one), self.texts)
            for system, figures in systems.items()
            for name, one in figures.items()
        ]
        by_label = [
            ("model", name, one.label, *_ends(getattr(one, name)), one.support)
            for one in self.labels
            for name in ("precision", "recall", "f1", "average_precision")
            if name != "average_precision" or one.average_precision
        ]
        return overall + by_label


def evaluate_labels(
    truth: Sequence[Answer],
    answers: Sequence[Answer | None],
    labels: Sequence[str] = (),
    *,
    weights: NDArray[np.float64] | None = None,
    groups: Sequence[str] | None = None,
    baselines: Mapping[str, Sequence[Answer | None]] | None = None,
) -> Evaluation:
    """Return how well the answers agree with the truth; an answer of None is an abstention.

    `labels` are those of the scheme; without them, those that occur. `weights` are sampling
    weights, shape (texts,). `groups` names the group of each text, such as its article: a group
    is drawn as a whole. `baselines` has other answers, which get figures of their own. Raises
    InputError for lists of different lengths and for an unknown label.

    >>> evaluate_labels([("favor",), ("none",)], [("favor",), ("favor",)]).figures["accuracy"].value
    0.5
    """
    if not truth or len(truth) != len(answers):
        raise InputError(
            f"there are {len(truth)} true answers and {len(answers)} to score; give one each"
        )
    names = tuple(labels) or _names(truth, answers)
    pairs = AnswerPairs.of(truth, answers, names, weights, groups)
    return Evaluation(
        len(truth),
        float(pairs.weights @ pairs.answered[pairs.kinds] / pairs.weights.sum()),
        pairs.figures(),
        tuple(pairs.label_figures()),
        {
            name: AnswerPairs.of(truth, given, names, weights, groups).figures()
            for name, given in (baselines or {}).items()
        },
    )


@dataclass(frozen=True, slots=True, eq=False)
class AnswerPairs:
    """True and predicted labels, reduced to the distinct pairs of answers that occur.

    Every figure is a function of how often each pair occurs, so that a posterior draw of these
    counts gives a draw of each figure.
    """

    labels: tuple[str, ...]
    true: NDArray[np.float64]
    """Shape (pairs, labels): 1 if the label is true."""
    given: NDArray[np.float64]
    """Shape (pairs, labels): 1 if the label is predicted."""
    answered: NDArray[np.float64]
    """Shape (pairs,): 0 for an abstention."""
    values: NDArray[np.intp]
    """Shape (pairs, 2): the number of the true and of the predicted answer as a whole."""
    kinds: NDArray[np.intp]
    """Shape (texts,): the pair of each text."""
    weights: NDArray[np.float64]
    """Shape (texts,)."""
    groups: NDArray[np.intp] | None

    @classmethod
    def of(
        cls,
        truth: Sequence[Answer],
        answers: Sequence[Answer | None],
        labels: Sequence[str],
        weights: NDArray[np.float64] | None = None,
        groups: Sequence[str] | None = None,
    ) -> "AnswerPairs":
        """Return the pairs of two lists of answers; raises InputError for an unknown label."""
        if groups is not None and len(groups) != len(truth):
            raise InputError(
                f"there are {len(groups)} groups for {len(truth)} texts; give one each"
            )
        number: dict[tuple[Answer, Answer | None], int] = {}
        kinds = [
            number.setdefault(
                (tuple(sorted(a)), None if b is None else tuple(sorted(b))), len(number)
            )
            for a, b in zip(truth, answers, strict=True)
        ]
        index = {label: column for column, label in enumerate(labels)}
        value: dict[Answer | None, int] = {}
        numbered = [[value.setdefault(one, len(value)) for one in pair] for pair in number]
        numbers = group_numbers(groups, len(truth))
        return cls(
            tuple(labels),
            _indicator([a for a, _ in number], index),
            _indicator([b or () for _, b in number], index),
            np.array([b is not None for _, b in number], float),
            np.array(numbered, np.intp),
            np.array(kinds, np.intp),
            sample_weights(weights, len(truth), numbers),
            numbers,
        )

    @property
    def counts(self) -> NDArray[np.float64]:
        """The weight of each pair, shape (pairs,)."""
        return np.asarray(np.bincount(self.kinds, self.weights, len(self.values)), float)

    def figures(self) -> dict[str, Interval | None]:
        """Return the figures of all labels together, each with its interval."""
        whole = figures_of(self, self.counts[None], None)
        rng = np.random.default_rng(1)
        spread = figures_of(self, draw_counts(self.kinds, self.weights, self.groups), rng)
        return {
            name: None if np.isnan(whole[name][0]) else credible(whole[name][0], spread[name])
            for name in FIGURES
        }

    def label_figures(self) -> list[LabelFigures]:
        """Return precision, recall and F1 of each label, with exact intervals."""
        return [self._label_figures(column) for column in range(len(self.labels))]

    def _label_figures(self, column: int) -> LabelFigures:
        true = self.true[self.kinds, column] > 0
        given = self.given[self.kinds, column] > 0
        f1 = self._share(true & given, true | given)
        exact = None if f1 is None else f1_interval(*f1)
        support = int(true.sum())
        return LabelFigures(
            self.labels[column],
            _exact(self._share(true & given, given)),
            _exact(self._share(true & given, true)),
            exact,
            support,
            int(given.sum()),
            _needed(exact, support),
        )

    def _share(
        self, hits: NDArray[np.bool_], rows: NDArray[np.bool_]
    ) -> tuple[float, float] | None:
        """Return the weighted share of hits among rows, and how many rows these are worth."""
        if not rows.any():
            return None
        groups = None if self.groups is None else self.groups[rows]
        share = float(self.weights[hits].sum() / self.weights[rows].sum())
        return share, effective_rows(self.weights[rows], groups)


def figures_of(
    pairs: AnswerPairs, counts: NDArray[np.float64], rng: np.random.Generator | None
) -> dict[str, NDArray[np.float64]]:
    """Return each figure of each draw, shape (draws,); NaN where it is undefined.

    `counts` has shape (draws, pairs). With `rng`, pseudo-counts are added to the cells that each
    figure is made of; without, the figures are those of the counts as they are.
    """
    draws = len(counts)

    def some(mass: float, *columns: int) -> NDArray[np.float64]:
        shape = (draws, *columns)
        return np.zeros(shape) if rng is None else rng.gamma(mass, size=shape)

    both = counts @ (pairs.true * pairs.given)
    missed = counts @ (pairs.true * (1 - pairs.given))
    wrong = counts @ ((1 - pairs.true) * pairs.given)
    occurs = (pairs.true + pairs.given).any(axis=0)
    supported = pairs.true.any(axis=0)
    size = len(pairs.labels)
    exact = (pairs.values[:, 0] == pairs.values[:, 1]).astype(float)
    right = counts @ exact
    total = counts.sum(axis=1)
    shares = 2 * (pairs.true * pairs.given).sum(axis=1)
    sizes = (pairs.true + pairs.given).sum(axis=1)
    each = np.where(sizes > 0, shares / np.maximum(sizes, 1), 0.0)
    counted = counts @ ((sizes > 0) | (pairs.answered == 0)).astype(float)
    f1 = _f1(both + some(_HIT, size), missed + some(_ERROR, size) + wrong + some(_ERROR, size))
    hit, miss = both + some(_HIT, size), missed + some(_HIT, size)
    recall = _ratio(hit, hit + miss)
    return {
        "macro_f1": _mean(f1[:, occurs]),
        "micro_f1": _f1(
            both.sum(axis=1) + some(_HIT),
            (missed + wrong).sum(axis=1) + some(_ERROR) + some(_ERROR),
        ),
        "accuracy": _ratio_with(right, total - right, some(_HIT), some(_HIT)),
        "balanced_accuracy": _mean(recall[:, supported]),
        "kappa": _kappa(pairs.values, counts, rng),
        "example_f1": _ratio_with(counts @ each, counted - counts @ each, some(_HIT), some(_HIT)),
    }


def _kappa(
    values: NDArray[np.intp], counts: NDArray[np.float64], rng: np.random.Generator | None
) -> NDArray[np.float64]:
    """Return Cohen's kappa (1960) of whole answers, shape (draws,); NaN if all are one value.

    The pseudo-counts lie on the diagonal, and elsewhere, of the table of the two answers.
    """
    number = int(values.max()) + 1
    first, second = np.eye(number)[values[:, 0]], np.eye(number)[values[:, 1]]
    one, other = counts @ first, counts @ second
    same = counts @ (values[:, 0] == values[:, 1]).astype(float)
    total = counts.sum(axis=1)
    if rng is not None and number > 1:
        diagonal = rng.gamma(2 * _HIT / number, size=one.shape)
        rows, columns = _error_margins(number, len(one), rng)
        one, other = one + diagonal + rows, other + diagonal + columns
        same = same + diagonal.sum(axis=1)
        total = one.sum(axis=1)
    chance = (one * other).sum(axis=1) / total**2
    return _ratio(same / total - chance, 1 - chance)


def _error_margins(
    number: int, draws: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return pseudo-counts off the diagonal, summed by row and by column: (draws, number) each.

    All cells weigh alike. The mass is dealt by breaking a stick (Sethuraman 1994), since a table
    of many answers has too many cells to draw each.
    """
    left = np.cumprod(rng.beta(2 * _ERROR, 1, (draws, _STICKS)), axis=1)
    mass = -np.diff(left, axis=1, prepend=1) * rng.gamma(2 * _ERROR, size=(draws, 1))
    row = rng.integers(number, size=mass.shape)
    column = (row + rng.integers(1, number, size=mass.shape)) % number
    margins = np.zeros((2, draws, number))
    np.add.at(margins[0], (np.arange(draws)[:, None], row), mass)
    np.add.at(margins[1], (np.arange(draws)[:, None], column), mass)
    return margins[0], margins[1]


def _ratio_with(
    hits: NDArray[np.float64],
    others: NDArray[np.float64],
    more_hits: NDArray[np.float64],
    more_others: NDArray[np.float64],
) -> NDArray[np.float64]:
    hits = hits + more_hits
    return _ratio(hits, hits + others + more_others)


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    nothing = np.full(part.shape, np.nan)
    return np.asarray(np.divide(part, whole, out=nothing, where=whole > _NOTHING))


def _f1(hits: NDArray[np.float64], errors: NDArray[np.float64]) -> NDArray[np.float64]:
    return _ratio(2 * hits, 2 * hits + errors)


def _mean(figures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over labels, shape (draws,); NaN without a label."""
    if not figures.shape[1]:
        return np.full(len(figures), np.nan)
    return np.asarray(figures.mean(axis=1))


def _indicator(answers: Sequence[Answer], index: Mapping[str, int]) -> NDArray[np.float64]:
    matrix = np.zeros((len(answers), len(index)))
    for row, answer in enumerate(answers):
        for label in answer:
            if label not in index:
                raise InputError(f"{label!r} is not a label; there are: {', '.join(index)}")
            matrix[row, index[label]] = 1
    return matrix


def _names(truth: Sequence[Answer], answers: Sequence[Answer | None]) -> tuple[str, ...]:
    return tuple(sorted({label for one in (*truth, *answers) for label in one or ()}))


def _exact(share: tuple[float, float] | None) -> Interval | None:
    return None if share is None else clopper_pearson(*share)


def _needed(f1: Interval | None, support: int) -> int:
    """Return how many texts with a label make its interval narrow; widths fall as 1/sqrt(n)."""
    width = 1.0 if f1 is None else f1.high - f1.low
    return 0 if width <= _WIDEST else ceil(max(support, 3) * (width / _WIDEST) ** 2)


def _ends(one: Interval | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if one is None else (one.value, one.low, one.high)
