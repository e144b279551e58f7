"""Weighs the views of a model by how likely they make the truth, out of fold.

It works on scores that were made before and knows no text and no estimator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from textclf.codebook.scheme import Scheme
from textclf.model.card import FeatureGroupWorth
from textclf.text.features import FeatureGroup
from textclf.training.calibration import decide, score

Doubles = NDArray[np.float64]

_LEAST = 0.05
"""A view whose share is less than this is left out: it costs more than it tells."""
_VIEWS_APART = 0.1
"""What it costs that the weights of views differ, beside the likelihood."""
_LABELS_APART = 1.0
"""What it costs that the weights of one view differ from label to label."""
_STEPS = 100
"""Where weights of many labels have come so far, they move by hundredths only."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Which views a model is made of, and how it comes by their weights."""

    parts: tuple[float, ...] = ()
    """What each view weighs beside the others; 0 for one that is left out; empty: all the same."""
    fixed: bool = False
    """Whether views weigh their parts; else those of a part are weighed by how they do."""

    def weights(self, scheme: Scheme, scores: Doubles, truth: NDArray[Any]) -> Doubles:
        """Return what each view weighs for each label, shape (views, labels)."""
        parts = np.array(self.parts or (1.0,) * len(scores))
        weights = np.zeros((len(scores), scores.shape[2]))
        if self.fixed:
            weights += (parts / parts.sum())[:, None]
        else:
            weights[parts > 0] = weigh(scheme, scores[parts > 0], truth)
        return weights


def best_mix(scheme: Scheme, scores: Doubles, truth: NDArray[Any], mixes: Sequence[Mix]) -> Mix:
    """Return the mix that reaches most out of fold, the first of equals."""
    if len(mixes) == 1:
        return mixes[0]
    found = [weighed(scores, mix.weights(scheme, scores, truth)) for mix in mixes]
    return mixes[int(np.argmax([reached(scheme, one, truth) for one in found]))]


def reached(scheme: Scheme, scores: Doubles, truth: NDArray[Any]) -> float:
    """Return the score that the best decision on these scores reaches."""
    decision = decide(scheme.kind, scores, truth, scheme.at_least_one)
    return score(decision, decision.probabilities(scores), truth, scheme.at_least_one)


def weigh(scheme: Scheme, scores: Doubles, truth: NDArray[Any]) -> Doubles:
    """Return what each view weighs for each label, shape (views, labels).

    `scores` of shape (views, texts, labels) are out of fold. The weights are those whose sum of
    scores makes the truth likeliest, by a logistic regression whose weights are positive and held
    near to each other. The views of a label share 1, on average over the labels; one of a small
    share is left out, and weighs nothing.
    """
    taken = np.arange(len(scores))
    while True:
        found = _likeliest(scheme, scores[taken], truth)
        # A view whose scores hardly vary tells nothing, whatever it weighs.
        share = (found * np.minimum(1.0, scores[taken].std(axis=1))).mean(axis=1)
        if share.min() >= _LEAST * share.sum() or len(taken) == 1:
            weights = np.zeros((len(scores), scores.shape[2]))
            weights[taken] = np.round(found, 4)
            return weights
        taken = np.delete(taken, int(np.argmin(share)))


def weighed(scores: Doubles, weights: Doubles) -> Doubles:
    """Return the sum over views of scores (views, texts, labels) times weights (views, labels)."""
    return np.asarray(np.einsum("vtl,vl->tl", scores, weights))


def worth(
    scheme: Scheme,
    views: Sequence[FeatureGroup],
    scores: Doubles,
    truth: NDArray[Any],
    weights: Doubles,
    *,
    vectors: bool = False,
) -> tuple[FeatureGroupWorth, ...]:
    """Return for each view what it reaches alone, and its share of the weight.

    `vectors` says that the last view is one of word vectors.
    """
    names = [named(view) for view in views]
    if vectors:
        names[-1] += ", vectors"
    return tuple(
        FeatureGroupWorth(
            name,
            round(reached(scheme, scores[place], truth), 4),
            round(float(weights[place].mean()), 3),
        )
        for place, name in enumerate(names)
    )


def named(view: FeatureGroup) -> str:
    """Return the name of a view for people."""
    first_words = f", first {view.first_words} words" if view.first_words else ""
    within = f", within {' '.join(view.within)}" if view.within else ""
    without = f", without {' '.join(view.without)}" if view.without else ""
    return f"{view.analyzer} {view.low}-{view.high} {view.weighting}{first_words}{within}{without}"


def _likeliest(scheme: Scheme, scores: Doubles, truth: NDArray[Any]) -> Doubles:
    """Return the weights of the least loss; they are powers of e, and so above zero."""
    views, _, labels = scores.shape
    single = scheme.kind == "single"
    true = truth[:, None] == np.arange(labels) if single else truth > 0

    def loss(point: Doubles) -> tuple[float, Doubles]:
        """Return the penalised loss and its gradient."""
        common, own = point[:views], point[views:-labels].reshape(views, labels)
        weights = np.exp(common[:, None] + own)
        logits = weighed(scores, weights) + point[-labels:]
        if single:
            logits = logits - logits.max(axis=1, keepdims=True)
            logits = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
            least, pull = -logits[true].sum(), np.exp(logits) - true
        else:
            least = np.logaddexp(0, logits).sum() - logits[true].sum()
            pull = 0.5 * (1 + np.tanh(logits / 2)) - true
        apart = common - common.mean()
        slope = np.einsum("vtl,tl->vl", scores, pull) * weights
        least += _VIEWS_APART * (apart**2).sum() + _LABELS_APART * (own**2).sum()
        gradient = np.r_[
            slope.sum(axis=1) + 2 * _VIEWS_APART * apart,
            (slope + 2 * _LABELS_APART * own).ravel(),
            pull.sum(axis=0),
        ]
        return float(least), gradient

    start = np.r_[np.zeros(views + views * labels), np.full(labels, -1.0)]
    bounds = [(-6, 4)] * views + [(-3, 3)] * (views * labels) + [(-20, 20)] * labels
    best = minimize(
        loss, start, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": _STEPS}
    ).x
    weights = np.exp(best[:views, None] + best[views:-labels].reshape(views, labels))
    return np.asarray(weights / weights.sum(axis=0).mean())
