"""Linear support vector machines, with or without Naive Bayes scaling of their features.

The machines are those of LIBLINEAR (Fan et al. 2008), by scikit-learn's LinearSVC. Scaling is that
of Wang and Manning (2012): each label has a machine of its own, and its features are multiplied by
their log-count ratios for the label.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.svm import LinearSVC

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinearSVM:
    """Fits linear machines. Results are coefficients (terms, labels) and biases (labels,).

    `features` are normalized texts, shape (texts, terms). `answers` are classes, shape (texts,), or
    a 0/1 matrix of shape (texts, labels). `weight` is that of each text, shape (texts,).
    """

    C: float
    class_weight: str | None
    random_state: int

    def fit(
        self, features: sparse.csr_array, answers: NDArray[Any], weight: Doubles
    ) -> tuple[Doubles, Doubles]:
        """Return the machines of the features as they are."""
        if answers.ndim > 1:
            return self._fit_each(features, answers, weight)
        solver = self._solver().fit(features, answers, sample_weight=weight)
        return _for_both_labels(solver.coef_.T, solver.intercept_)

    def fit_scaled(
        self,
        presence: sparse.csr_array,
        answers: NDArray[Any],
        weight: Doubles,
    ) -> tuple[Doubles, Doubles]:
        """Return the machines of scaled features; `presence` has 1 where a text has a term.

        It is scaled in place, since it may be large.
        """
        if answers.ndim > 1:
            return self._fit_each(presence, answers, weight, scaled=True)
        classes = np.unique(answers)
        two = len(classes) == 2  # noqa: PLR2004
        targets = (answers[:, None] == classes[int(two) :]).astype(int)
        return _for_both_labels(*self._fit_each(presence, targets, weight, scaled=True))

    def _fit_each(
        self,
        features: sparse.csr_array,
        targets: NDArray[Any],
        weight: Doubles,
        *,
        scaled: bool = False,
    ) -> tuple[Doubles, Doubles]:
        """Fit a machine for each 0/1 column of the targets; features may be scaled in place."""
        columns, biases = [], []
        ratios = _log_count_ratios(features, targets, weight) if scaled else None
        lengths = np.diff(features.indptr)
        of_text = 1 / np.sqrt(np.maximum(1, lengths))  # at an L2 norm of 1
        for number, column in enumerate(targets.T):
            if column.min() == column.max():
                # Nothing separates a label that all texts have, or none has.
                columns.append(np.zeros(features.shape[1]))
                biases.append(1.0 if column.max() else -1.0)
                continue
            ratio = np.ones(features.shape[1])
            if ratios is not None:
                ratio = ratios[number]
                # In place: LIBLINEAR makes a copy that takes more memory than all else.
                np.take(ratio, features.indices, out=features.data)
                features.data *= np.repeat(of_text, lengths)
            solver = self._solver().fit(features, column, sample_weight=weight)
            # The ratio moves from the features into the coefficients.
            columns.append(ratio * solver.coef_[0])
            biases.append(float(solver.intercept_[0]))
        return np.stack(columns, axis=1), np.array(biases)

    def _solver(self) -> LinearSVC:
        return LinearSVC(
            C=self.C, class_weight=self.class_weight, random_state=self.random_state, max_iter=5000
        )


def _for_both_labels(coefficients: Doubles, bias: Doubles) -> tuple[Doubles, Doubles]:
    """Return the one machine of two labels as a half for the one and a half against the other."""
    if len(bias) > 1:
        return coefficients, bias
    return np.hstack([-coefficients, coefficients]) / 2, np.r_[-bias, bias] / 2


def _log_count_ratios(
    presence: sparse.csr_array, targets: NDArray[Any], weight: Doubles
) -> list[Doubles]:
    """Return for each 0/1 column of the targets the logarithm of P(term | 1) / P(term | 0).

    `presence` has 1 where a text has a term. The counts are of weighted texts, and smoothed by 1.
    """
    ratios = []
    for column in targets.T:
        inside = 1 + presence.T @ (weight * column)
        outside = 1 + presence.T @ (weight * (1 - column))
        ratios.append(np.log((inside / inside.sum()) / (outside / outside.sum())))
    return ratios
