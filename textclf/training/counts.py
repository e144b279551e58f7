"""Counts the terms of texts: once for all views, folds and weightings that share an analysis.

It knows texts and views; no labels, no estimator.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from textclf.text.features import FeatureGroup, Weighting, tells_something, terms


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """How often each term stands in each text, for every view: counted once, cut many times."""

    views: tuple[FeatureGroup, ...]
    vocabularies: tuple[tuple[str, ...], ...]
    matrices: tuple[sparse.csr_array, ...]
    """One a view, shape (texts, terms)."""

    def __len__(self) -> int:
        return int(self.matrices[0].shape[0])

    def only(self, place: int) -> "Counts":
        """Return the counts of one view alone."""
        one = slice(place, place + 1)
        return Counts(self.views[one], self.vocabularies[one], self.matrices[one])

    def take(self, rows: NDArray[np.intp]) -> "Counts":
        """Return the counts of some of the texts."""
        return replace(self, matrices=tuple(matrix[rows] for matrix in self.matrices))


def count(texts: Sequence[str], views: Sequence[FeatureGroup]) -> Counts:
    """Return the counts of all terms that may enter a vocabulary, the terms ascending."""
    counted: dict[FeatureGroup, tuple[tuple[str, ...], sparse.csr_array]] = {}
    for view in views:
        alike = replace(view, weighting="log")
        if alike not in counted:
            counted[alike] = _count(texts, view)
    found = [counted[replace(view, weighting="log")] for view in views]
    return Counts(tuple(views), tuple(v for v, _ in found), tuple(m for _, m in found))


def _count(texts: Sequence[str], view: FeatureGroup) -> tuple[tuple[str, ...], sparse.csr_array]:
    places: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        columns += [places.setdefault(term, len(places)) for term in terms(text, view)]
        ends.append(len(columns))
    data = np.ones(len(columns))
    matrix = sparse.csr_array((data, columns, ends), shape=(len(texts), len(places)))
    matrix.sum_duplicates()
    vocabulary = sorted(term for term in places if tells_something(term))
    order = np.array([places[term] for term in vocabulary], dtype=np.intp)
    return tuple(vocabulary), sparse.csr_array(matrix[:, order])


@lru_cache(maxsize=2)
def _places(vocabulary: tuple[str, ...]) -> dict[str, int]:
    return {term: place for place, term in enumerate(vocabulary)}


def columns(
    matrix: sparse.csr_array, vocabulary: tuple[str, ...], wanted: Sequence[str]
) -> sparse.csr_array:
    """Return the columns of the wanted terms; one that was not counted is empty."""
    places = _places(vocabulary)
    found = [(places[term], new) for new, term in enumerate(wanted) if term in places]
    old, new = np.array(found, dtype=np.intp).reshape(-1, 2).T
    pick = sparse.csr_array((np.ones(len(old)), (old, new)), shape=(len(vocabulary), len(wanted)))
    return sparse.csr_array(matrix @ pick)


def weighted(matrix: sparse.csr_array, weighting: Weighting) -> sparse.csr_array:
    """Return counts as a weighting takes them."""
    found = sparse.csr_array(matrix, copy=True)
    found.data = 1 + np.log(found.data) if weighting == "log" else np.ones_like(found.data)
    return found


def normed(counts: sparse.csr_array, scale: NDArray[np.float64]) -> sparse.csr_array:
    """Return weighed counts times the scale of their terms, each text at a norm of 1."""
    scaled = counts @ sparse.diags_array(scale)
    norm = np.sqrt(scaled.power(2).sum(axis=1))
    norm[norm == 0] = 1
    return narrow(sparse.diags_array(1 / norm) @ scaled)


def narrow(matrix: sparse.csr_array) -> sparse.csr_array:
    """Return the matrix with the indices that LIBLINEAR takes."""
    narrow = sparse.csr_array(matrix)
    narrow.indices, narrow.indptr = narrow.indices.astype("i4"), narrow.indptr.astype("i4")
    return narrow
