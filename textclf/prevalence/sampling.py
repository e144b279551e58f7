"""Samples of an archive to code by hand: how many rows of each stratum, and which."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textclf.errors import InputError

_EQUAL_PART = 1 / 3
"""The part of a stratified sample that is dealt to all strata alike; the rest follows their sizes.

Rare labels are met by the first part, and what the classifier misses by the second. A third was
chosen in simulations with a tenth to a half for the rows with the machine's label: with a half,
intervals were wider where the label is rare."""
_FEWEST = 2
"""Rows that each stratum gives at least, if it has them."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """The rows of a sample, in the order of the archive; arrays have shape (sample,)."""

    rows: NDArray[np.intp]
    """Row numbers in the archive, from 0."""
    inclusion: NDArray[np.float64]
    """The probability with which each row was drawn."""


def allocate(size: int, sizes: Sequence[int]) -> list[int]:
    """Return how many rows each stratum gives to a sample; `sizes` has their numbers of rows.

    A third of the sample is dealt alike, the rest in proportion. No stratum gives more than it has,
    and each gives two rows if it has them. Raises InputError for a sample that is too small for
    two rows of each stratum, or is larger than the archive.

    >>> allocate(100, [140, 9860])
    [18, 82]
    """
    rows = np.array(sizes)
    least = np.minimum(_FEWEST, rows)
    if size > sum(sizes):
        raise InputError(
            f"there are {sum(sizes):,} rows to draw from; give -n {sum(sizes)} at most"
        )
    if size < least.sum():
        raise InputError(
            f"{size} rows are too few for {len(sizes)} strata; give -n {least.sum()} or more"
        )
    wish = size * ((1 - _EQUAL_PART) * rows / rows.sum() + _EQUAL_PART / len(rows))
    given = np.clip(np.floor(wish).astype(int), least, rows)
    while (left := size - given.sum()) != 0:
        step = 1 if left > 0 else -1
        free = given < rows if left > 0 else given > least
        given[np.where(free, step * (wish - given), -np.inf).argmax()] += step
    return [int(one) for one in given]


def simple_random(size: int, population: int, seed: int) -> Drawn:
    """Return a simple random sample; raises InputError for more rows than there are."""
    return stratified(size, np.zeros(population, np.intp), seed)


def stratified(size: int, stratum: NDArray[np.intp], seed: int) -> Drawn:
    """Return a sample with simple random samples of all strata, sized by `allocate`.

    `stratum` has shape (archive,): the number of each row's stratum, from 0 without a gap. Raises
    what `allocate` raises.
    """
    rng = np.random.default_rng(seed)
    sizes = np.bincount(stratum)
    given = allocate(size, [int(one) for one in sizes])
    rows = np.concatenate(
        [
            rng.choice(np.flatnonzero(stratum == number), count, replace=False)
            for number, count in enumerate(given)
        ]
    )
    rows.sort()
    return Drawn(rows, (np.array(given) / sizes)[stratum[rows]])
