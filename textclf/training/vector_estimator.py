"""The estimator that learns from word vectors: a ridge regression that folds into a view of words.

    score_c(text) = bias_c + 1 / norm(text) * sum over words t of g(tf_t) * a_t * (E_t . B_c)

E_t is a word's vector, a_t its scale, and B is learned. So a_t (E_t . B_c) is the weight of a word
like any other, and a word that no text of training holds has one too.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from textclf.errors import InputError
from textclf.scoring.weights import FeatureWeights
from textclf.text.features import FeatureGroup
from textclf.training.counts import columns, normed, weighted
from textclf.training.estimator import LinearTextClassifier
from textclf.training.word_vectors import Vectors

Doubles = NDArray[np.float64]

_LAMBDA = 1.0
"""What coefficients cost. From 0.1 to 100 it is all the same: there are few of them."""


class VectorClassifier(LinearTextClassifier):
    """A classifier, single-label, whose one view is the words of a table of vectors.

    All labels weigh the same in learning, whatever `class_weight` says: it tells how scores are
    standardised, as in the views of a LinearTextClassifier that this one is averaged with.
    """

    def __init__(
        self, vectors: Vectors, *, class_weight: str | None = "balanced", most: int | None = None
    ) -> None:
        super().__init__(class_weight=class_weight)
        self.vectors = vectors
        self.most = most

    def views(self) -> tuple[FeatureGroup, ...]:
        """Return the one view."""
        return (FeatureGroup("word", 1, 1, "log"),)

    def _fit_view(
        self,
        view: FeatureGroup,
        vocabulary: tuple[str, ...],
        matrix: sparse.csr_array,
        answers: NDArray[Any],
        weight: Doubles,
        texts: int,
    ) -> tuple[FeatureWeights, Doubles, Doubles]:
        if self._multilabel:
            raise InputError("word vectors are learned from where each text has one label")
        kept = self.vectors.words[: self.most]
        numbers = self.vectors.numbers[: self.most].astype(float)
        scale = self.vectors.scale[: self.most].astype(float)
        ready = normed(weighted(columns(matrix, vocabulary, kept), view.weighting), scale)
        targets = (answers[:, None] == self.classes_).astype(float)
        balanced = (targets * weight[:, None] / (weight @ targets)).sum(axis=1)
        slope, bias = _ridge(ready @ numbers, targets, balanced * len(answers) / targets.shape[1])
        return self._standardised(view, kept, scale, numbers @ slope, bias, ready[:texts], weight)


def _ridge(features: Doubles, targets: Doubles, weight: Doubles) -> tuple[Doubles, Doubles]:
    """Return the slopes, shape (features, labels), of least weighed squares, and the intercepts."""
    middle, mean = (np.average(one, axis=0, weights=weight) for one in (features, targets))
    centred = features - middle
    pull = centred.T @ (weight[:, None] * (targets - mean))
    held = centred.T @ (weight[:, None] * centred) + _LAMBDA * np.eye(features.shape[1])
    slope: Doubles = np.linalg.solve(held, pull).astype(float)
    return slope, mean - middle @ slope
