"""Which rows of an archive teach a model most when a person labels them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CANDIDATES = 5
"""Rows that are compared by their texts for each row that is drawn."""
_FEATURES = 1 << 18


def most_teaching(
    size: int,
    labels: Sequence[str],
    probability: NDArray[np.float64],
    texts_of: Callable[[Sequence[int]], Sequence[str]],
) -> tuple[list[int], list[str]]:
    """Return the row numbers of a sample to learn from, in order, and the reason of each.

    `labels` and `probability` have one value for each row. Each predicted label gets the same
    number of rows if it has them, so that rare ones are met. Of a label, the least probable rows
    are candidates (Lewis and Gale 1994), and those are taken that are least like the ones taken
    before, by the cosine of their words. `texts_of` returns the texts of rows in ascending order.
    """
    unsure = np.where(np.isnan(probability), 0.0, 1 - probability)
    names = np.array(labels)
    quota = _quotas(size, names)
    candidates: dict[str, list[int]] = {}
    for label, count in quota.items():
        own = np.flatnonzero(names == label)
        order = own[np.argsort(-unsure[own], kind="stable")]
        candidates[label] = [int(row) for row in order[: _CANDIDATES * count]]
    wanted = sorted(row for rows in candidates.values() for row in rows)
    vectors = _vectors(texts_of(wanted))
    place = {row: index for index, row in enumerate(wanted)}
    chosen: list[tuple[int, str]] = []
    nearest = np.zeros(len(wanted))
    for label in sorted(quota, key=lambda name: len(candidates[name])):
        left = candidates[label]
        for _ in range(quota[label]):
            best = max(left, key=lambda row: (unsure[row] + 1e-6) * (1 - nearest[place[row]]))
            left.remove(best)
            chosen.append((best, label))
            alike = np.asarray((vectors @ vectors[place[best]].T).todense()).ravel()
            nearest = np.maximum(nearest, alike)
    chosen.sort()
    return [row for row, _ in chosen], [f"candidate of {label}" for _, label in chosen]


def _quotas(size: int, names: NDArray[np.str_]) -> dict[str, int]:
    """Return how many rows each predicted label gives: as many as the others, if it has them."""
    found, counts = np.unique(names, return_counts=True)
    order = np.argsort(counts)
    quota: dict[str, int] = {}
    left = min(size, int(counts.sum()))
    for number, index in enumerate(order):
        given = min(int(counts[index]), round(left / (len(order) - number)))
        quota[str(found[index])] = given
        left -= given
    return quota


def _vectors(texts: Sequence[str]) -> Any:  # noqa: ANN401 - a sparse matrix
    """Return the words of texts as vectors of length 1, shape (texts, features)."""
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - start-up time

    return HashingVectorizer(n_features=_FEATURES, alternate_sign=False).fit_transform(texts)
