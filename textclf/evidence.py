"""From what places add to a score to the evidence that is shown: words of the original text.

It knows documents and numbers: no scheme, no model and no engine.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from textclf.document import Document
from textclf.linear import Contributions, Doubles, Places
from textclf.prediction import Evidence

_CANDIDATES = 16
"""Places of a span looked at for each one shown: a word that stands in many is shown once."""

Adding = tuple[str, Contributions]
"""A label, and what the places of a span add to its score."""


def every(document: Document, found: Sequence[Adding]) -> tuple[Evidence, ...]:
    """Return all places, for or against, in their order: with the bias they give the score."""
    return tuple(
        _place(document, label, one, place)
        for label, one in found
        for place in range(len(one.weights))
    )


def strongest(document: Document, found: Sequence[Adding], most: int) -> tuple[Evidence, ...]:
    """Return the heaviest places that speak for a label, each wording once, passage by passage."""
    best: dict[tuple[str, str], Evidence] = {}
    for number, place in _heaviest([one for _, one in found], most * _CANDIDATES):
        label, one = found[number]
        shown = _place(document, label, one, place)
        best.setdefault((label, shown.text.lower()), shown)
        if len(best) == most:
            break
    return tuple(sorted(best.values(), key=lambda one: (one.passage, -one.weight)))


def _heaviest(found: Sequence[Contributions], most: int) -> Iterable[tuple[int, int]]:
    """Return the places above zero of all, the heaviest first, of each no more than `most`."""
    tops = [_top(one.weights, most) for one in found]
    if not tops:
        return []
    numbers = np.repeat(np.arange(len(tops)), [len(top) for top in tops])
    weights = np.concatenate([one.weights[top] for one, top in zip(found, tops, strict=True)])
    starts = np.concatenate([one.starts[top] for one, top in zip(found, tops, strict=True)])
    order = np.lexsort((starts, -weights))
    return zip(numbers[order].tolist(), np.concatenate(tops)[order].tolist(), strict=True)


def _top(weights: Doubles, most: int) -> Places:
    """Return the places of the heaviest weights above zero, in their order."""
    top = np.flatnonzero(weights > 0)
    if len(top) > most:
        top = np.sort(top[np.argpartition(-weights[top], most)[:most]])
    return top


def _place(document: Document, label: str, found: Contributions, place: int) -> Evidence:
    start, end = int(found.starts[place]), int(found.ends[place])
    start, end = _without_punctuation(document.text, start, end)
    span = document.in_original(start, end)
    text = document.original[span.start : span.end]
    weight = float(found.weights[place])
    return Evidence(span.start, span.end, text, weight, label, _passage_of(document, start))


def _without_punctuation(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without what is not a word at its ends: a chunk shows as its word."""
    first, last = start, end
    while first < last and not text[first].isalnum():
        first += 1
    while last > first and not text[last - 1].isalnum():
        last -= 1
    return (first, last) if first < last else (start, end)


def _passage_of(document: Document, start: int) -> int:
    for number, span in enumerate(document.passages):
        if start < span.end:
            return number
    return max(0, len(document.passages) - 1)
