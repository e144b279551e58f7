"""Find texts that are the same or nearly the same.

The similarity of two texts is the Jaccard similarity of their sets of word shingles
(Broder 1997). It is computed exactly; an inverted index of shingles yields the candidate pairs.
A shingle is held as a number of 64 bits, its hash.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textclf.text.tokens import words

_Shingles = NDArray[np.int64]
_SHINGLE = 5
"""Words in one shingle."""
_NONE = np.zeros(0, np.int64)
_COMMON = 60
"""A shingle of more texts than this is a set phrase, and yields no further candidates."""
_LARGEST_GROUP = 10
"""Joined groups hold at most one text in so many."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, by index, and their similarity: 1 means the same words in the same order."""

    first: int
    second: int
    similarity: float


def near_duplicates(texts: Sequence[str], similarity: float = 0.5) -> Iterator[Pair]:
    """Yield each pair of texts with at least this similarity once.

    >>> texts = ["the bridge at Thakot fell in a flood", "The bridge at Thakot fell in a flood!"]
    >>> [pair.similarity for pair in near_duplicates(texts)]
    [1.0]
    """
    return _pairs([_shingles(text) for text in texts], similarity)


def _pairs(shingles: Sequence[_Shingles], similarity: float) -> Iterator[Pair]:
    sizes = [len(own) for own in shingles]
    repeated = _repeated(shingles)
    index: dict[int, list[int]] = defaultdict(list)
    for text, own in enumerate(repeated):
        # Only texts with at least one shingle in common are compared.
        sharing: set[int] = set()
        for shingle in own:
            if len(index[shingle]) <= _COMMON:
                sharing.update(index[shingle])
                index[shingle].append(text)
        for other in sorted(sharing):
            fewer, more = sorted((sizes[text], sizes[other]))
            if fewer < similarity * more:
                continue  # not even all of the smaller set would make them similar
            common = len(own & repeated[other])
            jaccard = common / (fewer + more - common)
            if jaccard >= similarity:
                yield Pair(other, text, jaccard)


def _repeated(shingles: Sequence[_Shingles]) -> list[frozenset[int]]:
    """Return of each text the shingles that another text has too: few, where texts differ."""
    values, counts = np.unique(np.concatenate([_NONE, *shingles]), return_counts=True)
    values = values[counts > 1]
    if not len(values):
        return [frozenset()] * len(shingles)
    found = []
    for own in shingles:
        places = np.minimum(np.searchsorted(values, own), len(values) - 1)
        found.append(frozenset(own[values[places] == own].tolist()))
    return found


@dataclass(frozen=True, slots=True)
class DuplicateGroups:
    """Which of n texts stay on one side of a split, and which leak if they do not."""

    groups: tuple[str, ...]
    """Length n: the group of each text. Groups that share near-duplicates are joined while the
    joined group stays small."""
    duplicate_of: tuple[int, ...]
    """Length n: the index of the first text with the same shingles."""
    near_duplicates: Mapping[int, frozenset[int]]
    """From the first text of each set of duplicates to those that are nearly the same."""

    def drop_leaking(self, rows: NDArray[np.intp], test: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the rows that are no duplicate and no near-duplicate of a test row.

        `rows` and `test` are one-dimensional arrays of text indices.
        """
        leaking = {self.duplicate_of[index] for index in test}
        leaking |= {other for index in leaking for other in self.near_duplicates.get(index, ())}
        return rows[[self.duplicate_of[index] not in leaking for index in rows]]


def group_near_duplicates(
    texts: Sequence[str], groups: Sequence[str], similarity: float = 0.5
) -> DuplicateGroups:
    """Return the texts grouped by their given groups, such as articles, and by near-duplicates.

    A joined group holds at most a tenth of all texts, because phrases that many articles repeat
    would otherwise chain them all into one. `near_duplicates` of the result records the pairs
    that were not joined for this reason.
    """
    # Groups are joined with union-find: each group leads to the first of its joined group.
    leader = {group: group for group in groups}
    size = Counter(groups)
    largest = len(texts) // _LARGEST_GROUP

    def find(group: str) -> str:
        while leader[group] != group:
            leader[group] = leader[leader[group]]  # halve the path for later look-ups
            group = leader[group]
        return group

    def join(one: str, other: str) -> None:
        first, second = sorted((find(one), find(other)))
        if first != second and size[first] + size[second] <= largest:
            leader[second] = first
            size[first] += size[second]

    shingles = [_shingles(text) for text in texts]
    first_with: dict[bytes, int] = {}
    duplicate_of = []
    for index, own in enumerate(shingles):
        duplicate_of.append(first_with.setdefault(own.tobytes(), index) if len(own) else index)
        join(groups[duplicate_of[index]], groups[index])
    # Near-duplicates are sought among the first of each set of duplicates only.
    firsts = sorted(set(duplicate_of))
    similar: dict[int, set[int]] = defaultdict(set)
    for pair in _pairs([shingles[index] for index in firsts], similarity):
        one, other = firsts[pair.first], firsts[pair.second]
        join(groups[one], groups[other])
        similar[one].add(other)
        similar[other].add(one)
    return DuplicateGroups(
        tuple(find(group) for group in groups),
        tuple(duplicate_of),
        {index: frozenset(others) for index, others in similar.items()},
    )


def _shingles(text: str) -> _Shingles:
    """Return the hashes of the shingles of a text, ascending, each once."""
    tokens = words(text).texts
    runs: Iterable[tuple[str, ...]] = zip(*(tokens[i:] for i in range(_SHINGLE)), strict=False)
    if len(tokens) <= _SHINGLE:
        runs = [tuple(tokens)] if tokens else []
    return np.unique(np.fromiter(map(hash, runs), np.int64))
