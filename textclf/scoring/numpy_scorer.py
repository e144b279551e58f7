"""The NumPy scorer: the scores of texts under several sets of linear weights.

Each text is tokenized once for all sets, and each term is looked up once for all spans.
`scoring._numpy_group_scorers` finds the terms of each kind of feature group.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textclf.scoring._numpy_group_scorers import Occurrences, TextTokens, make_group_scorer
from textclf.scoring._token_arrays import Batch, batched, tally
from textclf.scoring.weights import Contribution, Doubles, Indices, LinearWeights, Scores

_OFFSET_BITS = 31
"""A start and an end are sorted as one number of 62 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class _TextFeatures:
    """What one set of weights has of a text, or of a span of it."""

    groups: list[Occurrences]
    """The occurrences of each feature group."""
    units: Indices
    """Shape (units,): where each word starts; each chunk, if no group begins at words."""
    in_vocabulary: NDArray[np.bool_]
    """Shape (units,): whether a term of the vocabulary starts there."""

    def within(self, start: int, end: int) -> "_TextFeatures":
        inside = (self.units >= start) & (self.units < end)
        groups = [found.within(start, end) for found in self.groups]
        return _TextFeatures(groups, self.units[inside], self.in_vocabulary[inside])


class NumpyScorer:
    """Scores texts under several sets of weights, one text at a time, from one thread."""

    def __init__(self, weight_sets: Sequence[LinearWeights]) -> None:
        self._weight_sets = [_Weights(weights) for weights in weight_sets]
        self._last: tuple[str, list[_TextFeatures]] | None = None

    def score(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]] = (),
        spanned: Collection[int] = (),
    ) -> list[Scores]:
        """Return for each set of weights a row of scores for each text as a whole.

        With spans, one sequence for each text, the sets that `spanned` names also have a row for
        each span, after that of its text. An n-gram across the border of a span does not count.
        """
        if not spans and len(texts) != 1:
            parts = [
                [weights.score_batch(batch) for weights in self._weight_sets]
                for batch in batched(texts)
            ]
        else:
            pairs = zip(texts, spans or [()], strict=True)
            parts = [self._score_one(text, of_text, spanned) for text, of_text in pairs]
        return [
            _concatenated([weights.no_scores(), *column])
            for weights, *column in zip(self._weight_sets, *parts, strict=True)
        ]

    def _score_one(
        self, text: str, spans: Sequence[tuple[int, int]], spanned: Collection[int]
    ) -> list[Scores]:
        results = []
        for number, (weights, features) in enumerate(
            zip(self._weight_sets, self._features(text), strict=True)
        ):
            rows = [weights.score(features)]
            if number in spanned:
                rows += [weights.score(features.within(*span)) for span in spans]
            scores, shares = (np.array(column) for column in zip(*rows, strict=True))
            results.append(Scores(scores, shares, len(weights.bias)))
        return results

    def contributions(
        self, text: str, weight_set: int, label: int, span: tuple[int, int], most: int | None = None
    ) -> list[Contribution]:
        """Return what the occurrences inside a span add to a label's score of that span.

        They come in the order of the text; with `most`, so many of those above zero, the largest
        first. A character n-gram adds to its chunk. The weight of a term is divided evenly among
        its occurrences.
        """
        features = self._features(text)[weight_set].within(*span)
        starts, ends, weights = self._weight_sets[weight_set].contributions(features, label)
        order = np.arange(len(weights))
        if most is not None:
            order = np.argsort(-weights, kind="stable")
            order = order[weights[order] > 0][:most]
        return list(
            zip(*(column[order].tolist() for column in (starts, ends, weights)), strict=True)
        )

    def _features(self, text: str) -> list[_TextFeatures]:
        """Return the features of a text for each set of weights; the last text is remembered."""
        if self._last is None or self._last[0] != text:
            tokens = TextTokens(text)
            self._last = (
                text,
                [weights.features(tokens) for weights in self._weight_sets],
            )
        return self._last[1]


class _Weights:
    """One set of weights, ready to score texts."""

    def __init__(self, weights: LinearWeights) -> None:
        self.bias = weights.bias.astype(float)
        self._group_scorers = [make_group_scorer(part) for part in weights.groups]
        units = {one.group.unit for one in self._group_scorers}
        self._unit = "word" if "word" in units else "chunk"

    def features(self, tokens: TextTokens) -> _TextFeatures:
        groups = [one.find(tokens) for one in self._group_scorers]
        units = tokens.words if self._unit == "word" else tokens.chunks
        starts = np.array(units.starts, np.intp)
        term_starts = [
            found.starts
            for one, found in zip(self._group_scorers, groups, strict=True)
            if one.group.unit == self._unit
        ]
        return _TextFeatures(groups, starts, np.isin(starts, np.concatenate(term_starts)))

    def score(self, features: _TextFeatures) -> tuple[Doubles, float]:
        """Return the scores of a text, shape (labels,), and its in-vocabulary share."""
        total = self.bias.copy()
        for one, found in zip(self._group_scorers, features.groups, strict=True):
            counted = one.counted(found, features.units)
            if len(counted.rows):
                rows, counts = np.unique(counted.rows, return_counts=True)
                total += one.normalized(rows, counts) @ one.weights[rows].astype(float)
        known = features.in_vocabulary
        return total, float(known.mean()) if len(known) else 0.0

    def no_scores(self) -> Scores:
        """Return the scores of no text."""
        return Scores(np.zeros((0, len(self.bias))), np.zeros(0), len(self.bias))

    def score_batch(self, batch: Batch) -> Scores:
        """Return the scores of the texts of a batch."""
        scores = np.tile(self.bias, (len(batch.texts), 1))
        bounds = batch.words.bounds if self._unit == "word" else batch.chunks[1]
        known = np.zeros(bounds[-1], bool)
        for one in self._group_scorers:
            found = one.find_in_batch(batch)
            # The text of each unit, and then of each occurrence.
            texts = np.repeat(np.arange(len(scores)), np.diff(found.bounds)).take(found.units)
            counted = slice(None) if found.counted is None else found.counted
            one.add(scores, *tally(texts[counted], found.rows[counted]))
            if one.group.unit == self._unit:
                known[found.units] = True
        # The number of units in the vocabulary before each text: differences count them.
        before = np.concatenate([[0], np.cumsum(known)])[bounds]
        shares = np.diff(before) / np.maximum(np.diff(bounds), 1)
        return Scores(scores, shares, len(self.bias))

    def contributions(
        self, features: _TextFeatures, label: int
    ) -> tuple[Indices, Indices, Doubles]:
        """Return the start and the end of each distinct span, and what it adds to a label."""
        starts, ends, weights = [], [], []
        for one, found in zip(self._group_scorers, features.groups, strict=True):
            counted = one.counted(found, features.units)
            rows, inverse, counts = np.unique(counted.rows, return_inverse=True, return_counts=True)
            if not len(rows):
                continue
            weight = one.normalized(rows, counts) * one.weights[rows, label].astype(float)
            starts.append(counted.starts)
            ends.append(counted.ends)
            weights.append((weight / counts)[inverse])
        if not starts:
            none = np.zeros(0, np.intp)
            return none, none, np.zeros(0)
        # Terms of several groups may have one span: sum what they add.
        spans = (np.concatenate(starts) << _OFFSET_BITS) | np.concatenate(ends)
        distinct, inverse = np.unique(spans, return_inverse=True)
        summed = np.asarray(np.bincount(inverse, np.concatenate(weights)), np.float64)
        return distinct >> _OFFSET_BITS, distinct & (1 << _OFFSET_BITS) - 1, summed


def _concatenated(parts: Sequence[Scores]) -> Scores:
    """Return the rows of several scores of one set of weights, end to end."""
    return Scores(
        np.concatenate([part.scores for part in parts]).ravel(),
        np.concatenate([part.in_vocabulary for part in parts]),
        parts[0].labels,
    )
