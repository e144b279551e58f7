"""The numpy engine: a text in, the scores of several linear forms out, with no scikit-learn.

Each text is analysed once for all forms, and each term is looked up once for all passages.
It knows no scheme and no file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textclf.features import View
from textclf.linear import Contributions, LinearForm, LinearView, Scores
from textclf.lookup import hashes
from textclf.tokens import Tokens, char_ngrams, chunks, word_ngrams, words

_CACHED_CHUNKS = 50_000
_PLACE_BITS = 31
"""A start and an end are sorted as one number of 62 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The occurrences of a view's known terms in a text."""

    terms: NDArray[np.intp]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]

    def within(self, start: int, end: int) -> "_Found":
        inside = (self.starts >= start) & (self.ends <= end)
        return _Found(self.terms[inside], self.starts[inside], self.ends[inside])


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """What a form finds in a text, or in a span of it."""

    views: list[_Found]
    starts: NDArray[np.intp]
    """Where each word starts; each chunk, for a form without a word view."""
    known: NDArray[np.bool_]
    """Whether a known term starts there."""

    def within(self, start: int, end: int) -> "_Reading":
        there = (self.starts >= start) & (self.starts < end)
        views = [view.within(start, end) for view in self.views]
        return _Reading(views, self.starts[there], self.known[there])


class NumpyEngine:
    """Scores texts under several forms, one text at a time, from one thread."""

    def __init__(self, forms: Sequence[LinearForm]) -> None:
        self._forms = [_Form(form) for form in forms]
        self._last: tuple[str, list[_Reading]] | None = None

    def score(self, text: str, spans: Sequence[Sequence[tuple[int, int]]] = ()) -> list[Scores]:
        """Return for each form the scores of the text, and of the spans asked of that form.

        An n-gram that crosses the border of a span counts for the whole text only.
        """
        results = []
        asked = spans or [[]] * len(self._forms)
        for form, found, ranges in zip(self._forms, self._find(text), asked, strict=True):
            rows = [form.score(found)]
            rows += [form.score(found.within(*span)) for span in ranges]
            results.append(
                Scores(np.array([row for row, _ in rows]), np.array([known for _, known in rows]))
            )
        return results

    def score_texts(self, texts: Sequence[str]) -> list[Scores]:
        """Return for each form the scores of many texts, each read whole."""
        found = [self.score(text) for text in texts]
        return [
            Scores(
                np.array([one[n].scores[0] for one in found]).reshape(len(texts), len(form.bias)),
                np.array([one[n].known[0] for one in found]),
            )
            for n, form in enumerate(self._forms)
        ]

    def contributions(
        self, text: str, form: int, label: int, span: tuple[int, int]
    ) -> Contributions:
        """Return what each place inside a span adds to a label's score of that span.

        A character n-gram is counted at the chunk it stands in; a term that occurs more than
        once is shared out evenly among its places.
        """
        found = self._find(text)[form].within(*span)
        return self._forms[form].contributions(found, label)

    def _find(self, text: str) -> list[_Reading]:
        """Return the known terms of a text for each form; the last text is remembered."""
        if self._last is None or self._last[0] != text:
            tokens = _Analysis(text)
            self._last = (text, [form.find(tokens) for form in self._forms])
        return self._last[1]


class _Analysis:
    """The words and the chunks of one text, each found once, when first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._words: Tokens | None = None
        self._chunks: Tokens | None = None

    @property
    def words(self) -> Tokens:
        self._words = self._words or words(self.text)
        return self._words

    @property
    def chunks(self) -> Tokens:
        self._chunks = self._chunks or chunks(self.text)
        return self._chunks


class _Form:
    def __init__(self, form: LinearForm) -> None:
        self.bias = form.bias.astype(float)
        self.views = [_View(view) for view in form.views]
        self.has_words = any(view.view.analyzer != "char_wb" for view in self.views)

    def find(self, tokens: _Analysis) -> _Reading:
        views = [view.find(tokens) for view in self.views]
        units = tokens.words if self.has_words else tokens.chunks
        starts = np.array(units.starts, np.intp)
        telling = [
            found.starts
            for view, found in zip(self.views, views, strict=True)
            if view.view.analyzer != "char_wb" or not self.has_words
        ]
        return _Reading(views, starts, np.isin(starts, np.concatenate(telling)))

    def score(self, found: _Reading) -> tuple[NDArray[np.float64], float]:
        total = self.bias.copy()
        for view, occurrences in zip(self.views, found.views, strict=True):
            if len(occurrences.terms):
                terms, counts = np.unique(occurrences.terms, return_counts=True)
                total += view.weigh(terms, counts) @ view.weights[terms].astype(float)
        return total, float(found.known.mean()) if len(found.known) else 0.0

    def contributions(self, found: _Reading, label: int) -> Contributions:
        starts, ends, weights = [], [], []
        for view, occurrences in zip(self.views, found.views, strict=True):
            terms, inverse, counts = np.unique(
                occurrences.terms, return_inverse=True, return_counts=True
            )
            if not len(terms):
                continue
            share = view.weigh(terms, counts) * view.weights[terms, label].astype(float) / counts
            starts.append(occurrences.starts)
            ends.append(occurrences.ends)
            weights.append(share[inverse])
        if not starts:
            nowhere = np.zeros(0, np.intp)
            return Contributions(nowhere, nowhere, np.zeros(0))
        places = (np.concatenate(starts) << _PLACE_BITS) | np.concatenate(ends)
        distinct, inverse = np.unique(places, return_inverse=True)
        summed = np.asarray(np.bincount(inverse, np.concatenate(weights)), np.float64)
        return Contributions(distinct >> _PLACE_BITS, distinct & (1 << _PLACE_BITS) - 1, summed)


class _View:
    def __init__(self, view: LinearView) -> None:
        self.view: View = view.view
        self.weights = view.weights
        self.scale = view.scale.astype(float)
        self._vocabulary = view.terms
        self._chunks: dict[str, NDArray[np.intp]] = {}

    def find(self, tokens: _Analysis) -> _Found:
        if self.view.lexicon:
            return self._marks(self.view.lexicon.terms(tokens.text, self.view.low, self.view.high))
        return self._words(tokens.words) if self.view.analyzer == "word" else self._chars(tokens)

    def weigh(self, terms: NDArray[np.intp], counts: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return g(tf) / norm for the distinct terms of a text."""
        weight = 1 + np.log(counts) if self.view.weighting == "log" else np.ones(len(counts))
        return np.asarray(weight / np.sqrt(((weight * self.scale[terms]) ** 2).sum()))

    def _words(self, tokens: Tokens) -> _Found:
        starts, ends = np.array(tokens.starts, np.intp), np.array(tokens.ends, np.intp)
        parts = []
        grams = word_ngrams(tokens.texts, self.view.low, self.view.high)
        for n, terms in enumerate(grams, start=self.view.low):
            ids = self._vocabulary.find(hashes(terms))
            at = np.flatnonzero(ids >= 0)
            parts.append(_Found(ids[at], starts[at], ends[at + n - 1]))
        return _joined(parts)

    def _marks(self, tokens: Tokens) -> _Found:
        ids = self._vocabulary.find(hashes(tokens.texts))
        at = np.flatnonzero(ids >= 0)
        starts, ends = np.array(tokens.starts, np.intp), np.array(tokens.ends, np.intp)
        return _Found(ids[at], starts[at], ends[at])

    def _chars(self, tokens: _Analysis) -> _Found:
        found = tokens.chunks
        self._learn({chunk for chunk in found.texts if chunk not in self._chunks})
        ids = [self._chunks[chunk] for chunk in found.texts]
        lengths = np.fromiter((len(one) for one in ids), np.intp, len(ids))
        joined = np.concatenate(ids) if ids else np.zeros(0, np.intp)
        starts = np.repeat(np.array(found.starts, np.intp), lengths)
        if len(self._chunks) >= _CACHED_CHUNKS:
            self._chunks.clear()
        return _Found(joined, starts, np.repeat(np.array(found.ends, np.intp), lengths))

    def _learn(self, chunks: Iterable[str]) -> None:
        """Remember the rows of the known n-grams of chunks, all looked up at once."""
        grams = {chunk: char_ngrams(chunk, self.view.low, self.view.high) for chunk in chunks}
        ids = self._vocabulary.find(hashes(term for terms in grams.values() for term in terms))
        end = 0
        for chunk, terms in grams.items():
            start, end = end, end + len(terms)
            found = ids[start:end]
            self._chunks[chunk] = found[found >= 0]


def _joined(parts: Sequence[_Found]) -> _Found:
    return _Found(
        np.concatenate([part.terms for part in parts]),
        np.concatenate([part.starts for part in parts]),
        np.concatenate([part.ends for part in parts]),
    )
