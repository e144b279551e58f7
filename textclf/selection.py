"""Chooses the views of a model by what their scores reach out of fold.

It works on scores that were made before and knows no text and no estimator.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclf.calibration import decide, score
from textclf.features import View
from textclf.scheme import Scheme


def reached(scheme: Scheme, scores: NDArray[np.float64], truth: NDArray[Any]) -> float:
    """Return the score that the best decision on these scores reaches."""
    decision = decide(scheme.kind, scores, truth, scheme.at_least_one)
    return score(decision, decision.probabilities(scores), truth, scheme.at_least_one)


def choose(scheme: Scheme, scores: NDArray[np.float64], truth: NDArray[Any]) -> list[int]:
    """Return the views whose mean score does best out of fold: the best, then each that adds.

    `scores` has the shape (views, texts, labels).
    """
    chosen: list[int] = []
    best = 0.0
    while True:
        left = [place for place in range(len(scores)) if place not in chosen]
        tries = [reached(scheme, scores[[*chosen, p]].mean(axis=0), truth) for p in left]
        if not tries or max(tries) <= best:
            return sorted(chosen)
        best = max(tries)
        chosen.append(left[int(np.argmax(tries))])


def worth(
    scheme: Scheme,
    views: Sequence[View],
    scores: NDArray[np.float64],
    truth: NDArray[Any],
    chosen: Sequence[int],
) -> list[dict[str, Any]]:
    """Return for each view what it reaches alone, and whether it was chosen."""
    return [
        {
            "view": named(view),
            "alone": round(reached(scheme, scores[place], truth), 4),
            "chosen": place in chosen,
        }
        for place, view in enumerate(views)
    ]


def named(view: View) -> str:
    """Return the name of a view for people."""
    return f"{view.analyzer} {view.low}-{view.high} {view.weighting}"
