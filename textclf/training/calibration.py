"""Fits a decision rule to out-of-fold scores: calibrated probabilities, and thresholds."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from textclf.scoring.decision_rule import DecisionRule, expected_f1

_FEW = 20
"""A label with fewer texts gets no threshold of its own."""
_UTILITIES = np.arange(0.0, 1.51, 0.1)
"""The utilities of the empty set of labels that are tried."""
_SLOPE_PENALTY = 2.0
"""The penalty for a squared change of the log slope: one of a half is not unusual."""
_BIAS_PENALTY = 1.0
"""The penalty for squared biases of labels, in units of the log-likelihood."""


def fit_decision_rule(
    kind: Literal["single", "multi"],
    scores: NDArray[np.float64],
    truth: NDArray[np.int_],
    at_least_one: bool = False,
    *,
    likeliest: bool = False,
) -> DecisionRule:
    """Return the decision rule that fits out-of-fold scores of shape (texts, labels).

    `truth` has label indices (texts,) for `single`, a 0/1 matrix (texts, labels) for `multi`.
    Probabilities are calibrated by maximum likelihood. For `single`, thresholds maximize macro-F1;
    with `likeliest` they stay equal, and the most probable label is assigned. For `multi`, labels
    are assigned by expected example-based F1, and the utility of the empty set is fitted; with
    `at_least_one` the empty set is never assigned.
    """
    if kind == "single":
        rule = _calibrated(truth, scores)
        if likeliest:
            return rule
        probs = rule.probabilities(scores)
        return replace(rule, threshold=_single_thresholds(truth, probs))
    labels = scores.shape[1]
    half = np.full(labels, 0.5)
    pairs = np.array([_sigmoid(scores[:, label], truth[:, label]) for label in range(labels)])
    # Laplace's rule: even after no error, the next answer is wrong once in texts + 2.
    epsilon = round(1 / (len(truth) + 2), 6)
    rule = DecisionRule("multi", pairs[:, 0], pairs[:, 1], half, epsilon)
    probs = rule.probabilities(scores)
    return replace(rule, empty_set_utility=_empty_set_utility(probs, truth, at_least_one))


def recalibrated(
    rule: DecisionRule, scores: NDArray[np.float64], truth: NDArray[np.int_]
) -> DecisionRule:
    """Return the rule of a single scheme, adapted to a few texts of another kind.

    All slopes change by one factor, and each intercept by its own number: those that maximize the
    likelihood of the truth, with penalties for change, so that few texts change little. `scores`
    has the shape (texts, labels), `truth` label indices (texts,).
    """

    def changed(point: NDArray[np.float64]) -> DecisionRule:
        """Return the rule for a log factor and shifts; only differences of shifts matter."""
        factor, shift = float(np.exp(point[0])), point[1:] - point[1:].mean()
        slope = np.round(np.asarray(rule.slope) * factor, 6)
        return replace(
            rule,
            slope=slope,
            intercept=np.round(factor * np.asarray(rule.intercept) + shift, 6),
        )

    def loss(point: NDArray[np.float64]) -> float:
        probs = changed(point).probabilities(scores)[np.arange(len(truth)), truth]
        penalty = _SLOPE_PENALTY * point[0] ** 2 + _BIAS_PENALTY * (point[1:] ** 2).sum()
        return float((penalty - np.log(probs).sum()) / len(truth))

    start = np.zeros(1 + scores.shape[1])
    bounds = [(-2, 2)] + [(-5, 5)] * scores.shape[1]
    # Steps of the numeric gradient are larger than what rounding to six digits hides.
    best = minimize(loss, start, method="L-BFGS-B", bounds=bounds, options={"eps": 1e-4})
    return changed(best.x)


def score(
    rule: DecisionRule,
    probs: NDArray[np.float64],
    truth: NDArray[np.int_],
    at_least_one: bool = False,
) -> float:
    """Return the score that rules maximize: macro-F1, or for `multi` example-based F1."""
    if rule.kind == "multi":
        return _example_f1(truth, rule.given(probs, at_least_one))
    counts = np.bincount(truth, minlength=probs.shape[1])
    return _macro_f1(truth, rule.best(probs), counts)


def _calibrated(truth: NDArray[np.int_], scores: NDArray[np.float64]) -> DecisionRule:
    """Return the rule of a single scheme: one slope, a bias for each label, and epsilon.

    Slope and biases are those of Platt (1999) for many labels, as in Guo et al. (2017). Epsilon
    keeps a probability from being higher than the errors at the highest scores allow. `truth` has
    label indices (texts,), `scores` the shape (texts, labels).
    """
    texts, labels = scores.shape
    least = 1 / (texts + 2)

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the mean loss and its gradient by log slope, log epsilon and biases."""
        scaled = scores * np.exp(point[0])
        logits = scaled + point[2:]
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        # The probability of the true label, before and after uniform mixing.
        right, epsilon = shares[np.arange(texts), truth], np.exp(point[1])
        likely = epsilon / labels + (1 - epsilon) * right
        penalty = _BIAS_PENALTY * (point[2:] ** 2).sum() / texts
        # The gradient by the logits: that of a softmax, times how much of `likely` it makes up.
        factor = (1 - epsilon) * right / likely / texts
        slope = shares * factor[:, None]
        slope[np.arange(texts), truth] -= factor
        gradient = np.r_[
            (slope * scaled).sum(),
            -((1 / labels - right) * epsilon / likely).mean(),
            slope.sum(axis=0) + 2 * _BIAS_PENALTY * point[2:] / texts,
        ]
        return float(penalty - np.log(likely).mean()), gradient

    start = np.r_[0.0, max(-3.0, np.log(least)), np.zeros(labels)]
    bounds = [(-4, 4), (np.log(least), -0.7), *[(-5, 5)] * labels]
    best = minimize(loss, start, method="L-BFGS-B", jac=True, bounds=bounds).x
    slope = np.full(labels, round(float(np.exp(best[0])), 6))
    epsilon = round(float(np.exp(best[1])), 6)
    return DecisionRule("single", slope, np.round(best[2:], 6), np.ones(labels), epsilon)


def _single_thresholds(truth: NDArray[np.int_], probs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the thresholds, shape (labels,), with the best macro-F1; their mean is 1.

    Coordinate ascent: one label at a time, along a smoothed curve of factors. A label with few
    texts keeps 1, since its curve is noise.
    """
    labels = probs.shape[1]
    threshold = np.ones(labels)
    counts = np.bincount(truth, minlength=labels)
    steps = np.exp(np.arange(-1.5, 1.51, 0.1))
    for _ in range(2):
        for label in np.flatnonzero(counts >= _FEW):
            ratios = probs / threshold
            # The label competes with the best of the others, text by text.
            own = ratios[:, label].copy()
            ratios[:, label] = -1.0
            other = ratios.argmax(axis=1)
            least = ratios.max(axis=1)
            curve = [
                _macro_f1(truth, np.where(own / step > least, label, other), counts)
                for step in steps
            ]
            threshold[label] *= steps[int(np.argmax(_smooth(np.array(curve))))]
    return np.asarray(np.round(threshold / threshold.mean(), 4))


def _empty_set_utility(
    probs: NDArray[np.float64], truth: NDArray[np.int_], at_least_one: bool
) -> float:
    """Return the utility of the empty set with the best example-based F1; 0 if never assigned.

    `probs` and the 0/1 matrix `truth` have the shape (texts, labels).
    """
    if at_least_one:
        return 0.0
    order, utility, none = expected_f1(probs)
    # Of each text: how many labels its best set has, less 1, and the F1 that set really has.
    last, best = utility.argmax(axis=1)[:, None], utility.max(axis=1)
    hits = np.take_along_axis(np.take_along_axis(truth, order, axis=1).cumsum(axis=1), last, 1)
    size = truth.sum(axis=1)
    f1 = (2 * hits / (last + 1 + size[:, None])).ravel()
    means = []
    for tried in _UTILITIES:
        assigned = best > tried * none
        # A text with no true label that gets none is not counted, as in example-based F1.
        means.append(f1[assigned].sum() / max(1, (assigned | (size > 0)).sum()))
    return round(float(_UTILITIES[np.argmax(_smooth(np.array(means)))]), 1)


def _smooth(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running mean of five points; the ends are repeated."""
    return np.asarray(np.convolve(np.pad(curve, 2, "edge"), np.full(5, 0.2), "valid"))


def _macro_f1(
    truth: NDArray[np.int_], predicted: NDArray[np.intp], counts: NDArray[np.intp]
) -> float:
    """Return the mean F1 of labels with a text; arguments are label indices, and texts by label."""
    hits = np.bincount(truth[truth == predicted], minlength=len(counts))
    sizes = counts + np.bincount(predicted, minlength=len(counts))
    return float((2 * hits[counts > 0] / sizes[counts > 0]).mean())


def _sigmoid(scores: NDArray[np.float64], truth: NDArray[np.int_]) -> tuple[float, float]:
    """Return slope and intercept of one label, fitted to the smoothed targets of Platt (1999)."""
    positives = int(truth.sum())
    high, low = (positives + 1) / (positives + 2), 1 / (len(truth) - positives + 2)
    target = np.where(truth == 1, high, low)

    def loss(point: NDArray[np.float64]) -> float:
        logits = scores * np.exp(point[0]) + point[1]
        return float((np.logaddexp(0, logits) - target * logits).mean())

    best = minimize(loss, np.array([0.0, -1.0]), method="L-BFGS-B", bounds=[(-4, 4), (-20, 20)])
    return round(float(np.exp(best.x[0])), 6), round(float(best.x[1]), 6)


def _example_f1(truth: NDArray[np.int_], given: NDArray[np.bool_]) -> float:
    """Return the mean F1 of texts with a true or an assigned label, shapes (texts, labels)."""
    sizes = truth.sum(axis=1) + given.sum(axis=1)
    counted = sizes > 0
    hits = (truth * given).sum(axis=1)
    return float((2 * hits[counted] / sizes[counted]).mean()) if counted.any() else 0.0
