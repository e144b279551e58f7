"""Out-of-fold predictions, and the metrics of a model on its card."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclf.codebook.scheme import Scheme
from textclf.corpus.records import Answer
from textclf.evaluation.bootstrap import Interval, interval, resampled
from textclf.evaluation.metrics import calibration_error, evaluate
from textclf.model.card import CoverageLevel, CrossValidation, Estimate, SystemMetrics
from textclf.scoring.decision_rule import DecisionRule
from textclf.training.calibration import fit_decision_rule
from textclf.training.config import uses_likeliest_label
from textclf.training.dataset import Folds
from textclf.training.stacking import Mix, mixed_scores

_COVERED = tuple(round(share, 2) for share in np.arange(1.0, 0.049, -0.05))
"""The shares of texts, by falling probability, whose precision the card states."""


def fit_rule(scheme: Scheme, scores: NDArray[np.float64], truth: NDArray[Any]) -> DecisionRule:
    """Return the decision rule of a scheme that fits scores of shape (texts, labels)."""
    return fit_decision_rule(
        scheme.kind, scores, truth, scheme.at_least_one, likeliest=uses_likeliest_label(scheme)
    )


def out_of_fold_predictions(
    scheme: Scheme,
    scores: NDArray[np.float64],
    truth: NDArray[Any],
    folds: Folds,
    mix: Mix = Mix(),
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return probabilities and assigned labels, both of shape (texts, labels).

    `scores` are out of fold, shape (groups, texts, labels). Weights of groups and decision rule of
    each fold are fitted to the other folds, so that nothing is measured on what it was fitted to.
    Labels are as frequent as in these texts: the prior of a scheme is for other texts.
    """
    probs, assigned = np.zeros(scores.shape[1:]), np.zeros(scores.shape[1:], bool)
    for train, test in folds:
        weights = mix.weights(scheme, scores[:, train], truth[train])
        rule = fit_rule(scheme, mixed_scores(scores[:, train], weights), truth[train])
        probs[test] = rule.probabilities(mixed_scores(scores[:, test], weights))
        assigned[test] = rule.given(probs[test], scheme.at_least_one)
    return probs, assigned


def quality(
    scheme: Scheme,
    probs: NDArray[np.float64],
    given: NDArray[np.bool_],
    answers: Sequence[Answer],
    baselines: Mapping[str, Sequence[Answer]],
    groups: Sequence[str],
) -> CrossValidation:
    """Return the metrics of predictions, and those of baselines.

    `probs` and `given`, the assigned labels, have the shape (texts, labels). They are out of fold.
    `groups` has the group of each text: intervals resample whole groups.
    """
    names = scheme.label_names
    predicted = [closed(scheme, row) for row in given]
    right = np.array([a == b for a, b in zip(predicted, answers, strict=True)])
    if scheme.kind == "single":
        error = calibration_error(probs[given], right, groups)
    else:
        true = np.array([[name in answer for name in names] for answer in answers])
        error = calibration_error(
            probs.ravel(), true.ravel(), [group for group in groups for _ in names]
        )
    metrics = {
        name: SystemMetrics.from_dict(evaluate(answers, of, names, groups).as_dict())
        for name, of in {"model": predicted, **baselines}.items()
    }
    return CrossValidation(
        **metrics,
        calibration_error=_rounded(error),
        coverage=_coverage(_confidence(scheme, probs, predicted), right, groups),
    )


def closed(scheme: Scheme, row: NDArray[np.bool_]) -> Answer:
    """Return the labels of a row of shape (labels,), and all that they imply."""
    return scheme.close(name for name, yes in zip(scheme.label_names, row, strict=True) if yes)


def _confidence(
    scheme: Scheme, probs: NDArray[np.float64], predicted: Sequence[Answer]
) -> NDArray[np.float64]:
    """Return the probability of each prediction, shape (texts,).

    It is that of the label, or, for several labels, of the least probable yes or no.
    """
    given = np.array([[name in answer for name in scheme.label_names] for answer in predicted])
    if scheme.kind == "single":
        return np.asarray(probs[given])
    return np.asarray(np.where(given, probs, 1 - probs).min(axis=1))


def _coverage(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], groups: Sequence[str]
) -> tuple[CoverageLevel, ...]:
    """Return the precision of the most confident predictions, for several shares of all texts.

    Each level has the probability at or above which this share of texts is predicted (El-Yaniv and
    Wiener 2010: the risk-coverage curve). `confidence` and `right` have the shape (texts,).
    """
    _, group = np.unique(np.array(groups), return_inverse=True)
    least = np.quantile(confidence, [1 - share for share in _COVERED])
    answered = (confidence[:, None] >= least).astype(float)
    hits = right[:, None] * answered
    spread = resampled(group, lambda drawn: (drawn @ hits / np.maximum(drawn @ answered, 1e-12)).T)
    return tuple(
        CoverageLevel(
            share,
            round(float(least[level]), 4),
            _rounded(interval(float(right[answered[:, level] > 0].mean()), spread[level])),
        )
        for level, share in enumerate(_COVERED)
    )


def _rounded(figure: Interval) -> Estimate:
    return Estimate(round(figure.value, 4), round(figure.low, 4), round(figure.high, 4))
