"""Linear weights, the result of training, and the scores that they give.

    score_c(text) = bias_c + sum over feature groups v of
                    1 / norm_v(text) * sum over terms t of g(tf_t) * weights_v[t, c]
    norm_v(text)  = sqrt(sum over terms t of (g(tf_t) * idf_v[t])**2)

Here tf_t is how often term t occurs in the text, and g is the weighting of the group: 1 + ln(tf)
or 1. Only terms of the vocabulary count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from textclf._lazy_numpy import Buffer, np
from textclf.scoring._native import native
from textclf.scoring.vocabulary import Vocabulary
from textclf.text.features import FeatureGroup

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float32]"
Doubles: TypeAlias = "NDArray[np.float64]"
Indices: TypeAlias = "NDArray[np.intp]"


@dataclass(frozen=True, slots=True, eq=False)
class FeatureWeights:
    """The vocabulary of a feature group, and the weights of its terms."""

    group: FeatureGroup
    terms: Vocabulary
    numbers: Buffer
    """32-bit floats of shape (terms, 1 + labels): the idf of a term, then its weights."""

    @classmethod
    def of(
        cls, group: FeatureGroup, terms: Vocabulary, idf: Floats, weights: Floats
    ) -> FeatureWeights:
        """Return the weights of a group, from idf (terms,) and weights (terms, labels)."""
        rows = np.column_stack([idf, weights]).astype(np.float32, order="C", copy=False)
        return cls(group, terms, rows)

    def __reduce__(self) -> tuple[type[FeatureWeights], tuple[FeatureGroup, Vocabulary, Floats]]:
        return FeatureWeights, (self.group, self.terms, self.rows)

    @property
    def rows(self) -> Floats:
        """The numbers as an array of shape (terms, 1 + labels)."""
        return np.asarray(self.numbers)

    @property
    def idf(self) -> Floats:
        """Shape (terms,): the normalization weight of each term, above zero; 1 if binary."""
        return self.rows[:, 0]

    @property
    def weights(self) -> Floats:
        """Shape (terms, labels); they include the idf."""
        return self.rows[:, 1:]

    def by_idf(self) -> FeatureWeights:
        """Return the same with rows in ascending order of idf: the most frequent terms first.

        The few thousand rows that most texts use then lie together and stay in the cache.
        """
        order = np.argsort(self.idf, kind="stable")
        terms = self.terms[:]
        ordered = Vocabulary(terms[row] for row in order)
        return FeatureWeights(self.group, ordered, self.rows[order])

    def with_weights(self, weights: Floats) -> FeatureWeights:
        """Return the same with other weights, of shape (terms, labels)."""
        return self.of(self.group, self.terms, self.idf, weights)


@dataclass(frozen=True, slots=True, eq=False)
class LinearWeights:
    """The weights of all feature groups of a model, and the intercept of each label."""

    groups: tuple[FeatureWeights, ...]
    intercepts: Buffer
    """32-bit floats of shape (labels,)."""

    def __reduce__(self) -> tuple[type[LinearWeights], tuple[tuple[FeatureWeights, ...], Floats]]:
        return LinearWeights, (self.groups, self.bias)

    @property
    def bias(self) -> Floats:
        """The intercepts as an array."""
        return np.asarray(self.intercepts)


def weighted_sum(parts: Sequence[LinearWeights], factors: Sequence[Doubles]) -> LinearWeights:
    """Return the linear weights whose scores are the sum of the parts' scores times their factors.

    `factors` has one array of shape (labels,) for each part.
    """
    groups = [
        group.with_weights(group.weights * factor.astype(np.float32))
        for part, factor in zip(parts, factors, strict=True)
        for group in part.groups
    ]
    biases = [part.bias * factor for part, factor in zip(parts, factors, strict=True)]
    return LinearWeights(tuple(groups), np.sum(biases, axis=0).astype(np.float32))


def with_first_words(whole: Sequence[float], first_words: Sequence[Sequence[float]]) -> list[float]:
    """Return the mean of a text's scores and the mean scores of its first-words spans.

    All sequences have one score for each label.
    """
    return [
        (score + sum(of_spans) / len(of_spans)) / 2
        for score, *of_spans in zip(whole, *first_words, strict=True)
    ]


class Scores(NamedTuple):
    """The scores of texts and spans under one set of weights: a row for each."""

    numbers: Buffer
    """Doubles: the scores of the labels, row after row."""
    shares: Buffer
    """Doubles of shape (rows,): the share of words at which a term of the vocabulary starts.

    If no feature group begins at words, it is the share of chunks with an n-gram in the vocabulary.
    """
    labels: int

    @property
    def scores(self) -> Doubles:
        """The scores as an array of shape (rows, labels)."""
        return np.asarray(self.numbers).reshape(-1, self.labels)

    @property
    def in_vocabulary(self) -> Doubles:
        """The in-vocabulary shares as an array of shape (rows,)."""
        return np.asarray(self.shares)


Contribution: TypeAlias = tuple[int, int, float]
"""The start and the end of a span of a text, and what it adds to one label's score."""


def least_of_first(numbers: Buffer, step: int) -> float:
    """Return the least of every `step`-th number from the first; NaN if any is not finite.

    In a tensor of shape (terms, `step`) the first number of a row is the idf of its term.
    """
    if native is not None:
        return native.min_of_first(numbers, step)
    flat = np.asarray(numbers).ravel()
    return float(flat[::step].min()) if np.isfinite(flat).all() else float("nan")
