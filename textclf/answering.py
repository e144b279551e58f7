"""From scores to answers under one scheme: labels, probabilities, statuses, document rules.

Many documents are answered at once. It knows schemes and numbers: no text and no engine.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from textclf.arrays import np
from textclf.deciding import decided, likeliest
from textclf.linear import Scores
from textclf.model import Model
from textclf.prediction import PassagePrediction, Prediction, Status
from textclf.sentences import Span

Row = list[float]
"""The probabilities of a document's or a passage's labels."""

_PREVAILING = (3, 0.2)
"""How many of a document's passages, and what share of them, a label needs to prevail."""

_Answer = tuple[tuple[str, ...], float, Status]


class Answerer:
    """Answers documents under the scheme of one model, by its decision."""

    def __init__(self, model: Model) -> None:
        self.scheme = model.scheme
        self._decision = model.decision

    def unanswered(self, status: Status) -> Prediction:
        """Return the answer to a document that has none."""
        return Prediction(self.scheme.stamp, self.scheme.kind, (), None, (), status)

    def answers(
        self,
        found: Scores,
        passages: Sequence[Sequence[Span]],
        abstain: float,
    ) -> Iterator[Prediction]:
        """Yield the answer to each document, without evidence.

        `found` has a row for a document and, where the scheme answers by passage, one for each
        of its passages behind it. An answer less probable than `abstain` is held back.
        """
        probs, best = decided(found, self._decision)
        known = found.shares.tolist()
        counts = [len(spans) if self.scheme.by_passage else 0 for spans in passages]
        rows = list(pairwise(accumulate(counts, lambda at, count: at + 1 + count, initial=0)))
        rests_on: list[tuple[int, ...]] = [()] * len(rows)
        whole, taken, parts = probs, best, []
        if self.scheme.by_passage:
            rests_on, whole = self._by_passage(rows, probs, best, known)
            taken = [likeliest(row, self._decision) for row in whole]
            parts = self._answers(probs, best, abstain)
        answers = self._answers(whole, taken, abstain)
        for number, (first, end) in enumerate(rows):
            if not known[first]:
                yield self.unanswered(Status.NO_EVIDENCE)
                continue
            labels, prob, status = answers[number]
            yield Prediction(
                self.scheme.stamp,
                self.scheme.kind,
                labels,
                prob,
                tuple(zip(self.scheme.label_names, whole[number], strict=True)),
                status,
                known[first],
                passages=tuple(
                    map(_passage, passages[number], parts[first + 1 : end], known[first + 1 : end])
                ),
                rests_on=rests_on[number],
            )

    def _answers(self, probs: Sequence[Row], best: Sequence[int], abstain: float) -> list[_Answer]:
        """Return labels, probability and status of each row of probabilities.

        For a multi scheme the probability is that of its least sure label, given or not.
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
        """Return which labels each row of probabilities of a multi scheme gives."""
        rows = np.array(probs).reshape(len(probs), -1)
        return list(self._decision.given(rows, self.scheme.at_least_one).tolist())

    def _by_passage(
        self,
        rows: Sequence[tuple[int, int]],
        probs: Sequence[Row],
        best: Sequence[int],
        known: Sequence[float],
    ) -> tuple[list[tuple[int, ...]], list[Row]]:
        """Return the passages that each document's answer rests on, and its probabilities.

        `any_passage`: those that take that label, else the one that comes nearest to it, with
        the probabilities of the surest of them. `prevails_over`: those that take the label that
        prevails, with the mean of theirs. None where the document is read whole.
        """
        whole = [probs[first] for first, _ in rows]
        if self.scheme.kind == "multi":
            return self._surest(rows, probs, known, whole), whole
        scheme = self.scheme
        target = scheme.index(scheme.any_passage or scheme.prevails_over)
        rests_on: list[tuple[int, ...]] = []
        for number, (first, end) in enumerate(rows):
            places = [place for place in range(first + 1, end) if known[place]]
            if scheme.any_passage:
                ranked = sorted(places, key=lambda place: -probs[place][target])
                taking = [place for place in places if best[place] == target] or ranked[:1]
                if taking:
                    whole[number] = probs[next(place for place in ranked if place in taking)]
            else:
                taking = _prevailing(places, best, over=target)
                if taking:
                    columns = zip(*(probs[place] for place in taking), strict=True)
                    whole[number] = [sum(column) / len(taking) for column in columns]
            rests_on.append(tuple(place - first - 1 for place in taking))
        return rests_on, whole

    def _surest(
        self,
        rows: Sequence[tuple[int, int]],
        probs: Sequence[Row],
        known: Sequence[float],
        whole: list[Row],
    ) -> list[tuple[int, ...]]:
        """Give each label of a document the probability of its surest passage.

        Return the passages that are the surest of a label given.
        """
        surest: list[list[int]] = []
        for number, (first, end) in enumerate(rows):
            places = [place for place in range(first + 1, end) if known[place]]
            labels = range(len(whole[number]) if places else 0)
            surest.append([max(places, key=lambda at, k=k: probs[at][k]) for k in labels])  # type: ignore[misc]
            whole[number] = [probs[place][k] for k, place in enumerate(surest[-1])] or whole[number]
        return [
            tuple(
                sorted({place - first - 1 for place, yes in zip(telling, row, strict=False) if yes})
            )
            for (first, _), telling, row in zip(rows, surest, self._given(whole), strict=True)
        ]


def _prevailing(places: Sequence[int], answers: Sequence[int], over: int) -> list[int]:
    """Return the places of the label that prevails over another, if one does.

    Of two labels that prevail alike, it is the one that stands at the later place.
    """
    counts = Counter(answers[place] for place in places)
    counts.pop(over, None)
    most = max(counts.values(), default=0)
    least, share = _PREVAILING
    if most < max(least, share * len(places)):
        return []
    last = next(place for place in reversed(places) if counts[answers[place]] == most)
    return [place for place in places if answers[place] == answers[last]]


def _passage(span: Span, answer: _Answer, known: float) -> PassagePrediction:
    if not known:
        return PassagePrediction(span.start, span.end, (), None, Status.NO_EVIDENCE)
    return PassagePrediction(span.start, span.end, *answer)
