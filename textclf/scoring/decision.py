"""Scores to probabilities and the most probable label, as plain lists: in C where it is built.

`DecisionRule` in `scoring.weights` has the same arithmetic for arrays.
"""

from array import array

from textclf.scoring._native import native
from textclf.scoring.weights import DecisionRule, Scores


def decided(scores: Scores, rule: DecisionRule) -> tuple[list[list[float]], list[int]]:
    """Return the calibrated probabilities of each row of scores, and the index of its label."""
    if native is None:
        probs = rule.probabilities(scores.scores)
        return probs.tolist(), rule.best(probs).tolist()
    rows, labels = len(scores.shares), scores.labels
    # C writes 64-bit numbers into these: probabilities (rows, labels), and indices (rows,).
    numbers = memoryview(bytearray(8 * rows * labels)).cast("d")
    best = memoryview(bytearray(8 * rows)).cast("q")
    slope, intercept, threshold = (
        array("d", part) for part in (rule.slope, rule.intercept, rule.threshold)
    )
    single = rule.kind == "single"
    native.decide(scores.numbers, single, slope, intercept, threshold, rule.epsilon, numbers, best)
    flat: list[float] = list(numbers)
    return [flat[i : i + labels] for i in range(0, len(flat), labels)], best.tolist()
