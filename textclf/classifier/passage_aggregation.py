"""One label for a document from the labels of its passages, by the aggregation rule of the scheme.

A document without a rule is labelled as a whole. `textclf.codebook.aggregation_rule` has the
rules as data.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textclf.codebook.aggregation_rule import AnyPassage, Mean, Plurality
from textclf.codebook.scheme import Scheme

Row = list[float]
"""The probability of each label, for a document or a passage."""
Given = Callable[[Sequence[Row]], Sequence[Sequence[bool]]]
"""Returns for each row of probabilities of a multi scheme which labels are given."""


class PassageLabels(NamedTuple):
    """A document before aggregation. A label is its index in the scheme."""

    whole: Row
    """The probabilities of the document as a whole."""
    label: int
    """The label of the document as a whole."""
    passages: Sequence[Row]
    """The probabilities of each passage."""
    labels: Sequence[int]
    """The label of each passage."""
    readable: Sequence[int]
    """The indices of the passages with words that the model knows. No other passage counts."""


class Aggregated(NamedTuple):
    """What a rule makes of a document."""

    probs: Row
    label: int
    """The index of the label. In a multi scheme it has no meaning."""
    supporting: tuple[int, ...] = ()
    """The indices of the passages that decide the label; empty if the whole document does."""


def aggregate(
    documents: Sequence[PassageLabels],
    scheme: Scheme,
    given: Given,
) -> list[Aggregated]:
    """Apply the aggregation rule of the scheme to each document."""
    rule = scheme.aggregation
    if isinstance(rule, AnyPassage):
        label = scheme.index(rule.label)
        return [_any_passage(document, label) for document in documents]
    if isinstance(rule, Plurality):
        default = scheme.index(rule.default)
        return [_plurality(document, default, rule) for document in documents]
    if isinstance(rule, Mean):
        default = scheme.index(rule.default)
        return [_mean(document, default, rule.min_mean) for document in documents]
    if scheme.by_passage:
        return _surest_of_each_label(documents, given)
    return [Aggregated(document.whole, document.label) for document in documents]


def _any_passage(document: PassageLabels, label: int) -> Aggregated:
    """Rule `any`: the document has the label if a passage has it.

    The probabilities are those of the surest passage with the label; if no passage has it, those
    of the passage that comes nearest to it.
    """
    ranked = sorted(document.readable, key=lambda at: -document.passages[at][label])
    if not ranked:
        return Aggregated(document.whole, document.label)
    having = [at for at in document.readable if document.labels[at] == label]
    theirs = set(having)
    surest = next((at for at in ranked if at in theirs), ranked[0])
    supporting = tuple(having or ranked[:1])
    return Aggregated(document.passages[surest], document.labels[surest], supporting)


def _plurality(document: PassageLabels, default: int, rule: Plurality) -> Aggregated:
    """Rule `plurality`: the document has the label that most passages have.

    It must have `min_passages` passages and the share `min_share` of all; else the document has
    the default label. Of two labels with equally many passages, the one with the greater sum of
    probabilities wins. The probabilities are the mean of the passages with the label; for the
    default label, the mean of all passages.
    """
    labels, rows = document.labels, document.passages
    votes: dict[int, list[int]] = {}
    for at in document.readable:
        if labels[at] != default:
            votes.setdefault(labels[at], []).append(at)
    winners = {
        label: places
        for label, places in votes.items()
        if len(places) >= rule.min_passages
        and len(places) / len(document.readable) >= rule.min_share
    }
    if not winners:
        mean = _mean_row([rows[at] for at in document.readable] or [document.whole])
        return Aggregated(mean, default)
    label = max(winners, key=lambda k: (len(winners[k]), sum(rows[at][k] for at in winners[k])))
    supporting = winners[label]
    return Aggregated(_mean_row([rows[at] for at in supporting]), label, tuple(supporting))


def _mean(document: PassageLabels, default: int, min_mean: float) -> Aggregated:
    """Rule `mean`: the document has the label with the greatest mean probability.

    If that mean is below `min_mean`, the document has the default label. One additional passage,
    which surely has the default label, counts into the mean: so a text of one passage needs a
    surer one. The supporting passages are those that are at least half as sure of the label as
    the surest one.
    """
    rows = [document.passages[at] for at in document.readable] or [document.whole]
    # The additional passage adds nothing to the labels other than the default.
    mean = [sum(column) / (len(rows) + 1) for column in zip(*rows, strict=True)]
    best = max((k for k in range(len(mean)) if k != default), key=mean.__getitem__)
    probs = _stretched(mean, default, min_mean)
    if mean[best] < min_mean:
        return Aggregated(probs, default)
    surest = max(row[best] for row in rows)
    supporting = [at for at in document.readable if document.passages[at][best] >= surest / 2]
    return Aggregated(probs, best, tuple(supporting))


def _stretched(mean: Row, default: int, min_mean: float) -> Row:
    """Return the probabilities of a document from the means of its passages.

    A mean of `min_mean` becomes even odds, and the means below and above it are stretched
    linearly to 0 and 1. So the label that the rule gives is the most probable one.
    """

    def stretched(one: float) -> float:
        return one / min_mean / 2 if one < min_mean else 1 - (1 - one) / (1 - min_mean) / 2

    probs = [0.0 if label == default else stretched(one) for label, one in enumerate(mean)]
    # The default label has what the strongest other label leaves. A second one makes all less sure.
    probs[default] = 1 - max(probs)
    total = sum(probs)
    return [one / total for one in probs]


def _mean_row(rows: Sequence[Row]) -> Row:
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]


def _surest_of_each_label(documents: Sequence[PassageLabels], given: Given) -> list[Aggregated]:
    """Give each label of a multi scheme the probability of its surest passage."""
    surest = [
        [max(one.readable, key=lambda at, k=k, one=one: one.passages[at][k]) for k in labels]  # type: ignore[misc]
        for one in documents
        for labels in [range(len(one.whole) if one.readable else 0)]
    ]
    rows = [
        [one.passages[at][k] for k, at in enumerate(places)] or one.whole
        for one, places in zip(documents, surest, strict=True)
    ]
    return [
        Aggregated(
            row,
            one.label,
            tuple(sorted({at for at, yes in zip(places, labels, strict=False) if yes})),
        )
        for one, row, places, labels in zip(documents, rows, surest, given(rows), strict=True)
    ]
