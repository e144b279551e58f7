"""From what places add to a score to the evidence that is shown: words of the original text.

It knows documents and numbers: no scheme, no model and no engine.
"""

import re
from collections.abc import Callable, Sequence
from operator import itemgetter

from textclf.classifier.prediction import Evidence
from textclf.scoring.weights import Place
from textclf.text.document import Document
from textclf.text.function_words import FUNCTION_WORDS

_FIRST, _MORE = 3, 4
"""Places of a span asked for with each one shown, and how many times as many if they are few."""
_LONGEST = 6
"""Words of a place that is shown, at most."""
_WORD = re.compile(r"[^\W_]+")

Adding = tuple[str, Sequence[Place]]
"""A label, and what places of a span add to its score."""


def every(document: Document, found: Sequence[Adding]) -> tuple[Evidence, ...]:
    """Return all places, for or against, in their order: with the bias they give the score."""
    return tuple(_shown(document, label, place) for label, places in found for place in places)


def strongest(
    document: Document, heaviest: Callable[[int], Sequence[Adding]], most: int
) -> tuple[Evidence, ...]:
    """Return what a person would point at for a label, the heaviest, passage by passage.

    Places that overlap are one, with the sum of their weights, up to six words long; each wording
    is shown once, and none of function words alone. `heaviest` gives so many of each span's places,
    those that weigh most; where too few are left of them, or one that was not given may weigh
    more than one that is shown, more are asked for once.
    """
    for asked in (_FIRST * most, _MORE * _FIRST * most):
        found = heaviest(asked)
        best = _best(document, found, most)
        hidden = max((places[-1][2] for _, places in found if len(places) == asked), default=0.0)
        if not hidden or (len(best) == most and all(one.weight >= hidden for one in best)):
            break
    return tuple(sorted(best, key=_in_order))


def _in_order(one: Evidence) -> tuple[int, float]:
    """Return what sorts evidence: the title, then passage by passage, the heaviest first."""
    return -1 if one.passage is None else one.passage, -one.weight


def _best(document: Document, found: Sequence[Adding], most: int) -> list[Evidence]:
    text = document.text
    best: dict[tuple[str, str], tuple[str, Place]] = {}
    ranked = [
        (-place[2], place[0], label, place)
        for label, places in found
        for place in _merged(text, places)
    ]
    for _, _, label, place in sorted(ranked, key=itemgetter(0, 1)):
        best.setdefault((label, text[place[0] : place[1]].lower()), (label, place))
        if len(best) == most:
            break
    return [_shown(document, label, place) for label, place in best.values()]


def _merged(text: str, places: Sequence[Place]) -> list[Place]:
    """Return the places, given the heaviest first, with those that overlap made one.

    A lighter place lengthens a heavier one where it weighs half as much or more and the whole is
    no longer than six words. One that neither lies inside nor lengthens is left out.
    """
    taken: list[tuple[int, int, float, float]] = []
    for place_start, place_end, weight in places:
        if weight <= 0:
            continue
        start, end = _without_punctuation(text, place_start, place_end)
        for number, (first, last, whole, own) in enumerate(taken):
            if start < last and first < end:
                union = min(start, first), max(end, last)
                lengthens = weight >= own / 2 and len(text[slice(*union)].split()) <= _LONGEST
                if lengthens or union == (first, last):
                    taken[number] = (*union, whole + weight, own)
                break
        else:
            taken.append((start, end, weight, weight))
    apart = [
        (start, end, weight)
        for start, end, weight, _ in taken
        if not FUNCTION_WORDS.issuperset(_WORD.findall(text[start:end].lower()))
    ]
    return _apart(sorted(apart, key=itemgetter(2), reverse=True))


def _apart(places: Sequence[Place]) -> list[Place]:
    """Return the places that overlap no heavier one: two may have grown into each other."""
    kept: list[Place] = []
    taken: set[int] = set()
    for one in places:
        characters = range(one[0], one[1])
        if taken.isdisjoint(characters):
            kept.append(one)
            taken.update(characters)
    return kept


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
