"""The decision rule: from scores to calibrated probabilities and labels.

`probabilities_and_best` gives plain lists, in C where it is built; `DecisionRule` has the same
arithmetic for arrays. Whether a label is withheld because its probability is too low is decided in
`textclf.classifier.labels_and_abstention`.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING, Literal

from textclf._lazy_numpy import np
from textclf.scoring._native import native
from textclf.scoring.weights import Doubles, Indices, Scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_LABELS = 20
"""How many labels of a text, the most probable ones, may be assigned by expected F1."""


@dataclass(frozen=True, slots=True, eq=False)
class DecisionRule:
    """How scores become probabilities and labels.

    `single`: the probabilities are the softmax of slope * score + intercept. The label with the
    largest quotient of probability and threshold is assigned. `multi`: the probabilities are the
    sigmoid of the same. A label is assigned at or above its threshold; with `empty_set_utility`,
    the set of labels with the greatest expected example-based F1 is assigned.
    """

    kind: Literal["single", "multi"]
    slope: Doubles | tuple[float, ...]
    """Shape (labels,); above zero."""
    intercept: Doubles | tuple[float, ...]
    """Shape (labels,)."""
    threshold: Doubles | tuple[float, ...]
    """Shape (labels,): probabilities above 0."""
    epsilon: float = 0.0
    """Uniform mixing weight: this share of all probability is spread evenly over the labels."""
    empty_set_utility: float | None = None
    """Of `multi`: the F1 of no label for a text that has none; None to decide by thresholds."""
    prior: Doubles | tuple[float, ...] | None = None
    """Of `single`: the shares of labels that probabilities assume; None: those of training."""

    def with_prior(
        self, shares: Sequence[float], known: Sequence[float] | None = None
    ) -> DecisionRule:
        """Return the rule for texts in which the labels have these shares, each above 0.

        `known` are the shares that the probabilities assume now, if the rule does not state them.
        The odds of a label change by the ratio of its shares (Saerens et al. 2002), and the most
        probable label is assigned.
        """
        assumed = self.prior if known is None else known
        if assumed is None or self.kind != "single":
            raise ValueError("this decision rule does not state which shares it assumes")
        shifts = [log(new / old) for new, old in zip(shares, assumed, strict=True)]
        intercept = tuple(
            float(one) + shift for one, shift in zip(self.intercept, shifts, strict=True)
        )
        return replace(
            self,
            intercept=tuple(round(one, 6) for one in intercept),
            threshold=(1.0,) * len(shifts),
            prior=tuple(float(share) for share in shares),
        )

    def probabilities(self, scores: Doubles) -> Doubles:
        """Return the calibrated probabilities of scores, both of shape (texts, labels)."""
        logits = scores * self.slope + self.intercept
        if self.kind == "multi":
            # The sigmoid as a tanh, which does not overflow; epsilon is spread over yes and no.
            return np.asarray(
                self.epsilon / 2 + (1 - self.epsilon) * 0.5 * (1 + np.tanh(logits / 2))
            )
        # The largest logit becomes 0, so that no exponential overflows.
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = odds / odds.sum(axis=1, keepdims=True)
        return np.asarray(self.epsilon / scores.shape[1] + (1 - self.epsilon) * shares)

    def best(self, probs: Doubles) -> NDArray[np.intp]:
        """Return the index of each text's single label, for probabilities (texts, labels)."""
        return np.asarray((probs / self.threshold).argmax(axis=1))

    def given(self, probs: Doubles, at_least_one: bool = False) -> NDArray[np.bool_]:
        """Return which labels are assigned, for probabilities of the same shape (texts, labels).

        With `at_least_one`, a text without a label gets its most probable one.
        """
        if self.kind == "single":
            return np.asarray(self.best(probs)[:, None] == np.arange(probs.shape[1]))
        if self.empty_set_utility is None:
            assigned = np.asarray(probs >= self.threshold)
        else:
            order, utility, none = expected_f1(probs)
            # The first k labels in order, where k has the greatest expected F1.
            ranks = np.arange(order.shape[1]) <= utility.argmax(axis=1)[:, None]
            assigned = np.zeros(probs.shape, bool)
            np.put_along_axis(assigned, order, ranks, axis=1)
            assigned[utility.max(axis=1) <= self.empty_set_utility * none] = False
        if at_least_one:
            assigned[np.arange(len(assigned)), probs.argmax(axis=1)] |= ~assigned.any(axis=1)
        return assigned


def probabilities_and_best(
    scores: Scores, rule: DecisionRule
) -> tuple[list[list[float]], list[int]]:
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


def expected_f1(probs: Doubles) -> tuple[Indices, Doubles, Doubles]:
    """Return the labels of each text by falling probability, their expected F1, and P(no label).

    `probs` has the shape (texts, labels). The order and the expected F1 have the shape
    (texts, k): the F1 in column k - 1 is that of assigning the first k labels. P(no label), shape
    (texts,), is the probability that no label is true.

    Labels count as independent. The set of greatest expected F1 is then the k most probable
    labels for some k (Lewis 1995). The expectation is exact: it sums over how many of these k and
    how many of the other labels are true (Ye et al. 2012).
    """
    order = np.argsort(-probs, axis=1, kind="stable")[:, :_MOST_LABELS]
    ordered = np.take_along_axis(probs, order, axis=1)
    labels = ordered.shape[1]
    # rest[j]: the distribution of the number of true labels among the last j labels.
    rest = [np.ones((len(ordered), 1))]
    for label in reversed(range(labels)):
        rest.append(_with_label(rest[-1], ordered[:, label]))
    top, utility = rest[0], []
    for k in range(1, labels + 1):
        # The same of the first k labels, and of the others.
        top = _with_label(top, ordered[:, k - 1])
        others = rest[labels - k]
        # F1 = 2 * hits / (assigned + true), for each number of hits and of missed labels.
        hits, missed = np.arange(k + 1)[:, None], np.arange(others.shape[1])
        f1 = np.einsum("ta,ab->tb", top, 2 * hits / (k + hits + missed))
        utility.append((f1 * others).sum(axis=1))
    return order, np.stack(utility, axis=1), rest[-1][:, 0]


def _with_label(distribution: Doubles, probs: Doubles) -> Doubles:
    """Return the distribution of the number of true labels with one more label.

    `distribution` has the shape (texts, labels + 1); `probs`, shape (texts,), is of the new label.
    """
    more = np.pad(distribution * (1 - probs[:, None]), ((0, 0), (0, 1)))
    more[:, 1:] += distribution * probs[:, None]
    return more
