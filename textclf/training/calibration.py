"""Turns out-of-fold scores into a decision: calibrated probabilities, and which labels they give.

It works on arrays and knows no texts, schemes or estimators.
"""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from textclf.scoring.weights import DecisionRule, expected_f1

_FEW = 20
"""A label with fewer texts than this gets no threshold of its own."""
_WORTHS = np.arange(0.0, 1.51, 0.1)
"""What giving no label is tried to be worth where none is true."""
_SLOPE_PENALTY = 2.0
"""What it costs to move the slope of a decision: the logarithm may well be a half."""
_BIAS_PENALTY = 1.0
"""What the biases of labels cost beside the likelihood, as a normal prior of unit width would."""


def decide(
    kind: Literal["single", "multi"],
    scores: NDArray[np.float64],
    truth: NDArray[np.int_],
    at_least_one: bool = False,
    *,
    likeliest: bool = False,
) -> DecisionRule:
    """Return the decision that out-of-fold scores of shape (texts, labels) ask for.

    `truth` holds label places (texts,) for `single`, a 0/1 matrix for `multi`. Probabilities
    are calibrated by likelihood. Then thresholds are set for macro-F1, or with `likeliest` the most
    probable label is given; for `multi`, labels are
    given by their expected example-based F1, and what no label is worth is set for it; with
    `at_least_one` there is always one.
    """
    if kind == "single":
        decision = _calibrated(truth, scores)
        if likeliest:
            return decision
        probs = decision.probabilities(scores)
        return replace(decision, threshold=_single_thresholds(truth, probs))
    labels = scores.shape[1]
    half = np.full(labels, 0.5)
    pairs = np.array([_sigmoid(scores[:, place], truth[:, place]) for place in range(labels)])
    decision = DecisionRule("multi", pairs[:, 0], pairs[:, 1], half, round(1 / (len(truth) + 2), 6))
    probs = decision.probabilities(scores)
    return replace(decision, empty_set_utility=_worth_of_none(probs, truth, at_least_one))


def moved(
    decision: DecisionRule, scores: NDArray[np.float64], truth: NDArray[np.int_]
) -> DecisionRule:
    """Return a decision of one label of many, moved to fit a few texts of another kind.

    All slopes change by one factor, each intercept by a number of its own: what makes the
    `truth` of the scores likeliest, held near to no change, so that few texts move it little.
    """

    def at(point: NDArray[np.float64]) -> DecisionRule:
        factor, shift = float(np.exp(point[0])), point[1:] - point[1:].mean()
        slope = np.round(np.asarray(decision.slope) * factor, 6)
        return replace(
            decision,
            slope=slope,
            intercept=np.round(factor * np.asarray(decision.intercept) + shift, 6),
        )

    def loss(point: NDArray[np.float64]) -> float:
        probs = at(point).probabilities(scores)[np.arange(len(truth)), truth]
        held = _SLOPE_PENALTY * point[0] ** 2 + _BIAS_PENALTY * (point[1:] ** 2).sum()
        return float((held - np.log(probs).sum()) / len(truth))

    start = np.zeros(1 + scores.shape[1])
    bounds = [(-2, 2)] + [(-5, 5)] * scores.shape[1]
    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds, options={"eps": 1e-4})
    return at(found.x)


def score(
    decision: DecisionRule,
    probs: NDArray[np.float64],
    truth: NDArray[np.int_],
    at_least_one: bool = False,
) -> float:
    """Return the score that thresholds are set for: macro-F1, or for `multi` example-based F1."""
    if decision.kind == "multi":
        return _example_f1(truth, decision.given(probs, at_least_one))
    counts = np.bincount(truth, minlength=probs.shape[1])
    return _macro_f1(truth, decision.best(probs), counts)


def _calibrated(truth: NDArray[np.int_], scores: NDArray[np.float64]) -> DecisionRule:
    """Return temperature, bias of each label and doubt of a single scheme, by likelihood.

    Temperature and biases are Platt's (1999) for many labels, as in Guo et al. (2017); the
    doubt keeps an answer from being surer than the errors of the sure ones allow.
    """
    texts, labels = scores.shape
    least = 1 / (texts + 2)

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the mean loss and its gradient."""
        scaled = scores * np.exp(point[0])
        logits = scaled + point[2:]
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        right, epsilon = shares[np.arange(texts), truth], np.exp(point[1])
        likely = epsilon / labels + (1 - epsilon) * right
        held = _BIAS_PENALTY * (point[2:] ** 2).sum() / texts
        pull = (1 - epsilon) * right / likely / texts
        slope = shares * pull[:, None]
        slope[np.arange(texts), truth] -= pull
        gradient = np.r_[
            (slope * scaled).sum(),
            -((1 / labels - right) * epsilon / likely).mean(),
            slope.sum(axis=0) + 2 * _BIAS_PENALTY * point[2:] / texts,
        ]
        return float(held - np.log(likely).mean()), gradient

    start = np.r_[0.0, max(-3.0, np.log(least)), np.zeros(labels)]
    bounds = [(-4, 4), (np.log(least), -0.7), *[(-5, 5)] * labels]
    best = minimize(loss, start, method="L-BFGS-B", jac=True, bounds=bounds).x
    slope = np.full(labels, round(float(np.exp(best[0])), 6))
    epsilon = round(float(np.exp(best[1])), 6)
    return DecisionRule("single", slope, np.round(best[2:], 6), np.ones(labels), epsilon)


def _single_thresholds(truth: NDArray[np.int_], probs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each label's probability is measured against, for the best macro-F1.

    One label at a time, along a smoothed curve; a label of few texts keeps the middle, since
    its curve is noise.
    """
    labels = probs.shape[1]
    threshold = np.ones(labels)
    counts = np.bincount(truth, minlength=labels)
    steps = np.exp(np.arange(-1.5, 1.51, 0.1))
    for _ in range(2):
        for label in np.flatnonzero(counts >= _FEW):
            ratios = probs / threshold
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


def _worth_of_none(
    probs: NDArray[np.float64], truth: NDArray[np.int_], at_least_one: bool
) -> float:
    """Return what giving no label is best taken to be worth where none is true."""
    if at_least_one:
        return 0.0
    order, worth, none = expected_f1(probs)
    places, best = worth.argmax(axis=1)[:, None], worth.max(axis=1)
    hits = np.take_along_axis(np.take_along_axis(truth, order, axis=1).cumsum(axis=1), places, 1)
    size = truth.sum(axis=1)
    share = (2 * hits / (places + 1 + size[:, None])).ravel()
    reached = []
    for tried in _WORTHS:
        given = best > tried * none
        reached.append(share[given].sum() / max(1, (given | (size > 0)).sum()))
    return round(float(_WORTHS[np.argmax(_smooth(np.array(reached)))]), 1)


def _smooth(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running mean of five, the ends held."""
    return np.asarray(np.convolve(np.pad(curve, 2, "edge"), np.full(5, 0.2), "valid"))


def _macro_f1(truth: NDArray[np.int_], said: NDArray[np.intp], counts: NDArray[np.intp]) -> float:
    hits = np.bincount(truth[truth == said], minlength=len(counts))
    sizes = counts + np.bincount(said, minlength=len(counts))
    return float((2 * hits[counts > 0] / sizes[counts > 0]).mean())


def _sigmoid(scores: NDArray[np.float64], truth: NDArray[np.int_]) -> tuple[float, float]:
    """Return slope and intercept, fitted to Platt's smoothed targets."""
    positives = int(truth.sum())
    high, low = (positives + 1) / (positives + 2), 1 / (len(truth) - positives + 2)
    target = np.where(truth == 1, high, low)

    def loss(point: NDArray[np.float64]) -> float:
        logits = scores * np.exp(point[0]) + point[1]
        return float((np.logaddexp(0, logits) - target * logits).mean())

    best = minimize(loss, np.array([0.0, -1.0]), method="L-BFGS-B", bounds=[(-4, 4), (-20, 20)])
    return round(float(np.exp(best.x[0])), 6), round(float(best.x[1]), 6)


def _example_f1(truth: NDArray[np.int_], given: NDArray[np.bool_]) -> float:
    sizes = truth.sum(axis=1) + given.sum(axis=1)
    counted = sizes > 0
    hits = (truth * given).sum(axis=1)
    return float((2 * hits[counted] / sizes[counted]).mean()) if counted.any() else 0.0
