"""The estimator of word vectors: a ridge regression that becomes weights of words.

    score_c(text) = bias_c + 1 / norm(text) * sum over words t of g(tf_t) * a_t * (E_t . B_c)

Here E_t is the vector of word t, a_t its idf, and B are the coefficients that are learned. So
a_t (E_t . B_c) is a weight like that of any other word, and a word that is in no training text has
a weight too.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclf.errors import InputError
from textclf.scoring.weights import FeatureWeights
from textclf.text.features import FeatureGroup, WordNgrams
from textclf.training.counts import TermCounts, columns, features, stacked
from textclf.training.estimator import LinearTextClassifier
from textclf.training.word_vectors import Vectors

Doubles = NDArray[np.float64]

_LAMBDA = 1.0
"""The ridge penalty. From 0.1 to 100 it makes no difference: there are few coefficients."""


class VectorClassifier(LinearTextClassifier):
    """A single-label classifier with one feature group, the words of a table of vectors.

    All labels weigh the same in learning, whatever `class_weight` is: that is how scores are
    standardized, as in the feature groups of the LinearTextClassifier that it is averaged with.
    """

    def __init__(
        self, vectors: Vectors, *, class_weight: str | None = "balanced", most: int | None = None
    ) -> None:
        super().__init__(class_weight=class_weight)
        self.vectors = vectors
        self.most = most

    def groups(self) -> tuple[FeatureGroup, ...]:
        """Return the one feature group."""
        return (WordNgrams(1, 1),)

    def candidates(self, counts: TermCounts) -> NDArray[np.intp]:
        """Return the columns of the words in the table."""
        words = frozenset(self.vectors.words[: self.most])
        return np.flatnonzero([word in words for word in counts.vocabulary])

    def _fit_group(
        self,
        counts: TermCounts,
        answers: NDArray[Any],
        weight: Doubles,
        texts: int,
    ) -> tuple[FeatureWeights, Doubles, Doubles]:
        if self._multilabel:
            raise InputError("word vectors need one label for each text; this scheme gives several")
        kept = self.vectors.words[: self.most]
        numbers = self.vectors.numbers[: self.most].astype(float)
        idf = self.vectors.idf[: self.most].astype(float)
        blocks = features(counts, idf, lambda one: columns(one, counts.vocabulary, kept))
        made = stacked(blocks, int(counts.frequency().sum()))
        targets = (answers[:, None] == self.classes_).astype(float)
        # Each label has the same total weight, and the mean weight of a text is 1.
        balanced = (targets * weight[:, None] / (weight @ targets)).sum(axis=1)
        balanced = balanced * len(answers) / targets.shape[1]
        slope, bias = _ridge(made @ numbers, targets, balanced)
        weights = numbers @ slope
        scores = made @ weights
        return self._standardized(counts.group, kept, idf, weights, bias, scores[:texts], weight)


def _ridge(features: Doubles, targets: Doubles, weight: Doubles) -> tuple[Doubles, Doubles]:
    """Return slopes (features, labels) and intercepts (labels,) of a weighted ridge regression.

    `features` have the shape (texts, features), `targets` (texts, labels), `weight` (texts,).
    """
    # Centred, so that the penalty leaves the intercepts alone; then the normal equations.
    feature_mean, mean = (np.average(one, axis=0, weights=weight) for one in (features, targets))
    centred = features - feature_mean
    right = centred.T @ (weight[:, None] * (targets - mean))
    left = centred.T @ (weight[:, None] * centred) + _LAMBDA * np.eye(features.shape[1])
    slope: Doubles = np.linalg.solve(left, right).astype(float)
    return slope, mean - feature_mean @ slope
