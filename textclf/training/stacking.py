"""Weights of feature groups, by a stacked regression on their out-of-fold scores.

Stacking is that of Wolpert (1992), with positive weights (Breiman 1996).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from textclf.codebook.scheme import Scheme
from textclf.model.card import FeatureGroupWorth
from textclf.training.calibration import fit_decision_rule, score

Doubles = NDArray[np.float64]

_LEAST_SHARE = 0.05
"""A group with less than this share of all weight is left out: it costs more than it adds."""
_GROUP_PENALTY = 0.1
"""The penalty for differences between the weights of groups, in units of the log-likelihood."""
_LABEL_PENALTY = 1.0
"""The penalty for differences between the weights of one group from label to label."""
_STEPS = 100
"""Iterations: after so many, the weights for many labels move by hundredths only."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Which feature groups a model has, and how their weights are set."""

    parts: tuple[float, ...] = ()
    """The weight of each group relative to the others; 0: left out; empty: all the same."""
    fixed: bool = False
    """Whether the parts are the weights; else those of groups with a part are fitted."""

    def weights(self, scheme: Scheme, scores: Doubles, truth: NDArray[Any]) -> Doubles:
        """Return the weight of each group for each label, shape (groups, labels).

        `scores` has the shape (groups, texts, labels).
        """
        parts = np.array(self.parts or (1.0,) * len(scores))
        weights = np.zeros((len(scores), scores.shape[2]))
        if self.fixed:
            weights += (parts / parts.sum())[:, None]
        else:
            weights[parts > 0] = fit_weights(scheme, scores[parts > 0], truth)
        return weights


def best_mix(scheme: Scheme, scores: Doubles, truth: NDArray[Any], mixes: Sequence[Mix]) -> Mix:
    """Return the mix with the best score out of fold, the first of equals."""
    if len(mixes) == 1:
        return mixes[0]
    mixed = [mixed_scores(scores, mix.weights(scheme, scores, truth)) for mix in mixes]
    return mixes[int(np.argmax([score_of_best_rule(scheme, one, truth) for one in mixed]))]


def score_of_best_rule(scheme: Scheme, scores: Doubles, truth: NDArray[Any]) -> float:
    """Return the score of the decision rule that fits scores of shape (texts, labels) best."""
    rule = fit_decision_rule(scheme.kind, scores, truth, scheme.at_least_one)
    return score(rule, rule.probabilities(scores), truth, scheme.at_least_one)


def fit_weights(scheme: Scheme, scores: Doubles, truth: NDArray[Any]) -> Doubles:
    """Return the weight of each group for each label, shape (groups, labels).

    `scores` of shape (groups, texts, labels) are out of fold. The weights are positive, and
    maximize the likelihood of the truth under a logistic regression on the weighted sum of scores,
    with penalties for their differences. They sum to 1 over the groups, on average over the labels.
    Groups with a small share are left out one by one, and get 0.
    """
    used = np.arange(len(scores))
    while True:
        fitted = _most_likely(scheme, scores[used], truth)
        # A group whose scores hardly vary adds nothing, whatever its weight.
        share = (fitted * np.minimum(1.0, scores[used].std(axis=1))).mean(axis=1)
        if share.min() >= _LEAST_SHARE * share.sum() or len(used) == 1:
            weights = np.zeros((len(scores), scores.shape[2]))
            weights[used] = np.round(fitted, 4)
            return weights
        used = np.delete(used, int(np.argmin(share)))


def mixed_scores(scores: Doubles, weights: Doubles) -> Doubles:
    """Return scores (texts, labels): the sum over groups of scores times weights.

    `scores` has the shape (groups, texts, labels), `weights` (groups, labels).
    """
    return np.asarray(np.einsum("vtl,vl->tl", scores, weights))


def group_table(
    scheme: Scheme,
    names: Sequence[str],
    scores: Doubles,
    truth: NDArray[Any],
    weights: Doubles,
) -> tuple[FeatureGroupWorth, ...]:
    """Return the entry of each group on the card: its own best score, and its share of weight."""
    return tuple(
        FeatureGroupWorth(
            name,
            round(score_of_best_rule(scheme, scores[index], truth), 4),
            round(float(weights[index].mean()), 3),
        )
        for index, name in enumerate(names)
    )


def _most_likely(scheme: Scheme, scores: Doubles, truth: NDArray[Any]) -> Doubles:
    """Return the weights (groups, labels) of the least loss.

    A weight is exp(common to the group + own of the label), so that it is positive.
    """
    groups, _, labels = scores.shape
    single = scheme.kind == "single"
    true = truth[:, None] == np.arange(labels) if single else truth > 0

    def loss(point: Doubles) -> tuple[float, Doubles]:
        """Return the penalized negative log-likelihood and its gradient.

        `point` has the common exponents (groups,), the own ones (groups * labels,), the biases.
        """
        common, own = point[:groups], point[groups:-labels].reshape(groups, labels)
        weights = np.exp(common[:, None] + own)
        logits = mixed_scores(scores, weights) + point[-labels:]
        # The residual is the gradient of the loss by the logits: probability less truth.
        if single:
            logits = logits - logits.max(axis=1, keepdims=True)
            logits = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
            value, residual = -logits[true].sum(), np.exp(logits) - true
        else:
            value = np.logaddexp(0, logits).sum() - logits[true].sum()
            residual = 0.5 * (1 + np.tanh(logits / 2)) - true
        difference = common - common.mean()
        # By the chain rule through the exponential.
        slope = np.einsum("vtl,tl->vl", scores, residual) * weights
        value += _GROUP_PENALTY * (difference**2).sum() + _LABEL_PENALTY * (own**2).sum()
        gradient = np.r_[
            slope.sum(axis=1) + 2 * _GROUP_PENALTY * difference,
            (slope + 2 * _LABEL_PENALTY * own).ravel(),
            residual.sum(axis=0),
        ]
        return float(value), gradient

    start = np.r_[np.zeros(groups + groups * labels), np.full(labels, -1.0)]
    bounds = [(-6, 4)] * groups + [(-3, 3)] * (groups * labels) + [(-20, 20)] * labels
    best = minimize(
        loss, start, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": _STEPS}
    ).x
    weights = np.exp(best[:groups, None] + best[groups:-labels].reshape(groups, labels))
    # Only ratios matter: calibration sets the scale.
    return np.asarray(weights / weights.sum(axis=0).mean())
