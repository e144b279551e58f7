"""How the NumPy scorer finds the terms of a feature group: one class for each kind of group.

Arrays of a text have one entry for each occurrence of a term of the vocabulary. A term is given by
its row in the vocabulary. Offsets are characters of the text before it was lower-cased.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count, pairwise
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from textclf.scoring._token_arrays import Batch
from textclf.scoring.vocabulary import Vocabulary, hashes
from textclf.scoring.weights import Doubles, FeatureWeights, Indices
from textclf.text.features import (
    CharNgrams,
    FeatureGroup,
    LexiconNgrams,
    SentenceFilter,
    WordNgrams,
)
from textclf.text.tokens import Tokens, char_ngrams, chunks, word_ngrams, words

_CACHED_CHUNKS, _CACHED_ROWS = 50_000, 5_000_000
"""How many chunks, and rows of their n-grams, are kept before the cache is emptied."""

_Group = TypeVar("_Group", bound=FeatureGroup)


class TextTokens:
    """The words and the chunks of one text, each computed once, when first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def words(self) -> Tokens:
        """The words of the text."""
        return words(self.text)

    @cached_property
    def chunks(self) -> Tokens:
        """The chunks of the text."""
        return chunks(self.text)


@dataclass(frozen=True, slots=True, eq=False)
class Occurrences:
    """The occurrences of a group's terms in one text; all arrays have the shape (occurrences,)."""

    rows: Indices
    starts: Indices
    ends: Indices
    included: NDArray[np.bool_]
    """Whether the sentence filter includes it; if not, it is in the vocabulary but adds nothing."""

    def within(self, start: int, end: int) -> "Occurrences":
        """Return the occurrences inside a span of the text."""
        return self._only((self.starts >= start) & (self.ends <= end))

    def only_included(self) -> "Occurrences":
        """Return the occurrences that the sentence filter includes."""
        return self if self.included.all() else self._only(self.included)

    def _only(self, chosen: NDArray[np.bool_]) -> "Occurrences":
        return Occurrences(
            self.rows[chosen], self.starts[chosen], self.ends[chosen], self.included[chosen]
        )


@dataclass(frozen=True, slots=True, eq=False)
class BatchOccurrences:
    """The occurrences of a group's terms in the texts of a batch."""

    rows: Indices
    """Shape (occurrences,)."""
    units: Indices
    """Shape (occurrences,): the index in the batch of the word or chunk that each begins at."""
    bounds: Indices
    """Shape (texts + 1,): the index of the first word or chunk of each text, and their number."""
    counted: NDArray[np.bool_] | None = None
    """Whether first-words limit and sentence filter include it; None: all are included."""


class GroupScorer(ABC, Generic[_Group]):
    """Finds the terms of one feature group, and weighs them."""

    def __init__(self, group: _Group, part: FeatureWeights) -> None:
        self.group = group
        self.weights = part.weights
        self._idf = part.idf.astype(float)
        self._rows = part.rows
        self._vocabulary = part.terms

    @abstractmethod
    def find(self, tokens: TextTokens) -> Occurrences:
        """Return the occurrences of terms of the vocabulary in a text."""

    @abstractmethod
    def find_in_batch(self, batch: Batch) -> BatchOccurrences:
        """Return the occurrences of terms of the vocabulary in the texts of a batch."""

    def counted(self, found: Occurrences, units: Indices) -> Occurrences:  # noqa: ARG002 - for words
        """Return the occurrences that count in a text or a span, whose units start at `units`."""
        return found.only_included()

    def normalized(self, rows: Indices, counts: Indices) -> Doubles:
        """Return g(tf) / norm for the distinct terms of one text; see `scoring.weights`."""
        weight = self._weighted(counts)
        return np.asarray(weight / np.sqrt(((weight * self._idf[rows]) ** 2).sum()))

    def add(self, scores: Doubles, texts: Indices, rows: Indices, counts: Indices) -> None:
        """Add what a group contributes to scores of shape (texts, labels), in place.

        `texts`, `rows` and `counts` have one entry for each distinct term of each text, texts
        ascending.
        """
        weight = self._weighted(counts)
        # One gather of whole rows, idf first: it reads each line of memory once.
        numbers = self._rows.take(rows, axis=0, mode="clip")
        squares = (weight * numbers[:, 0]) ** 2
        bounds = np.searchsorted(texts, np.arange(len(scores) + 1)).tolist()
        for text, (start, end) in enumerate(pairwise(bounds)):
            if start < end:
                norm = np.sqrt(squares[start:end].sum())
                scores[text] += weight[start:end] / norm @ numbers[start:end, 1:].astype(float)

    def _weighted(self, counts: Indices) -> Doubles:
        """Return g(tf) of term counts."""
        return 1 + np.log(counts) if self.group.weighting == "log" else np.ones(len(counts))


def make_group_scorer(
    part: FeatureWeights,
) -> "GroupScorer[WordNgrams] | GroupScorer[CharNgrams] | GroupScorer[LexiconNgrams]":
    """Return the scorer for the kind of a feature group."""
    match part.group:
        case WordNgrams() as group:
            return _WordScorer(group, part)
        case CharNgrams() as group:
            return _CharScorer(group, part)
        case LexiconNgrams() as group:
            return _LexiconScorer(group, part)
    raise TypeError(f"the NumPy scorer cannot score {type(part.group).__name__}")


class _WordScorer(GroupScorer[WordNgrams]):
    def find(self, tokens: TextTokens) -> Occurrences:
        starts, ends = _offsets(tokens.words)
        texts, low = tokens.words.texts, self.group.low
        excluded = None
        if self.group.sentences:
            excluded = _excluded_before(
                self.group.sentences.includes(tokens.text, tokens.words.starts)
            )
        parts = []
        for n, terms in enumerate(word_ngrams(texts, low, self.group.high), start=low):
            rows = self._vocabulary.find(hashes(terms))
            firsts = np.flatnonzero(rows >= 0)
            if excluded is None:
                included = np.ones(len(firsts), bool)
            else:
                included = _none_between(excluded, firsts, firsts + n)
            parts.append(Occurrences(rows[firsts], starts[firsts], ends[firsts + n - 1], included))
        columns = ((part.rows, part.starts, part.ends, part.included) for part in parts)
        return Occurrences(*map(np.concatenate, zip(*columns, strict=True)))

    def find_in_batch(self, batch: Batch) -> BatchOccurrences:
        low, high, limit = self.group.low, self.group.high, self.group.first_words
        runs = list(batch.words.ngrams(low, high))
        firsts, ngrams = map(np.concatenate, zip(*runs, strict=True))
        rows = self._vocabulary.find(ngrams)
        (known,) = (rows >= 0).nonzero()
        # How many words each n-gram has, to tell where it ends.
        sizes = np.repeat(np.arange(low, high + 1), [len(starting) for starting, _ in runs])
        bounds, units, counted = batch.words.bounds, firsts.take(known), None
        ends = units + sizes.take(known)
        if self.group.sentences:
            excluded = _excluded_in_batch(self.group.sentences, batch)
            counted = _none_between(excluded, units, ends)
        if limit:
            limits = np.repeat(bounds[:-1] + limit, np.diff(bounds))
            inside = ends <= limits.take(units)
            counted = inside if counted is None else inside & counted
        return BatchOccurrences(rows.take(known), units, bounds, counted)

    def counted(self, found: Occurrences, units: Indices) -> Occurrences:
        included, limit = found.only_included(), self.group.first_words
        # The first words of a span are its own, not those of its text.
        return included.within(0, int(units[limit])) if 0 < limit < len(units) else included


class _CharScorer(GroupScorer[CharNgrams]):
    def __init__(self, group: CharNgrams, part: FeatureWeights) -> None:
        super().__init__(group, part)
        self._cache = _ChunkCache(part.terms, group.low, group.high)

    def find(self, tokens: TextTokens) -> Occurrences:
        counted = self.group.chunks(tokens.text) if self.group.sentences else tokens.chunks
        rows, lengths = self._cache.rows(counted.texts)
        # An n-gram has the span of its chunk: evidence shows whole words.
        starts, ends = (np.repeat(offsets, lengths) for offsets in _offsets(counted))
        return Occurrences(rows, starts, ends, np.ones(len(rows), bool))

    def find_in_batch(self, batch: Batch) -> BatchOccurrences:
        texts, bounds = batch.chunks
        if self.group.sentences:
            parts = [self.group.chunks(text).texts for text in batch.texts]
            texts = list(chain.from_iterable(parts))
            bounds = np.cumsum([0, *map(len, parts)])
        rows, lengths = self._cache.rows(texts)
        return BatchOccurrences(rows, np.repeat(np.arange(len(texts)), lengths), bounds)


class _LexiconScorer(GroupScorer[LexiconNgrams]):
    def find(self, tokens: TextTokens) -> Occurrences:
        terms = self.group.lexicon.terms(tokens.text, self.group.low, self.group.high)
        rows = self._vocabulary.find(hashes(terms.texts))
        known = np.flatnonzero(rows >= 0)
        starts, ends = _offsets(terms)
        return Occurrences(rows[known], starts[known], ends[known], np.ones(len(known), bool))

    def find_in_batch(self, batch: Batch) -> BatchOccurrences:
        low, high, words = self.group.low, self.group.high, batch.words
        found = [self.group.lexicon.terms(text, low, high) for text in batch.texts]
        rows = self._vocabulary.find(hashes(term for tokens in found for term in tokens.texts))
        # A term starts with a word: its offset leads to the index of the word.
        units = [
            first + np.searchsorted(words.starts[first:end], tokens.starts)
            for tokens, (first, end) in zip(found, pairwise(words.bounds), strict=True)
        ]
        known = rows >= 0
        return BatchOccurrences(rows[known], np.concatenate(units)[known], words.bounds)


class _ChunkCache:
    """The rows of the n-grams of each chunk, looked up once for each distinct chunk.

    The rows of chunk number i are those before `_ends[i]`, `_lengths[i]` of them.
    """

    def __init__(self, vocabulary: Vocabulary, low: int, high: int) -> None:
        self._vocabulary, self._low, self._high = vocabulary, low, high
        self._numbers: dict[str, int] = {}
        self._rows, self._lengths, self._ends = (np.zeros(0, np.intp) for _ in range(3))

    def rows(self, chunks: Sequence[str]) -> tuple[Indices, Indices]:
        """Return the rows of all chunks end to end, and how many each chunk has."""
        if len(self._numbers) > _CACHED_CHUNKS or len(self._rows) > _CACHED_ROWS:
            self._numbers.clear()
            self._rows, self._lengths, self._ends = (np.zeros(0, np.intp) for _ in range(3))
        self._add([chunk for chunk in dict.fromkeys(chunks) if chunk not in self._numbers])
        numbers = np.fromiter(map(self._numbers.__getitem__, chunks), np.intp, len(chunks))
        lengths = self._lengths[numbers]
        ends = np.cumsum(lengths)
        # Shift each chunk's run of output indices to where its rows lie in the cache.
        shifts = np.repeat(self._ends[numbers] - ends, lengths)
        return self._rows[shifts + np.arange(lengths.sum())], lengths

    def _add(self, chunks: Sequence[str]) -> None:
        if not chunks:
            return
        ngrams = [char_ngrams(chunk, self._low, self._high) for chunk in chunks]
        rows = self._vocabulary.find(hashes(term for terms in ngrams for term in terms))
        bounds = np.cumsum([0, *map(len, ngrams)])
        # How many n-grams of the vocabulary come before each chunk.
        known = np.concatenate([[0], np.cumsum(rows >= 0)])[bounds]
        self._numbers.update(zip(chunks, count(len(self._numbers))))
        self._lengths = np.concatenate([self._lengths, np.diff(known)])
        self._ends = np.concatenate([self._ends, len(self._rows) + known[1:]])
        self._rows = np.concatenate([self._rows, rows[rows >= 0]])


def _offsets(tokens: Tokens) -> tuple[Indices, Indices]:
    return np.array(tokens.starts, np.intp), np.array(tokens.ends, np.intp)


def _excluded_in_batch(sentences: SentenceFilter, batch: Batch) -> Indices:
    """Return `_excluded_before` for all words of a batch."""
    words = batch.words
    flags = [
        sentences.includes(text, words.starts[first:end].tolist())
        for text, (first, end) in zip(batch.texts, pairwise(words.bounds), strict=True)
    ]
    return _excluded_before(chain.from_iterable(flags))


def _excluded_before(included: Iterable[bool]) -> Indices:
    """Return how many words before each one are excluded, and in all: shape (words + 1,)."""
    return np.cumsum([0, *(not flag for flag in included)])


def _none_between(excluded: Indices, firsts: Indices, ends: Indices) -> NDArray[np.bool_]:
    """Return for runs of words whether none is excluded: the count does not grow along them."""
    return np.asarray(excluded.take(ends) == excluded.take(firsts))
