"""From scores to predictions under one scheme: labels, probabilities and statuses.

A document is predicted as a whole, or its label follows from the labels of its passages by the
aggregation rule of the scheme. Many documents are predicted at once.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from textclf._lazy_numpy import np
from textclf.classifier.prediction import PassagePrediction, Prediction, Status
from textclf.codebook.aggregation_rule import AnyPassage, Mean, Plurality
from textclf.model.model import Model
from textclf.scoring.decision_rule import probabilities_and_best
from textclf.scoring.weights import Scores
from textclf.text.language import MOST_KNOWN
from textclf.text.sentences import Span

Row = list[float]
"""The probability of each label, for a document or a passage."""

_Answer = tuple[tuple[str, ...], float, Status]
"""Labels, their probability, and the status."""


class _Document(NamedTuple):
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


class _Aggregated(NamedTuple):
    """What a rule makes of a document."""

    probs: Row
    label: int
    """The index of the label. In a multi scheme it has no meaning."""
    supporting: tuple[int, ...] = ()
    """The indices of the passages that decide the label; empty if the whole document does."""


class Aggregator:
    """Makes predictions for documents from their scores, for one model."""

    def __init__(self, model: Model) -> None:
        self.scheme = model.scheme
        self._decision = model.decision

    def unanswered(self, status: Status, known: float = 0.0) -> Prediction:
        """Return the prediction for a document that has no label; `known` is its share of words."""
        return Prediction(self.scheme.id, self.scheme.kind, (), None, (), status, known)

    def each(self, found: Scores, passages: Sequence[int]) -> list[Row]:
        """Return the probabilities of each passage, or of each document without passages.

        `found` has a row for each document, followed by a row for each of its passages;
        `passages` has the number of passages of each document. Texts without a word that the
        model knows are left out.
        """
        probs, _ = probabilities_and_best(found, self._decision)
        known = found.shares.tolist()
        rows = pairwise(accumulate(passages, lambda at, count: at + 1 + count, initial=0))
        places = (at for first, end in rows for at in range(min(first + 1, end - 1), end))
        return [probs[at] for at in places if known[at]]

    def answers(
        self,
        found: Scores,
        passages: Sequence[Sequence[Span]],
        abstain: float,
        is_other_language: Callable[[int], bool] = lambda _: False,
    ) -> Iterator[Prediction]:
        """Yield the prediction for each document, without evidence.

        `found` has a row for each document, followed, if the scheme goes by passage, by a row
        for each of its passages. If the probability is below `abstain`, no label is given.
        `is_other_language` is asked, by its number, about a document of which few words are known.
        """
        probs, best = probabilities_and_best(found, self._decision)
        known = found.shares.tolist()
        by_passage = self.scheme.by_passage
        counts = [len(spans) if by_passage else 0 for spans in passages]
        rows = list(pairwise(accumulate(counts, lambda at, count: at + 1 + count, initial=0)))
        aggregated = self._aggregate(
            [
                _Document(
                    probs[first],
                    best[first],
                    probs[first + 1 : end],
                    best[first + 1 : end],
                    [at for at, share in enumerate(known[first + 1 : end]) if share],
                )
                for first, end in rows
            ]
        )
        parts = self._answers(probs, best, abstain) if by_passage else []
        answers = self._answers(
            [one.probs for one in aggregated], [one.label for one in aggregated], abstain
        )
        for number, (first, end) in enumerate(rows):
            if known[first] < MOST_KNOWN and is_other_language(number):
                yield self.unanswered(Status.OTHER_LANGUAGE, known[first])
                continue
            if not known[first]:
                yield self.unanswered(Status.OUT_OF_VOCABULARY)
                continue
            labels, prob, status = answers[number]
            yield Prediction(
                self.scheme.id,
                self.scheme.kind,
                labels,
                prob,
                tuple(zip(self.scheme.label_names, aggregated[number].probs, strict=True)),
                status,
                known[first],
                passages=tuple(
                    map(_passage, passages[number], parts[first + 1 : end], known[first + 1 : end])
                ),
                supporting_passages=aggregated[number].supporting,
            )

    def _aggregate(self, documents: Sequence[_Document]) -> list[_Aggregated]:
        """Apply the aggregation rule of the scheme to each document."""
        rule = self.scheme.aggregation
        if isinstance(rule, AnyPassage):
            label = self.scheme.index(rule.label)
            return [_any_passage(document, label) for document in documents]
        if isinstance(rule, Plurality):
            default = self.scheme.index(rule.default)
            return [_plurality(document, default, rule) for document in documents]
        if isinstance(rule, Mean):
            default = self.scheme.index(rule.default)
            return [_mean(document, default, rule.min_mean) for document in documents]
        if self.scheme.by_passage:
            return self._surest_of_each_label(documents)
        return [_Aggregated(document.whole, document.label) for document in documents]

    def _answers(self, probs: Sequence[Row], best: Sequence[int], abstain: float) -> list[_Answer]:
        """Return labels, probability and status for each row of probabilities.

        `best` has the index of the label of each row, for a single scheme. In a multi scheme the
        probability is that of the least certain decision, of a label given or not given.
        """
        names = self.scheme.label_names
        found: list[tuple[tuple[str, ...], float]]
        if self.scheme.kind == "single":
            found = [((names[place],), row[place]) for row, place in zip(probs, best, strict=True)]
        else:
            closed = [
                self.scheme.close([name for name, yes in zip(names, row, strict=True) if yes])
                for row in self._given(probs)
            ]
            found = [
                (
                    labels,
                    min(
                        prob if name in labels else 1 - prob
                        for name, prob in zip(names, row, strict=True)
                    ),
                )
                for labels, row in zip(closed, probs, strict=True)
            ]
        return [
            ((), prob, Status.ABSTAINED) if prob < abstain else (labels, prob, Status.OK)
            for labels, prob in found
        ]

    def _given(self, probs: Sequence[Row]) -> list[Sequence[bool]]:
        """Return for each row of probabilities of a multi scheme which labels are given."""
        rows = np.array(probs).reshape(len(probs), -1)
        return list(self._decision.given(rows, self.scheme.at_least_one).tolist())

    def _surest_of_each_label(self, documents: Sequence[_Document]) -> list[_Aggregated]:
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
            _Aggregated(
                row,
                one.label,
                tuple(sorted({at for at, given in zip(places, labels, strict=False) if given})),
            )
            for one, row, places, labels in zip(
                documents, rows, surest, self._given(rows), strict=True
            )
        ]


def _any_passage(document: _Document, label: int) -> _Aggregated:
    """Rule `any`: the document has the label if a passage has it.

    The probabilities are those of the surest passage with the label; if no passage has it, those
    of the passage that comes nearest to it.
    """
    ranked = sorted(document.readable, key=lambda at: -document.passages[at][label])
    if not ranked:
        return _Aggregated(document.whole, document.label)
    having = [at for at in document.readable if document.labels[at] == label]
    theirs = set(having)
    surest = next((at for at in ranked if at in theirs), ranked[0])
    supporting = tuple(having or ranked[:1])
    return _Aggregated(document.passages[surest], document.labels[surest], supporting)


def _plurality(document: _Document, default: int, rule: Plurality) -> _Aggregated:
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
        return _Aggregated(mean, default)
    label = max(winners, key=lambda k: (len(winners[k]), sum(rows[at][k] for at in winners[k])))
    supporting = winners[label]
    return _Aggregated(_mean_row([rows[at] for at in supporting]), label, tuple(supporting))


def _mean(document: _Document, default: int, min_mean: float) -> _Aggregated:
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
        return _Aggregated(probs, default)
    surest = max(row[best] for row in rows)
    supporting = [at for at in document.readable if document.passages[at][best] >= surest / 2]
    return _Aggregated(probs, best, tuple(supporting))


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


def _passage(span: Span, answer: _Answer, known: float) -> PassagePrediction:
    if not known:
        return PassagePrediction(span.start, span.end, (), None, Status.OUT_OF_VOCABULARY)
    return PassagePrediction(span.start, span.end, *answer)
