"""From scores to answers under one scheme: labels, probabilities, statuses, document rules.

Many documents are answered at once. It knows schemes and numbers: no text and no engine.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from textclf._lazy_numpy import np
from textclf.classifier.prediction import PassagePrediction, Prediction, Status
from textclf.model.model import Model
from textclf.scoring.decision import decided, likeliest
from textclf.scoring.weights import Scores
from textclf.text.sentences import Span

Row = list[float]
"""The probabilities of a document's or a passage's labels."""

_Answer = tuple[tuple[str, ...], float, Status]


class Aggregator:
    """Answers documents under the scheme of one model, by its decision."""

    def __init__(self, model: Model) -> None:
        self.scheme = model.scheme
        self._decision = model.decision

    def unanswered(self, status: Status) -> Prediction:
        """Return the answer to a document that has none."""
        return Prediction(self.scheme.version_id, self.scheme.kind, (), None, (), status)

    def each(self, found: Scores, passages: Sequence[int]) -> list[Row]:
        """Return the probabilities of each passage, or of each document that has none.

        `found` has a row for a document and one for each of so many passages behind it. What no
        term is known of is left out.
        """
        probs, _ = decided(found, self._decision)
        known = found.shares.tolist()
        rows = pairwise(accumulate(passages, lambda at, count: at + 1 + count, initial=0))
        places = (at for first, end in rows for at in range(min(first + 1, end - 1), end))
        return [probs[at] for at in places if known[at]]

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
        supporting_passages: list[tuple[int, ...]] = [()] * len(rows)
        whole, taken, parts = probs, best, []
        if self.scheme.by_passage:
            if self.scheme.mean_over:
                supporting_passages, whole, taken = self._by_mean(rows, probs, known)
            else:
                supporting_passages, whole = self._by_passage(rows, probs, best, known)
                taken = [likeliest(row, self._decision) for row in whole]
            parts = self._answers(probs, best, abstain)
        answers = self._answers(whole, taken, abstain)
        for number, (first, end) in enumerate(rows):
            if not known[first]:
                yield self.unanswered(Status.OUT_OF_VOCABULARY)
                continue
            labels, prob, status = answers[number]
            yield Prediction(
                self.scheme.version_id,
                self.scheme.kind,
                labels,
                prob,
                tuple(zip(self.scheme.label_names, whole[number], strict=True)),
                status,
                known[first],
                passages=tuple(
                    map(_passage, passages[number], parts[first + 1 : end], known[first + 1 : end])
                ),
                supporting_passages=supporting_passages[number],
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

        Those that take the label of `any_passage`, else the one that comes nearest to it, with
        the probabilities of the surest of them. None where the document is read whole.
        """
        whole = [probs[first] for first, _ in rows]
        if self.scheme.kind == "multi":
            return self._surest(rows, probs, known, whole), whole
        target = self.scheme.index(self.scheme.any_passage)
        supporting_passages: list[tuple[int, ...]] = []
        for number, (first, end) in enumerate(rows):
            places = [place for place in range(first + 1, end) if known[place]]
            ranked = sorted(places, key=lambda place: -probs[place][target])
            taking = [place for place in places if best[place] == target] or ranked[:1]
            if taking:
                whole[number] = probs[next(place for place in ranked if place in taking)]
            supporting_passages.append(tuple(place - first - 1 for place in taking))
        return supporting_passages, whole

    def _by_mean(
        self, rows: Sequence[tuple[int, int]], probs: Sequence[Row], known: Sequence[float]
    ) -> tuple[list[tuple[int, ...]], list[Row], list[int]]:
        """Return what each document rests on, its probabilities, and its label's place.

        A document takes its strongest side if the mean of its passages gives that side
        `mean_least`. One passage more, of the label of `mean_over`, counts into the mean, so that
        a text of a single passage needs a surer one. It rests on the passages that are at least
        half as sure of its label as the surest is; if it takes the label of `mean_over`, on all
        of it.
        """
        default = self.scheme.index(self.scheme.mean_over)
        supporting_passages: list[tuple[int, ...]] = []
        whole, taken = [], []
        for first, end in rows:
            places = [place for place in range(first + 1, end) if known[place]] or [first]
            columns = zip(*(probs[place] for place in places), strict=True)
            sums = [sum(column) for column in columns]
            sums[default] += 1
            mean = [one / (len(places) + 1) for one in sums]
            others = [place for place in range(len(mean)) if place != default]
            best = max(others, key=mean.__getitem__)
            label = best if mean[best] >= self.scheme.mean_least else default
            surest = max(probs[place][label] for place in places)
            telling = [place for place in places if probs[place][label] >= surest / 2]
            whole.append(_from_shares(mean, default, self.scheme.mean_least))
            taken.append(label)
            read_whole = label == default or places == [first]
            supporting_passages.append(() if read_whole else tuple(p - first - 1 for p in telling))
        return supporting_passages, whole, taken

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


def _from_shares(mean: Row, default: int, least: float) -> Row:
    """Return the probabilities of a document's labels from the mean shares of its passages.

    A share of `least` gives the label, so it becomes even odds, and the shares below and above it
    are stretched linearly to 0 and 1. The label that is given is thus the likeliest.
    """
    found = [
        share / least / 2 if share < least else 1 - (1 - share) / (1 - least) / 2 for share in mean
    ]
    # The default label has what the strongest side leaves. A second side makes all less sure.
    found[default] = 1 - max(found[:default] + found[default + 1 :])
    total = sum(found)
    return [one / total for one in found]


def _passage(span: Span, answer: _Answer, known: float) -> PassagePrediction:
    if not known:
        return PassagePrediction(span.start, span.end, (), None, Status.OUT_OF_VOCABULARY)
    return PassagePrediction(span.start, span.end, *answer)
