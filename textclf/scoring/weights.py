"""The linear form: what all learning ends in, and all scoring begins from and answers with.

    score_c(text) = bias_c + sum over views v of
                    1 / norm_v(text) * sum over terms t of g(tf_t) * weights_v[t, c]
    norm_v(text)  = sqrt(sum over terms t of (g(tf_t) * scale_v[t])**2)

Only terms of the vocabulary count. It knows no scheme, no estimator and no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from textclf._lazy_numpy import Buffer, np
from textclf.scoring._native import native
from textclf.scoring.vocabulary import Vocabulary
from textclf.text.features import FeatureGroup

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float32]"
Doubles: TypeAlias = "NDArray[np.float64]"
Places: TypeAlias = "NDArray[np.intp]"


@dataclass(frozen=True, slots=True, eq=False)
class FeatureWeights:
    """One view of a form: its vocabulary and what each term of it weighs."""

    view: FeatureGroup
    terms: Vocabulary
    numbers: Buffer
    """32-bit floats of shape (terms, 1 + labels): a term's scale, then its weights."""

    @classmethod
    def of(
        cls, view: FeatureGroup, terms: Vocabulary, scale: Floats, weights: Floats
    ) -> FeatureWeights:
        """Return the view of a scale for each term, and weights of shape (terms, labels)."""
        rows = np.column_stack([scale, weights]).astype(np.float32, order="C", copy=False)
        return cls(view, terms, rows)

    def __reduce__(self) -> tuple[type[FeatureWeights], tuple[FeatureGroup, Vocabulary, Floats]]:
        return FeatureWeights, (self.view, self.terms, self.rows)

    @property
    def rows(self) -> Floats:
        """The numbers as an array."""
        return np.asarray(self.numbers)

    @property
    def scale(self) -> Floats:
        """Shape (terms,): a term's part in the text's norm, such as its idf. Above zero."""
        return self.rows[:, 0]

    @property
    def weights(self) -> Floats:
        """Shape (terms, labels), idf and all."""
        return self.rows[:, 1:]

    def by_scale(self) -> FeatureWeights:
        """Return the view with its rows by ascending scale: the commonest terms first.

        So the few thousand rows that most texts touch lie side by side, and stay in the cache.
        """
        order = np.argsort(self.scale, kind="stable")
        terms = self.terms[:]
        ordered = Vocabulary(terms[place] for place in order)
        return FeatureWeights(self.view, ordered, self.rows[order])

    def weighing(self, weights: Floats) -> FeatureWeights:
        """Return the view with other weights."""
        return self.of(self.view, self.terms, self.scale, weights)


@dataclass(frozen=True, slots=True, eq=False)
class LinearWeights:
    """The views of a model and the intercept of each label."""

    views: tuple[FeatureWeights, ...]
    intercepts: Buffer
    """32-bit floats of shape (labels,)."""

    def __reduce__(self) -> tuple[type[LinearWeights], tuple[tuple[FeatureWeights, ...], Floats]]:
        return LinearWeights, (self.views, self.bias)

    @property
    def bias(self) -> Floats:
        """The intercepts as an array."""
        return np.asarray(self.intercepts)


def total(forms: Sequence[LinearWeights], weights: Sequence[Doubles]) -> LinearWeights:
    """Return the form whose score for a label is the sum of the forms' scores times their weights.

    A form's weights have the shape (labels,).
    """
    views = [
        view.weighing(view.weights * own.astype(np.float32))
        for form, own in zip(forms, weights, strict=True)
        for view in form.views
    ]
    biases = [form.bias * own for form, own in zip(forms, weights, strict=True)]
    return LinearWeights(tuple(views), np.sum(biases, axis=0).astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class DecisionRule:
    """How scores become probabilities and labels.

    `single`: probabilities are the softmax of slope * score + intercept, the label is the one
    whose probability is the largest multiple of its threshold. `multi`: they are its sigmoid,
    and a label is given at or above its threshold; with `empty_set_utility`, the labels given are
    those whose expected example-based F1 is the greatest.
    """

    kind: Literal["single", "multi"]
    slope: Doubles | tuple[float, ...]
    """Shape (labels,); above zero."""
    intercept: Doubles | tuple[float, ...]
    """Shape (labels,)."""
    threshold: Doubles | tuple[float, ...]
    """Shape (labels,): probabilities above 0."""
    epsilon: float = 0.0
    """How often even the surest answer is wrong: this share of all probability is spread evenly."""
    empty_set_utility: float | None = None
    """Of `multi`: what giving no label is worth where none is true; None to go by thresholds."""
    prior: Doubles | tuple[float, ...] | None = None
    """Of `single`: how frequent each label is where texts are answered; None: as in training."""

    def with_prior(
        self, shares: Sequence[float], known: Sequence[float] | None = None
    ) -> DecisionRule:
        """Return the decision for texts among which labels have these shares, each above 0.

        `known` are the shares that the probabilities assume now, unless the decision states them.
        The odds of a label change by the ratio of its shares (Saerens et al. 2002), and the
        likeliest label is given.
        """
        assumed = self.prior if known is None else known
        if assumed is None or self.kind != "single":
            raise ValueError("this decision does not tell which shares it assumes")
        shifts = [log(new / old) for new, old in zip(shares, assumed, strict=True)]
        intercept = tuple(
            float(one) + shift for one, shift in zip(self.intercept, shifts, strict=True)
        )
        return replace(
            self,
            intercept=tuple(round(one, 6) for one in intercept),
            threshold=(1.0,) * len(shifts),
            prior=tuple(float(share) for share in shares),
        )

    def probabilities(self, scores: Doubles) -> Doubles:
        """Return the calibrated probabilities of scores of shape (texts, labels)."""
        logits = scores * self.slope + self.intercept
        if self.kind == "multi":
            return np.asarray(
                self.epsilon / 2 + (1 - self.epsilon) * 0.5 * (1 + np.tanh(logits / 2))
            )
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = odds / odds.sum(axis=1, keepdims=True)
        return np.asarray(self.epsilon / scores.shape[1] + (1 - self.epsilon) * shares)

    def best(self, probs: Doubles) -> NDArray[np.intp]:
        """Return for probabilities of shape (texts, labels) the place of each single label."""
        return np.asarray((probs / self.threshold).argmax(axis=1))

    def given(self, probs: Doubles, at_least_one: bool = False) -> NDArray[np.bool_]:
        """Return which labels probabilities of shape (texts, labels) give, in the same shape.

        With `at_least_one`, a text of a multi scheme gets the likeliest label where none is given.
        """
        if self.kind == "single":
            return np.asarray(self.best(probs)[:, None] == np.arange(probs.shape[1]))
        if self.empty_set_utility is None:
            found = np.asarray(probs >= self.threshold)
        else:
            order, worth, none = expected_f1(probs)
            ranks = np.arange(order.shape[1]) <= worth.argmax(axis=1)[:, None]
            found = np.zeros(probs.shape, bool)
            np.put_along_axis(found, order, ranks, axis=1)
            found[worth.max(axis=1) <= self.empty_set_utility * none] = False
        if at_least_one:
            found[np.arange(len(found)), probs.argmax(axis=1)] |= ~found.any(axis=1)
        return found


def with_leads(whole: Sequence[float], leads: Sequence[Sequence[float]]) -> list[float]:
    """Return the score of each label of a text whose leads count as much as the whole."""
    return [
        (one + sum(of_lead) / len(of_lead)) / 2 for one, *of_lead in zip(whole, *leads, strict=True)
    ]


_MOST_GIVEN = 20
"""Labels of a text that may be given for their expected F1: the likeliest ones."""


def expected_f1(probs: Doubles) -> tuple[Places, Doubles, Doubles]:
    """Return for each text its likeliest labels in order, what giving them is worth, and P(none).

    The worth, shape (texts, labels), is the expected F1 of the first k of them, for each k from 1;
    P(none) is how likely it is that no label is true.

    Labels count as independent. The labels of greatest expected F1 are the k likeliest for some k
    (Lewis 1995); the expectation is exact, over how many of them and how many of the others are
    true (Ye et al. 2012).
    """
    order = np.argsort(-probs, axis=1, kind="stable")[:, :_MOST_GIVEN]
    sure = np.take_along_axis(probs, order, axis=1)
    count = sure.shape[1]
    rest = [np.ones((len(sure), 1))]
    for place in reversed(range(count)):
        rest.append(_one_more(rest[-1], sure[:, place]))
    top, worth = rest[0], []
    for k in range(1, count + 1):
        top = _one_more(top, sure[:, k - 1])
        others = rest[count - k]
        hits, missed = np.arange(k + 1)[:, None], np.arange(others.shape[1])
        shares = np.einsum("ta,ab->tb", top, 2 * hits / (k + hits + missed))
        worth.append((shares * others).sum(axis=1))
    return order, np.stack(worth, axis=1), rest[-1][:, 0]


def _one_more(chances: Doubles, sure: Doubles) -> Doubles:
    """Return the chances of 0, 1, ... true labels, shape (texts, labels), with one label more."""
    more = np.pad(chances * (1 - sure[:, None]), ((0, 0), (0, 1)))
    more[:, 1:] += chances * sure[:, None]
    return more


class Scores(NamedTuple):
    """What one form makes of texts and spans: a row for each."""

    numbers: Buffer
    """Doubles: the scores of each row's labels, row after row."""
    shares: Buffer
    """Doubles of shape (rows,): the share of the words there that the form knows.

    A form without a word view knows a chunk where it knows any n-gram of it.
    """
    labels: int

    @property
    def scores(self) -> Doubles:
        """The scores as an array of shape (rows, labels)."""
        return np.asarray(self.numbers).reshape(-1, self.labels)

    @property
    def known(self) -> Doubles:
        """The shares as an array."""
        return np.asarray(self.shares)


Place: TypeAlias = tuple[int, int, float]
"""Where a place of a text starts and ends, and what it adds to one label's score."""


def least_of_first(numbers: Buffer, step: int) -> float:
    """Return the least of each step's first number; NaN where any number is not finite.

    In a tensor of shape (terms, `step`) the first number of a row is the scale of its term.
    """
    if native is not None:
        return native.min_of_first(numbers, step)
    found = np.asarray(numbers).ravel()
    return float(found[::step].min()) if np.isfinite(found).all() else float("nan")
