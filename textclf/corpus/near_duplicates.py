"""Finds texts that are the same or nearly: by the share of five-word runs they have in common.

The measure is the Jaccard similarity of word shingles (Broder 1997), computed exactly: an
index of shingles names the candidates. It knows texts and nothing else.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textclf.text.tokens import words

_Runs = frozenset[tuple[str, ...]]
"""The runs of words that a text holds."""
_SHINGLE = 5
_COMMON = 60
"""A run of words that stands in more texts than this is a formula, and names no candidates."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, by their places, and how alike they are: 1 is the same words in the same order."""

    first: int
    second: int
    similarity: float


def near_duplicates(texts: Sequence[str], similarity: float = 0.5) -> Iterator[Pair]:
    """Yield the pairs of texts that are at least so alike, each pair once.

    >>> texts = ["the bridge at Thakot fell in a flood", "The bridge at Thakot fell in a flood!"]
    >>> [pair.similarity for pair in near_duplicates(texts)]
    [1.0]
    """
    return _pairs([_shingles(text) for text in texts], similarity)


def _pairs(shingles: Sequence[_Runs], similarity: float) -> Iterator[Pair]:
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, runs in enumerate(shingles):
        shared: Counter[int] = Counter()
        for run in runs:
            if len(index[run]) <= _COMMON:
                shared.update(index[run])
                index[run].append(place)
        for other in sorted(shared):
            alike = len(runs & shingles[other]) / len(runs | shingles[other])
            if alike >= similarity:
                yield Pair(other, place, alike)


@dataclass(frozen=True, slots=True)
class DuplicateGroups:
    """Which texts belong together, and which are alike all the same."""

    groups: tuple[str, ...]
    """For each text its group: groups that share a near-duplicate are one, while it stays small."""
    copy_of: tuple[int, ...]
    """For each text the place of the first that has the same words."""
    alike: Mapping[int, frozenset[int]]
    """For the first of its copies, those of other texts that are nearly the same."""

    def unlike(self, rows: NDArray[np.intp], shown: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return those of the rows that are no copy, and no near-duplicate, of any shown."""
        known = {self.copy_of[place] for place in shown}
        known |= {other for place in known for other in self.alike.get(place, ())}
        return rows[[self.copy_of[place] not in known for place in rows]]


def group_near_duplicates(
    texts: Sequence[str], groups: Sequence[str], similarity: float = 0.5
) -> DuplicateGroups:
    """Return which texts belong together by their groups, and by their words.

    Joined groups hold no more than a tenth of all texts, since phrases that many articles
    repeat would chain them all to one; what is alike beyond that is told by `alike`.
    """
    leader = {group: group for group in groups}
    size = Counter(groups)
    most = len(texts) // 10

    def find(group: str) -> str:
        while leader[group] != group:
            leader[group] = leader[leader[group]]
            group = leader[group]
        return group

    def join(one: str, other: str) -> None:
        first, second = sorted((find(one), find(other)))
        if first != second and size[first] + size[second] <= most:
            leader[second] = first
            size[first] += size[second]

    shingles = [_shingles(text) for text in texts]
    first_of: dict[_Runs, int] = {}
    copy_of = []
    for place, runs in enumerate(shingles):
        copy_of.append(first_of.setdefault(runs, place) if runs else place)
        join(groups[copy_of[place]], groups[place])
    firsts = sorted(set(copy_of))
    alike: dict[int, set[int]] = defaultdict(set)
    for pair in _pairs([shingles[place] for place in firsts], similarity):
        one, other = firsts[pair.first], firsts[pair.second]
        join(groups[one], groups[other])
        alike[one].add(other)
        alike[other].add(one)
    return DuplicateGroups(
        tuple(find(group) for group in groups),
        tuple(copy_of),
        {place: frozenset(others) for place, others in alike.items()},
    )


def _shingles(text: str) -> _Runs:
    found = words(text).texts
    if len(found) <= _SHINGLE:
        return frozenset([tuple(found)]) if found else frozenset()
    return frozenset(zip(*(found[i:] for i in range(_SHINGLE)), strict=False))
