"""Counts of terms in texts: counted once for all folds and weightings of a feature group."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from textclf.text.features import FeatureGroup, Weighting, may_enter_vocabulary

_OCCURRENCES = 16_000_000
"""About how many occurrences of terms are held before they are counted: with fewer, the many arrays
of middling size that are freed would stay with the process."""
_ROWS = 2_000
"""How many texts are copied at a time: a copy of all of them could fill the memory."""


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """How often some of the texts have each term of one feature group."""

    group: FeatureGroup
    vocabulary: tuple[str, ...]
    """The terms, ascending."""
    matrix: sparse.csr_array
    """The counts of all texts, shape (all texts, terms)."""
    rows: NDArray[np.intp]
    """Which of all texts are meant, shape (texts,)."""

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: NDArray[np.intp]) -> "TermCounts":
        """Return the counts of some of the texts; nothing is copied."""
        return replace(self, rows=self.rows[rows])

    def blocks(self) -> Iterator[sparse.csr_array]:
        """Yield the counts of some texts at a time, shape (texts, terms)."""
        for first in range(0, max(1, len(self.rows)), _ROWS):
            yield self.matrix[self.rows[first : first + _ROWS]]

    def frequency(self) -> NDArray[np.intp]:
        """Return how many texts have each term, shape (terms,)."""
        terms = len(self.vocabulary)
        return sum(
            (np.bincount(block.indices, minlength=terms) for block in self.blocks()),
            start=np.zeros(terms, np.intp),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """How often each text has each term, for every feature group."""

    parts: tuple[TermCounts, ...]

    def __len__(self) -> int:
        return len(self.parts[0])

    def only(self, index: int) -> "Counts":
        """Return the counts of one group alone."""
        return Counts((self.parts[index],))

    def take(self, rows: NDArray[np.intp]) -> "Counts":
        """Return the counts of some of the texts; nothing is copied."""
        return Counts(tuple(part.take(rows) for part in self.parts))

    def keep(self, useful: Mapping[FeatureGroup, NDArray[np.bool_]]) -> "Counts":
        """Return the counts of useful terms: of each unweighted group, which columns they are."""
        kept: dict[FeatureGroup, tuple[tuple[str, ...], sparse.csr_array]] = {}
        for part in self.parts:
            group = part.group.unweighted()
            if group not in kept:
                columns = np.flatnonzero(useful[group])
                vocabulary = tuple(part.vocabulary[column] for column in columns)
                kept[group] = (vocabulary, sparse.csr_array(part.matrix[:, columns]))
        return Counts(
            tuple(
                TermCounts(part.group, *kept[part.group.unweighted()], part.rows)
                for part in self.parts
            )
        )


def count(texts: Sequence[str], groups: Sequence[FeatureGroup]) -> Counts:
    """Return the counts of all terms that may enter a vocabulary."""
    counted: dict[FeatureGroup, tuple[tuple[str, ...], sparse.csr_array]] = {}
    for group in groups:
        if group.unweighted() not in counted:
            counted[group.unweighted()] = _count(texts, group)
    rows = np.arange(len(texts))
    return Counts(tuple(TermCounts(group, *counted[group.unweighted()], rows) for group in groups))


def _count(texts: Sequence[str], group: FeatureGroup) -> tuple[tuple[str, ...], sparse.csr_array]:
    """Return the terms of a group, ascending, and their counts, shape (texts, terms)."""
    numbers: dict[str, int] = {}
    blocks: list[sparse.csr_array] = []
    columns: list[int] = []
    ends = [0]
    for number, text in enumerate(texts, start=1):
        columns += [numbers.setdefault(term, len(numbers)) for term in group.terms(text)]
        ends.append(len(columns))
        if len(columns) >= _OCCURRENCES or number == len(texts):
            blocks.append(_summed(columns, ends, len(numbers)))
            columns, ends = [], [0]
    for block in blocks:
        block.resize(block.shape[0], len(numbers))
    matrix = sparse.csr_array(sparse.vstack(blocks, "csr")) if len(blocks) > 1 else blocks[0]
    blocks.clear()
    vocabulary = sorted(filter(may_enter_vocabulary, numbers))
    order = np.array([numbers[term] for term in vocabulary], dtype=np.intp)
    return tuple(vocabulary), sparse.csr_array(matrix[:, order])


def _summed(columns: Sequence[int], ends: Sequence[int], terms: int) -> sparse.csr_array:
    """Return the counts of some texts; `columns` has a number for each occurrence of a term."""
    # A one for each occurrence; those of one term in one text are then summed. Half the precision
    # is exact, since no text has sixteen million occurrences of one term.
    data = np.ones(len(columns), np.float32)
    matrix = sparse.csr_array((data, columns, ends), shape=(len(ends) - 1, terms))
    matrix.sum_duplicates()
    return narrow(matrix)


@lru_cache(maxsize=2)
def _indices(vocabulary: tuple[str, ...]) -> dict[str, int]:
    return {term: index for index, term in enumerate(vocabulary)}


def columns(
    matrix: sparse.csr_array, vocabulary: tuple[str, ...], wanted: Sequence[str]
) -> sparse.csr_array:
    """Return the columns of the wanted terms, shape (texts, wanted); empty if not counted."""
    indices = _indices(vocabulary)
    pairs = [(indices[term], new) for new, term in enumerate(wanted) if term in indices]
    old, new = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    # A selection matrix: 1 where an old column becomes a new one.
    pick = sparse.csr_array((np.ones(len(old)), (old, new)), shape=(len(vocabulary), len(wanted)))
    return sparse.csr_array(matrix @ pick)


def weighted(matrix: sparse.csr_array, weighting: Weighting) -> sparse.csr_array:
    """Return g(tf) of counts: 1 + ln(count), or 1."""
    result = sparse.csr_array(matrix, dtype=float, copy=True)
    result.data = 1 + np.log(result.data) if weighting == "log" else np.ones_like(result.data)
    return result


def features(
    counts: TermCounts,
    idf: NDArray[np.float64],
    choose: Callable[[sparse.csr_array], sparse.csr_array],
) -> Iterator[sparse.csr_array]:
    """Yield weighted and normalized counts of some texts at a time, shape (texts, chosen).

    `choose` returns the columns that are wanted.
    """
    for block in counts.blocks():
        yield normalized(weighted(choose(block), counts.group.weighting), idf)


def presence(counts: TermCounts, chosen: NDArray[np.intp]) -> Iterator[sparse.csr_array]:
    """Yield 1 where a text has a chosen term, for some texts at a time, shape (texts, chosen)."""
    for block in counts.blocks():
        has_term = narrow(weighted(block[:, chosen], "binary"))
        has_term.sort_indices()
        yield has_term


def stacked(blocks: Iterable[sparse.csr_array], most: int) -> sparse.csr_array:
    """Return one matrix of the rows of all blocks, which have `most` entries or fewer.

    No two copies of it are in memory, as they are where blocks are collected before.
    """
    data, indices, ends, terms = np.empty(most), np.empty(most, np.int32), [np.zeros(1, int)], 0
    end = 0
    for block in blocks:
        begin, end, terms = end, end + block.nnz, block.shape[1]
        data[begin:end], indices[begin:end] = block.data, block.indices
        ends.append(begin + block.indptr[1:])
    parts = data[:end], indices[:end], np.concatenate(ends)
    return narrow(sparse.csr_array(parts, shape=(len(parts[2]) - 1, terms)))


def normalized(counts: sparse.csr_array, idf: NDArray[np.float64]) -> sparse.csr_array:
    """Return weighted counts (texts, terms) times idf (terms,), each text at an L2 norm of 1."""
    scaled = counts @ sparse.diags_array(idf)
    norm = np.sqrt(scaled.power(2).sum(axis=1))
    norm[norm == 0] = 1
    return narrow(sparse.diags_array(1 / norm) @ scaled)


def narrow(matrix: sparse.csr_array) -> sparse.csr_array:
    """Return the matrix with 32-bit indices: LIBLINEAR takes no others."""
    narrow = sparse.csr_array(matrix)
    narrow.indices, narrow.indptr = (
        part.astype("i4", copy=False) for part in (narrow.indices, narrow.indptr)
    )
    return narrow
