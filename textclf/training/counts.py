"""Counts of terms in texts: counted once for all folds and weightings of a feature group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from textclf.text.features import FeatureGroup, Weighting, may_enter_vocabulary


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """How often each text has each term, for every feature group."""

    groups: tuple[FeatureGroup, ...]
    vocabularies: tuple[tuple[str, ...], ...]
    """The terms of each group, ascending."""
    matrices: tuple[sparse.csr_array, ...]
    """The counts of each group, shape (texts, terms)."""

    def __len__(self) -> int:
        return int(self.matrices[0].shape[0])

    def only(self, index: int) -> "Counts":
        """Return the counts of one group alone."""
        one = slice(index, index + 1)
        return Counts(self.groups[one], self.vocabularies[one], self.matrices[one])

    def take(self, rows: NDArray[np.intp]) -> "Counts":
        """Return the counts of some of the texts."""
        return replace(self, matrices=tuple(matrix[rows] for matrix in self.matrices))


def count(texts: Sequence[str], groups: Sequence[FeatureGroup]) -> Counts:
    """Return the counts of all terms that may enter a vocabulary."""
    counted: dict[FeatureGroup, tuple[tuple[str, ...], sparse.csr_array]] = {}
    for group in groups:
        if group.unweighted() not in counted:
            counted[group.unweighted()] = _count(texts, group)
    columns = [counted[group.unweighted()] for group in groups]
    return Counts(tuple(groups), tuple(v for v, _ in columns), tuple(m for _, m in columns))


def _count(texts: Sequence[str], group: FeatureGroup) -> tuple[tuple[str, ...], sparse.csr_array]:
    """Return the terms of a group, ascending, and their counts, shape (texts, terms)."""
    numbers: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        columns += [numbers.setdefault(term, len(numbers)) for term in group.terms(text)]
        ends.append(len(columns))
    # A one for each occurrence; those of one term in one text are then summed.
    data = np.ones(len(columns))
    matrix = sparse.csr_array((data, columns, ends), shape=(len(texts), len(numbers)))
    matrix.sum_duplicates()
    vocabulary = sorted(filter(may_enter_vocabulary, numbers))
    order = np.array([numbers[term] for term in vocabulary], dtype=np.intp)
    return tuple(vocabulary), sparse.csr_array(matrix[:, order])


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
    result = sparse.csr_array(matrix, copy=True)
    result.data = 1 + np.log(result.data) if weighting == "log" else np.ones_like(result.data)
    return result


def normalized(counts: sparse.csr_array, idf: NDArray[np.float64]) -> sparse.csr_array:
    """Return weighted counts (texts, terms) times idf (terms,), each text at an L2 norm of 1."""
    scaled = counts @ sparse.diags_array(idf)
    norm = np.sqrt(scaled.power(2).sum(axis=1))
    norm[norm == 0] = 1
    return narrow(sparse.diags_array(1 / norm) @ scaled)


def narrow(matrix: sparse.csr_array) -> sparse.csr_array:
    """Return the matrix with 32-bit indices: LIBLINEAR takes no others."""
    narrow = sparse.csr_array(matrix)
    narrow.indices, narrow.indptr = narrow.indices.astype("i4"), narrow.indptr.astype("i4")
    return narrow
