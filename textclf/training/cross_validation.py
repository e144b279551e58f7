"""What a model card says of a model's quality out of fold, and which answers are worth giving.

It works on answers and probabilities; it knows no texts and no estimators.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from textclf.codebook.scheme import Scheme
from textclf.corpus.records import Answer
from textclf.evaluation.bootstrap import Interval, interval, resamples
from textclf.evaluation.metrics import calibration_error, evaluate
from textclf.model.card import CoverageLevel, CrossValidation, Estimate, SystemMetrics

_COVERED = tuple(round(share, 2) for share in np.arange(1.0, 0.049, -0.05))
"""The shares of texts, the surest answered, that the card tells the precision of."""


def quality(
    scheme: Scheme,
    probs: NDArray[np.float64],
    given: NDArray[np.bool_],
    answers: Sequence[Answer],
    baselines: Mapping[str, Sequence[Answer]],
    groups: Sequence[str],
) -> CrossValidation:
    """Return how good answers are, beside those of baselines.

    `probs` and `given`, the labels given, have the shape (texts, labels); they are of models,
    and of decisions, that have not seen the texts. `groups` tells which texts belong together.
    """
    names = scheme.label_names
    said = [closed(scheme, row) for row in given]
    right = np.array([a == b for a, b in zip(said, answers, strict=True)])
    if scheme.kind == "single":
        error = calibration_error(probs[given], right, groups)
    else:
        true = np.array([[name in answer for name in names] for answer in answers])
        error = calibration_error(
            probs.ravel(), true.ravel(), [group for group in groups for _ in names]
        )
    measured = {
        name: SystemMetrics.from_dict(evaluate(answers, one, names, groups).as_dict())
        for name, one in {"model": said, **baselines}.items()
    }
    return CrossValidation(
        **measured,
        calibration_error=_rounded(error),
        coverage=_coverage(_sureness(scheme, probs, said), right, groups),
    )


def closed(scheme: Scheme, row: NDArray[np.bool_]) -> Answer:
    """Return the labels of a row, with all that they imply."""
    return scheme.close(name for name, yes in zip(scheme.label_names, row, strict=True) if yes)


def _sureness(
    scheme: Scheme, probs: NDArray[np.float64], said: Sequence[Answer]
) -> NDArray[np.float64]:
    """Return the probability of each answer: of its label, or of the least sure yes or no."""
    given = np.array([[name in answer for name in scheme.label_names] for answer in said])
    if scheme.kind == "single":
        return np.asarray(probs[given])
    return np.asarray(np.where(given, probs, 1 - probs).min(axis=1))


def _coverage(
    sure: NDArray[np.float64], right: NDArray[np.bool_], groups: Sequence[str]
) -> tuple[CoverageLevel, ...]:
    """Return how often the surest answers are right, for shares of all texts.

    Each level has the probability from which on so many texts are answered (El-Yaniv and
    Wiener 2010: the risk-coverage curve).
    """
    _, group = np.unique(np.array(groups), return_inverse=True)
    drawn = resamples(group)
    rows = []
    for share in _COVERED:
        least = float(np.quantile(sure, 1 - share))
        answered = sure >= least
        counted = np.maximum(drawn @ answered, 1e-12)
        rate = interval(float(right[answered].mean()), drawn @ (right & answered) / counted)
        rows.append(CoverageLevel(share, round(least, 4), _rounded(rate)))
    return tuple(rows)


def _rounded(figure: Interval) -> Estimate:
    return Estimate(round(figure.value, 4), round(figure.low, 4), round(figure.high, 4))
