"""Finds texts that are the same or nearly: by the share of five-word runs they have in common.

The measure is the Jaccard similarity of word shingles (Broder 1997), computed exactly: an
index of shingles names the candidates. It knows texts and nothing else.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textclf.tokens import words

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
    shingles = [_shingles(text) for text in texts]
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


def clusters(texts: Sequence[str], groups: Sequence[str], similarity: float = 0.5) -> list[str]:
    """Return a group name for each text: groups that share a near-duplicate become one."""
    leader = {group: group for group in groups}

    def find(group: str) -> str:
        while leader[group] != group:
            leader[group] = leader[leader[group]]
            group = leader[group]
        return group

    def join(one: str, other: str) -> None:
        first, second = sorted((find(one), find(other)))
        leader[second] = first

    for pair in near_duplicates(texts, similarity):
        join(groups[pair.first], groups[pair.second])
    # Copies of a text that stands in very many places are no candidates there.
    holders: dict[frozenset[tuple[str, ...]], str] = {}
    for text, group in zip(texts, groups, strict=True):
        runs = _shingles(text)
        if runs:
            join(holders.setdefault(runs, group), group)
    return [find(group) for group in groups]


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    found = words(text).texts
    if len(found) <= _SHINGLE:
        return frozenset([tuple(found)]) if found else frozenset()
    return frozenset(zip(*(found[i:] for i in range(_SHINGLE)), strict=False))
