"""From what places add to a score to the evidence that is shown: words of the original text.

It knows documents and numbers: no scheme, no model and no engine.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter

from textclf.document import Document
from textclf.linear import Place
from textclf.prediction import Evidence

_FIRST, _MORE = 4, 4
"""Places of a span asked for with each one shown, and how many times as many if they are few."""

Adding = tuple[str, Sequence[Place]]
"""A label, and what places of a span add to its score."""


def every(document: Document, found: Sequence[Adding]) -> tuple[Evidence, ...]:
    """Return all places, for or against, in their order: with the bias they give the score."""
    return tuple(_shown(document, label, place) for label, places in found for place in places)


def strongest(
    document: Document, heaviest: Callable[[int], Sequence[Adding]], most: int
) -> tuple[Evidence, ...]:
    """Return the heaviest places that speak for a label, each wording once, passage by passage.

    `heaviest` gives so many of each span's places, those that weigh most: a wording that stands
    in many is shown once, so that more may have to be asked for.
    """
    asked = _FIRST * most
    while True:
        found = heaviest(asked)
        best = _best(document, found, most)
        least = min((one.weight for one in best), default=0.0) if len(best) == most else 0.0
        cut = [places for _, places in found if len(places) == asked]
        if all(places[-1][2] <= least for places in cut):
            return tuple(sorted(best, key=_in_order))
        asked *= _MORE


def _in_order(one: Evidence) -> tuple[int, float]:
    """Return what sorts evidence: the title, then passage by passage, the heaviest first."""
    return -1 if one.passage is None else one.passage, -one.weight


def _best(document: Document, found: Sequence[Adding], most: int) -> list[Evidence]:
    best: dict[tuple[str, str], tuple[str, Place]] = {}
    ranked = [(-place[2], place[0], label, place) for label, places in found for place in places]
    for _, _, label, place in sorted(ranked, key=itemgetter(0, 1)):
        start, end = _without_punctuation(document.text, place[0], place[1])
        best.setdefault((label, document.text[start:end].lower()), (label, place))
        if len(best) == most:
            break
    return [_shown(document, label, place) for label, place in best.values()]


def _shown(document: Document, label: str, place: Place) -> Evidence:
    start, end = _without_punctuation(document.text, place[0], place[1])
    first, last = document.in_original(start, end)
    apart = document.stands_apart(end)
    text = (document.title if apart else document.original)[first:last]
    return Evidence(first, last, text, place[2], label, document.passage_at(start), apart)


def _without_punctuation(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without what is not a word at its ends: a chunk shows as its word."""
    first, last = start, end
    while first < last and not text[first].isalnum():
        first += 1
    while last > first and not text[last - 1].isalnum():
        last -= 1
    return (first, last) if first < last else (start, end)
