"""From scores to predictions under one scheme: labels, probabilities and statuses.

A document gets no label if the probability is too low (status `abstained`), if no word is known,
or if the text is in another language. `textclf.classifier.passage_aggregation` makes the label of
a document of those of its passages. Many documents are predicted at once.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise

from textclf._lazy_numpy import np
from textclf.classifier.passage_aggregation import PassageLabels, Row, aggregate
from textclf.classifier.prediction import PassagePrediction, Prediction, Status
from textclf.model.model import Model
from textclf.scoring.decision_rule import probabilities_and_best
from textclf.scoring.weights import Scores
from textclf.text.language import MOST_KNOWN
from textclf.text.sentences import Span

_Answer = tuple[tuple[str, ...], float, Status]
"""Labels, their probability, and the status."""


class LabelDecider:
    """Decides labels, statuses and probabilities of documents from their scores, for one model."""

    def __init__(self, model: Model) -> None:
        self.scheme = model.scheme
        self._decision = model.decision
        self._model = model.name_and_digest

    def unanswered(self, status: Status, known: float = 0.0) -> Prediction:
        """Return the prediction for a document that has no label; `known` is its share of words."""
        scheme = self.scheme
        return Prediction(scheme.id, scheme.kind, (), None, (), status, known, model=self._model)

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
        aggregated = aggregate(
            [
                PassageLabels(
                    probs[first],
                    best[first],
                    probs[first + 1 : end],
                    best[first + 1 : end],
                    [at for at, share in enumerate(known[first + 1 : end]) if share],
                )
                for first, end in rows
            ],
            self.scheme,
            self._given,
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
                model=self._model,
            )

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


def _passage(span: Span, answer: _Answer, known: float) -> PassagePrediction:
    if not known:
        return PassagePrediction(span.start, span.end, (), None, Status.OUT_OF_VOCABULARY)
    return PassagePrediction(span.start, span.end, *answer)
