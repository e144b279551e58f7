"""From scores to answers under one scheme: labels, probabilities, statuses, document rules.

Many documents are answered at once. It knows schemes and numbers: no text and no engine.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

import numpy as np

from textclf.linear import Doubles, Scores
from textclf.model import Model
from textclf.prediction import PassagePrediction, Prediction, Status
from textclf.sentences import Span

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
        probs = self._decision.probabilities(found.scores)
        known = found.known.tolist()
        counts = [len(spans) if self.scheme.by_passage else 0 for spans in passages]
        rows = list(pairwise(accumulate(counts, lambda at, count: at + 1 + count, initial=0)))
        if self.scheme.by_passage:
            rests_on, whole = self._by_passage(rows, probs, known)
            parts = self._answers(probs, abstain)
        else:
            rests_on, whole, parts = [()] * len(rows), probs, []
        answers = self._answers(whole, abstain)
        listed = whole.tolist()
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
                tuple(zip(self.scheme.label_names, listed[number], strict=True)),
                status,
                known[first],
                passages=tuple(
                    map(_passage, passages[number], parts[first + 1 : end], known[first + 1 : end])
                ),
                rests_on=rests_on[number],
            )

    def _answers(self, probs: Doubles, abstain: float) -> list[_Answer]:
        """Return labels, probability and status of each row of probabilities.

        For a multi scheme the probability is that of its least sure label, given or not.
        """
        labels: list[tuple[str, ...]]
        if self.scheme.kind == "single":
            best = self._decision.best(probs)
            labels = [self.scheme.label_names[place : place + 1] for place in best.tolist()]
            sure = probs[np.arange(len(best)), best]
        else:
            names = np.array(self.scheme.label_names)
            rows = self._decision.given(probs, self.scheme.at_least_one)
            labels = [self.scheme.close(names[row].tolist()) for row in rows]
            taken = np.array([np.isin(names, one) for one in labels]).reshape(probs.shape)
            sure = np.where(taken, probs, 1 - probs).min(axis=1)
        return [
            ((), prob, Status.ABSTAINED) if prob < abstain else (one, prob, Status.OK)
            for one, prob in zip(labels, sure.tolist(), strict=True)
        ]

    def _by_passage(
        self, rows: Sequence[tuple[int, int]], probs: Doubles, known: Sequence[float]
    ) -> tuple[list[tuple[int, ...]], Doubles]:
        """Return the passages that each document's answer rests on, and its probabilities.

        `any_passage`: those that take that label, else the one that comes nearest to it, with
        the probabilities of the surest of them. `prevails_over`: those that take the label that
        prevails, with the mean of theirs. None where the document is read whole.
        """
        whole = probs[[first for first, _ in rows]]
        if self.scheme.kind == "multi":
            return self._surest(rows, probs, known, whole), whole
        scheme = self.scheme
        target = scheme.index(scheme.any_passage or scheme.prevails_over)
        answers = self._decision.best(probs).tolist()
        rests_on: list[tuple[int, ...]] = []
        for number, (first, end) in enumerate(rows):
            places = [place for place in range(first + 1, end) if known[place]]
            if scheme.any_passage:
                ranked = sorted(places, key=lambda place: -probs[place, target])
                taking = [place for place in places if answers[place] == target] or ranked[:1]
                if taking:
                    whole[number] = probs[next(place for place in ranked if place in taking)]
            else:
                taking = _prevailing(places, answers, over=target)
                if taking:
                    whole[number] = probs[taking].mean(axis=0)
            rests_on.append(tuple(place - first - 1 for place in taking))
        return rests_on, whole

    def _surest(
        self,
        rows: Sequence[tuple[int, int]],
        probs: Doubles,
        known: Sequence[float],
        whole: Doubles,
    ) -> list[tuple[int, ...]]:
        """Give each label of a document the probability of its surest passage.

        Return the passages that are the surest of a label given.
        """
        rests_on = []
        for number, (first, end) in enumerate(rows):
            places = [place for place in range(first + 1, end) if known[place]]
            surest = np.array(places)[probs[places].argmax(axis=0)] if places else np.zeros(0, int)
            if places:
                whole[number] = probs[places].max(axis=0)
            row = self._decision.given(whole[number : number + 1], self.scheme.at_least_one)[0]
            telling = surest[row] if places else surest
            rests_on.append(tuple(int(place) - first - 1 for place in np.unique(telling)))
        return rests_on


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
