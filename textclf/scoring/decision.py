"""From scores to probabilities and the likeliest label, as plain lists: in C where it is built.

`linear` holds the same arithmetic for arrays. It knows no scheme and no text.
"""

from array import array

from textclf.scoring._native import native
from textclf.scoring.weights import DecisionRule, Scores


def decided(found: Scores, decision: DecisionRule) -> tuple[list[list[float]], list[int]]:
    """Return the calibrated probabilities of each row of scores, and the place of its label."""
    if native is None:
        probs = decision.probabilities(found.scores)
        return probs.tolist(), decision.best(probs).tolist()
    rows = len(found.shares)
    numbers = memoryview(bytearray(8 * rows * found.labels)).cast("d")
    best = memoryview(bytearray(8 * rows)).cast("q")
    slope, intercept, threshold = (
        array("d", part) for part in (decision.slope, decision.intercept, decision.threshold)
    )
    single = decision.kind == "single"
    native.decide(
        found.numbers, single, slope, intercept, threshold, decision.epsilon, numbers, best
    )
    listed: list[float] = list(numbers)
    labels = found.labels
    return [listed[at : at + labels] for at in range(0, len(listed), labels)], best.tolist()
