"""Turns out-of-fold scores into a decision: calibrated probabilities, and thresholds on them.

It works on arrays and knows no texts, schemes or estimators.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from textclf.linear import Decision

_FEW = 20
"""A label with fewer texts than this gets no threshold of its own."""
_PARTS = 5
_LEVELS = np.arange(0.06, 0.81, 0.02)
"""The thresholds that are tried."""
_Rule = Callable[[Decision, NDArray[np.float64], NDArray[np.int_], bool], Decision]
_BIAS_PENALTY = 1.0
"""What the biases of labels cost beside the likelihood, as a normal prior of unit width would."""


def decide(
    kind: Literal["single", "multi"],
    scores: NDArray[np.float64],
    truth: NDArray[np.int_],
    at_least_one: bool = False,
) -> Decision:
    """Return the decision that out-of-fold scores of shape (texts, labels) ask for.

    `truth` holds label places (texts,) for `single`, a 0/1 matrix for `multi`. Probabilities
    are calibrated by likelihood. Then thresholds are set for macro-F1; for `multi`, labels are
    given for example-based F1, by thresholds or by its expectation, whichever does better on
    texts that it was not set on; with `at_least_one` the likeliest label if no other is.
    """
    if kind == "single":
        decision = _calibrated(truth, scores)
        probs = decision.probabilities(scores)
        return replace(decision, threshold=_single_thresholds(truth, probs))
    labels = scores.shape[1]
    half = np.full(labels, 0.5)
    pairs = np.array([_sigmoid(scores[:, place], truth[:, place]) for place in range(labels)])
    decision = Decision("multi", pairs[:, 0], pairs[:, 1], half, round(1 / (len(truth) + 2), 6))
    return _ruled(decision, decision.probabilities(scores), truth, at_least_one)


def score(
    decision: Decision,
    probs: NDArray[np.float64],
    truth: NDArray[np.int_],
    at_least_one: bool = False,
) -> float:
    """Return the score that thresholds are set for: macro-F1, or for `multi` example-based F1."""
    if decision.kind == "multi":
        return _example_f1(truth, decision.given(probs, at_least_one))
    counts = np.bincount(truth, minlength=probs.shape[1])
    return _macro_f1(truth, decision.best(probs), counts)


def _calibrated(truth: NDArray[np.int_], scores: NDArray[np.float64]) -> Decision:
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
        right, doubt = shares[np.arange(texts), truth], np.exp(point[1])
        likely = doubt / labels + (1 - doubt) * right
        held = _BIAS_PENALTY * (point[2:] ** 2).sum() / texts
        pull = (1 - doubt) * right / likely / texts
        slope = shares * pull[:, None]
        slope[np.arange(texts), truth] -= pull
        gradient = np.r_[
            (slope * scaled).sum(),
            -((1 / labels - right) * doubt / likely).mean(),
            slope.sum(axis=0) + 2 * _BIAS_PENALTY * point[2:] / texts,
        ]
        return float(held - np.log(likely).mean()), gradient

    start = np.r_[0.0, max(-3.0, np.log(least)), np.zeros(labels)]
    bounds = [(-4, 4), (np.log(least), -0.7), *[(-5, 5)] * labels]
    best = minimize(loss, start, method="L-BFGS-B", jac=True, bounds=bounds).x
    slope = np.full(labels, round(float(np.exp(best[0])), 6))
    doubt = round(float(np.exp(best[1])), 6)
    return Decision("single", slope, np.round(best[2:], 6), np.ones(labels), doubt)


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


def _ruled(
    decision: Decision, probs: NDArray[np.float64], truth: NDArray[np.int_], at_least_one: bool
) -> Decision:
    """Return the decision with the rule that does better on the fifths it was not set on."""
    part = np.arange(len(truth)) % _PARTS
    rules: tuple[_Rule, ...] = (_by_thresholds, _by_expectation)
    reached = []
    for rule in rules:
        given = np.zeros(probs.shape, bool)
        for own in (part == number for number in range(_PARTS)):
            fitted = rule(decision, probs[~own], truth[~own], at_least_one)
            given[own] = fitted.given(probs[own], at_least_one)
        reached.append(_example_f1(truth, given))
    return rules[int(np.argmax(reached))](decision, probs, truth, at_least_one)


def _by_thresholds(
    decision: Decision, probs: NDArray[np.float64], truth: NDArray[np.int_], at_least_one: bool
) -> Decision:
    """Return the decision with the best thresholds: one for all, then each label's own."""
    likeliest = truth[np.arange(len(truth)), probs.argmax(axis=1)] if at_least_one else None
    true = truth.sum(axis=1)

    def best(places: Iterable[int], hits: NDArray[np.int_], given: NDArray[np.int_]) -> float:
        """Return the best level for some labels; `hits` and `given` count what the others give."""
        for place in places:
            own = probs[:, place] >= _LEVELS[:, None]
            hits, given = hits + (own & (truth[:, place] > 0)), given + own
        if likeliest is not None:
            hits, given = np.where(given, hits, likeliest), np.maximum(given, 1)
        sizes = given + true
        shares = np.divide(2 * hits, sizes, out=np.zeros(sizes.shape), where=sizes > 0)
        reached = shares.sum(axis=1) / np.maximum((sizes > 0).sum(axis=1), 1)
        return float(_LEVELS[np.argmax(_smooth(reached))])

    nothing = np.zeros((len(_LEVELS), len(truth)), int)
    threshold = np.full(probs.shape[1], best(range(probs.shape[1]), nothing, nothing))
    for label in np.flatnonzero(truth.sum(axis=0) >= _FEW):
        others = probs >= threshold
        others[:, label] = False
        threshold[label] = best(
            [int(label)], (others & (truth > 0)).sum(axis=1), others.sum(axis=1)
        )
    return replace(decision, threshold=np.round(threshold, 2))


def _by_expectation(
    decision: Decision, probs: NDArray[np.float64], truth: NDArray[np.int_], at_least_one: bool
) -> Decision:
    """Return the decision by expected F1, with what giving no label is best taken to be worth."""
    worths = np.array([0.0]) if at_least_one else np.arange(0.0, 1.51, 0.1)
    tried = [replace(decision, empty=round(float(worth), 1)) for worth in worths]
    reached = [_example_f1(truth, one.given(probs, at_least_one)) for one in tried]
    return tried[int(np.argmax(_smooth(np.array(reached))))]


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
