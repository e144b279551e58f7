"""The NumPy scorer: a text in, the scores under several sets of weights out.

Each text is analysed once for all sets, and each term is looked up once for all passages.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count, pairwise

import numpy as np
from numpy.typing import NDArray

from textclf.scoring._token_arrays import Batch, batched, tally
from textclf.scoring.vocabulary import Vocabulary, hashes
from textclf.scoring.weights import Doubles, FeatureWeights, LinearWeights, Place, Places, Scores
from textclf.text.features import FeatureGroup, in_seen_sentences, seen_chunks
from textclf.text.lexicon import Lexicon
from textclf.text.tokens import Tokens, char_ngrams, chunks, word_ngrams, words

_CACHED_CHUNKS, _CACHED_ROWS = 50_000, 5_000_000
_PLACE_BITS = 31
"""A start and an end are sorted as one number of 62 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The occurrences of a view's known terms in a text."""

    terms: Places
    starts: Places
    ends: Places
    seen: NDArray[np.bool_]
    """Which stand in sentences that the view looks at; the others are known, but do not count."""

    def within(self, start: int, end: int) -> "_Found":
        return self._those((self.starts >= start) & (self.ends <= end))

    def counted(self) -> "_Found":
        return self if self.seen.all() else self._those(self.seen)

    def _those(self, chosen: NDArray[np.bool_]) -> "_Found":
        return _Found(self.terms[chosen], self.starts[chosen], self.ends[chosen], self.seen[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class _Many:
    """The occurrences of a view's known terms in a batch."""

    terms: Places
    units: Places
    """The word, or the chunk, that each starts with."""
    bounds: Places
    """The first word or chunk of each text, and how many there are."""
    counted: NDArray[np.bool_] | None = None
    """Which of them the view looks at, by lead and sentence; None: all count."""


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """What a form finds in a text, or in a span of it."""

    views: list[_Found]
    starts: Places
    """Where each word starts; each chunk, for a form without a word view."""
    known: NDArray[np.bool_]
    """Whether a known term starts there."""

    def within(self, start: int, end: int) -> "_Reading":
        there = (self.starts >= start) & (self.starts < end)
        views = [view.within(start, end) for view in self.views]
        return _Reading(views, self.starts[there], self.known[there])

    def first_words(self, number: int, words: int) -> _Found:
        """Return what counts of what a view finds in the first so many words; 0: in all."""
        found = self.views[number].counted()
        if not 0 < words < len(self.starts):
            return found
        return found.within(0, int(self.starts[words]))


class NumpyScorer:
    """Scores texts under several forms, one text at a time, from one thread."""

    def __init__(self, forms: Sequence[LinearWeights]) -> None:
        self._forms = [_Form(form) for form in forms]
        self._last: tuple[str, list[_Reading]] | None = None

    def score(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]] = (),
        forms: Collection[int] = (),
    ) -> list[Scores]:
        """Return for each form a row of scores for each text, read whole.

        With spans, one sequence for each text, the forms named have also a row for each span,
        behind that of its text: an n-gram that crosses the border of a span does not count there.
        """
        if not spans and len(texts) != 1:
            parts = [[form.score_batch(batch) for form in self._forms] for batch in batched(texts)]
        else:
            asked = zip(texts, spans or [()], strict=True)
            parts = [self._score_one(text, here, forms) for text, here in asked]
        return [
            _joined_scores([form.nothing(), *column])
            for form, *column in zip(self._forms, *parts, strict=True)
        ]

    def _score_one(
        self, text: str, spans: Sequence[tuple[int, int]], forms: Collection[int]
    ) -> list[Scores]:
        results = []
        for number, (form, found) in enumerate(zip(self._forms, self._find(text), strict=True)):
            rows = [form.score(found)]
            if number in forms:
                rows += [form.score(found.within(*span)) for span in spans]
            scores, known = (np.array(column) for column in zip(*rows, strict=True))
            results.append(Scores(scores, known, len(form.bias)))
        return results

    def contributions(
        self, text: str, form: int, label: int, span: tuple[int, int], most: int | None = None
    ) -> list[Place]:
        """Return what each place inside a span adds to a label's score of that span.

        Those in their order, or so many of those above zero, the heaviest first. A character
        n-gram is counted at the chunk it stands in; a term that occurs more than once is shared
        out evenly among its places.
        """
        found = self._find(text)[form].within(*span)
        starts, ends, weights = self._forms[form].contributions(found, label)
        order = np.arange(len(weights))
        if most is not None:
            order = np.argsort(-weights, kind="stable")
            order = order[weights[order] > 0][:most]
        return list(
            zip(*(column[order].tolist() for column in (starts, ends, weights)), strict=True)
        )

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
    def __init__(self, form: LinearWeights) -> None:
        self.bias = form.bias.astype(float)
        self.views = [_FeatureGroup(view) for view in form.views]
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

    def score(self, found: _Reading) -> tuple[Doubles, float]:
        total = self.bias.copy()
        for number, view in enumerate(self.views):
            occurrences = found.first_words(number, view.view.first_words)
            if len(occurrences.terms):
                terms, counts = np.unique(occurrences.terms, return_counts=True)
                total += view.weigh(terms, counts) @ view.weights[terms].astype(float)
        return total, float(found.known.mean()) if len(found.known) else 0.0

    def nothing(self) -> Scores:
        """Return the scores of no text."""
        return Scores(np.zeros((0, len(self.bias))), np.zeros(0), len(self.bias))

    def score_batch(self, batch: Batch) -> Scores:
        """Return the scores of the texts of a batch."""
        scores = np.tile(self.bias, (len(batch.texts), 1))
        bounds = batch.words.bounds if self.has_words else batch.chunks[1]
        known = np.zeros(bounds[-1], bool)
        for view in self.views:
            found = view.find_all(batch)
            texts = np.repeat(np.arange(len(scores)), np.diff(found.bounds)).take(found.units)
            counted = slice(None) if found.counted is None else found.counted
            view.add(scores, *tally(texts[counted], found.terms[counted]))
            if (view.view.analyzer != "char_wb") == self.has_words:
                known[found.units] = True
        counts = np.concatenate([[0], np.cumsum(known)])[bounds]
        shares = np.diff(counts) / np.maximum(np.diff(bounds), 1)
        return Scores(scores, shares, len(self.bias))

    def contributions(self, found: _Reading, label: int) -> tuple[Places, Places, Doubles]:
        """Return where each place starts and ends, and what it adds."""
        starts, ends, weights = [], [], []
        for number, view in enumerate(self.views):
            occurrences = found.first_words(number, view.view.first_words)
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
            return nowhere, nowhere, np.zeros(0)
        places = (np.concatenate(starts) << _PLACE_BITS) | np.concatenate(ends)
        distinct, inverse = np.unique(places, return_inverse=True)
        summed = np.asarray(np.bincount(inverse, np.concatenate(weights)), np.float64)
        return distinct >> _PLACE_BITS, distinct & (1 << _PLACE_BITS) - 1, summed


class _FeatureGroup:
    def __init__(self, view: FeatureWeights) -> None:
        self.view: FeatureGroup = view.view
        self.weights = view.weights
        self.scale = view.scale.astype(float)
        self._rows = view.rows
        self._vocabulary = view.terms
        self._chunks = _Chunks(view.terms, view.view.low, view.view.high)

    def find(self, tokens: _Analysis) -> _Found:
        if self.view.analyzer == "group" and self.view.lexicon:
            return self._marks(self.view.lexicon.terms(tokens.text, self.view.low, self.view.high))
        if self.view.analyzer == "word":
            return self._words(tokens)
        return self._chars(
            seen_chunks(tokens.text, self.view) if self.view.lexicon else tokens.chunks
        )

    def weigh(self, terms: Places, counts: Places) -> Doubles:
        """Return g(tf) / norm for the distinct terms of a text."""
        weight = 1 + np.log(counts) if self.view.weighting == "log" else np.ones(len(counts))
        return np.asarray(weight / np.sqrt(((weight * self.scale[terms]) ** 2).sum()))

    def find_all(self, batch: Batch) -> _Many:
        if self.view.analyzer == "group" and self.view.lexicon:
            return self._all_marks(self.view.lexicon, batch)
        if self.view.analyzer == "char_wb":
            chunks, bounds = batch.chunks if not self.view.lexicon else self._seen(batch)
            terms, lengths = self._chunks.rows(chunks)
            return _Many(terms, np.repeat(np.arange(len(chunks)), lengths), bounds)
        runs = list(batch.words.ngrams(self.view.low, self.view.high))
        firsts, grams = map(np.concatenate, zip(*runs, strict=True))
        ids = self._vocabulary.find(grams)
        (at,) = (ids >= 0).nonzero()
        sizes = [len(starting) for starting, _ in runs]
        lengths = np.repeat(np.arange(self.view.low, self.view.high + 1), sizes)
        bounds, units, counted = batch.words.bounds, firsts.take(at), None
        ends = units + lengths.take(at)
        if self.view.lexicon:
            counted = self._all_seen(batch, units, ends)
        if self.view.first_words:
            leading = ends <= np.repeat(bounds[:-1] + self.view.first_words, np.diff(bounds)).take(
                units
            )
            counted = leading if counted is None else leading & counted
        return _Many(ids.take(at), units, bounds, counted)

    def add(self, scores: Doubles, texts: Places, terms: Places, counts: Places) -> None:
        """Add to scores, shape (texts, labels), what the tallied terms of each text weigh."""
        weight = 1 + np.log(counts) if self.view.weighting == "log" else np.ones(len(counts))
        rows = self._rows.take(terms, axis=0, mode="clip")
        lengths = (weight * rows[:, 0]) ** 2
        bounds = np.searchsorted(texts, np.arange(len(scores) + 1)).tolist()
        for text, (start, end) in enumerate(pairwise(bounds)):
            if start < end:
                norm = np.sqrt(lengths[start:end].sum())
                scores[text] += weight[start:end] / norm @ rows[start:end, 1:].astype(float)

    def _seen(self, batch: Batch) -> tuple[list[str], Places]:
        """Return the chunks of all texts that the view looks at, and the first of each text."""
        seen = [seen_chunks(text, self.view).texts for text in batch.texts]
        return list(chain.from_iterable(seen)), np.cumsum([0, *map(len, seen)])

    def _all_seen(self, batch: Batch, starts: Places, ends: Places) -> NDArray[np.bool_]:
        """Return for stretches of words of a batch whether the view looks at all of them."""
        words = batch.words
        flags = [
            in_seen_sentences(text, words.starts[first:end].tolist(), self.view)
            for text, (first, end) in zip(batch.texts, pairwise(words.bounds), strict=True)
        ]
        return _none_between(_hidden(chain.from_iterable(flags)), starts, ends)

    def _words(self, analysis: _Analysis) -> _Found:
        tokens = analysis.words
        starts, ends = np.array(tokens.starts, np.intp), np.array(tokens.ends, np.intp)
        hidden = _hidden(in_seen_sentences(analysis.text, tokens.starts, self.view))
        parts = []
        grams = word_ngrams(tokens.texts, self.view.low, self.view.high)
        for n, terms in enumerate(grams, start=self.view.low):
            ids = self._vocabulary.find(hashes(terms))
            at = np.flatnonzero(ids >= 0)
            seen = _none_between(hidden, at, at + n)
            parts.append(_Found(ids[at], starts[at], ends[at + n - 1], seen))
        return _joined(parts)

    def _marks(self, tokens: Tokens) -> _Found:
        ids = self._vocabulary.find(hashes(tokens.texts))
        at = np.flatnonzero(ids >= 0)
        starts, ends = np.array(tokens.starts, np.intp), np.array(tokens.ends, np.intp)
        return _Found(ids[at], starts[at], ends[at], np.ones(len(at), bool))

    def _chars(self, tokens: Tokens) -> _Found:
        terms, lengths = self._chunks.rows(tokens.texts)
        starts = np.repeat(np.array(tokens.starts, np.intp), lengths)
        ends = np.repeat(np.array(tokens.ends, np.intp), lengths)
        return _Found(terms, starts, ends, np.ones(len(terms), bool))

    def _all_marks(self, lexicon: Lexicon, batch: Batch) -> _Many:
        found = [lexicon.terms(text, self.view.low, self.view.high) for text in batch.texts]
        ids = self._vocabulary.find(hashes(term for tokens in found for term in tokens.texts))
        words = batch.words
        units = [
            first + np.searchsorted(words.starts[first:end], tokens.starts)
            for tokens, (first, end) in zip(found, pairwise(words.bounds), strict=True)
        ]
        at = ids >= 0
        return _Many(ids[at], np.concatenate(units)[at], words.bounds)


class _Chunks:
    """The rows of the known n-grams of each chunk that was met, looked up once."""

    def __init__(self, vocabulary: Vocabulary, low: int, high: int) -> None:
        self._vocabulary, self._low, self._high = vocabulary, low, high
        self._numbers: dict[str, int] = {}
        self._rows, self._lengths, self._ends = (np.zeros(0, np.intp) for _ in range(3))

    def rows(self, chunks: Sequence[str]) -> tuple[Places, Places]:
        """Return the rows of all chunks, one after the other, and how many each has."""
        if len(self._numbers) > _CACHED_CHUNKS or len(self._rows) > _CACHED_ROWS:
            self._numbers.clear()
            self._rows, self._lengths, self._ends = (np.zeros(0, np.intp) for _ in range(3))
        self._learn([chunk for chunk in dict.fromkeys(chunks) if chunk not in self._numbers])
        numbers = np.fromiter(map(self._numbers.__getitem__, chunks), np.intp, len(chunks))
        lengths = self._lengths[numbers]
        ends = np.cumsum(lengths)
        at = np.repeat(self._ends[numbers] - ends, lengths) + np.arange(lengths.sum())
        return self._rows[at], lengths

    def _learn(self, chunks: Sequence[str]) -> None:
        if not chunks:
            return
        grams = [char_ngrams(chunk, self._low, self._high) for chunk in chunks]
        ids = self._vocabulary.find(hashes(term for terms in grams for term in terms))
        bounds = np.cumsum([0, *map(len, grams)])
        known = np.concatenate([[0], np.cumsum(ids >= 0)])[bounds]
        self._numbers.update(zip(chunks, count(len(self._numbers))))
        self._lengths = np.concatenate([self._lengths, np.diff(known)])
        self._ends = np.concatenate([self._ends, len(self._rows) + known[1:]])
        self._rows = np.concatenate([self._rows, ids[ids >= 0]])


def _hidden(seen: Iterable[bool]) -> Places:
    """Return, for flags of words, how many before each are not set, and in all."""
    return np.cumsum([0, *(not flag for flag in seen)])


def _none_between(hidden: Places, starts: Places, ends: Places) -> NDArray[np.bool_]:
    """Return for each stretch of words whether the count of hidden ones stays as it is."""
    return np.asarray(hidden.take(ends) == hidden.take(starts))


def _joined(parts: Sequence[_Found]) -> _Found:
    columns = ((part.terms, part.starts, part.ends, part.seen) for part in parts)
    return _Found(*map(np.concatenate, zip(*columns, strict=True)))


def _joined_scores(parts: Sequence[Scores]) -> Scores:
    """Return the rows of one form's scores, one behind the other."""
    return Scores(
        np.concatenate([part.scores for part in parts]).ravel(),
        np.concatenate([part.known for part in parts]),
        parts[0].labels,
    )
