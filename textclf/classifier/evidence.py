"""Evidence: the spans of a text that add most to the score of a label.

A scorer says what each n-gram of a span adds. Overlapping ones are merged here, and found again in
the original text.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from textclf.classifier.prediction import Evidence
from textclf.scoring.scorer import Scorer
from textclf.scoring.weights import Contribution
from textclf.text.document import Document
from textclf.text.function_words import FUNCTION_WORDS
from textclf.text.sentences import Span

_ASKED, _MORE = 3, 4
"""Contributions of a span that are asked for, for each one shown, and by how much that number
grows if they are too few."""
_LONGEST = 6
"""The largest number of words in a span that is shown: more are hard to take in at a glance."""
_WORD = re.compile(r"[^\W_]+")

_Contributions = tuple[str, Sequence[Contribution]]
"""A label, and what places of one span add to its score."""


class ScoredLabel(NamedTuple):
    """A label, and the spans of a document that its score comes from."""

    name: str
    weight_set: int
    """Index of the scheme's weights in the scorer."""
    column: int
    """Index of the label in the scheme."""
    spans: Sequence[Span]
    """The passages that decided, or the whole document."""
    first_words: Sequence[tuple[int, int]] = ()
    """First words that count besides the whole document."""

    def contributions(
        self, text: str, scorer: Scorer, most: int | None = None
    ) -> Iterator[_Contributions]:
        """Yield what places of each span add to the score: all, or the `most` heaviest."""
        parts = [
            scorer.contributions(text, self.weight_set, self.column, span, most)
            for span in (*self.spans, *self.first_words)
        ]
        if self.first_words:
            parts = [_averaged(parts, most)]
        for places in parts:
            yield self.name, places


def all_evidence(
    document: Document, scorer: Scorer, labels: Sequence[ScoredLabel]
) -> tuple[Evidence, ...]:
    """Return all that adds to the scores of some labels, for or against, in order of the text.

    Together with the bias of a label, the weights add up to its score.
    """
    return tuple(
        _evidence(document, label, place)
        for scored in labels
        for label, places in scored.contributions(document.text, scorer)
        for place in places
    )


def strongest_evidence(
    document: Document, scorer: Scorer, labels: Sequence[ScoredLabel], most: int
) -> tuple[Evidence, ...]:
    """Return the `most` heaviest spans that a person would point at, passage by passage.

    Overlapping places become one span of up to six words, with the sum of their weights. Each
    wording is shown once, and no span of function words alone.

    The scorer first gives the heaviest places of each span. If too few are left of them, or if a
    place that it did not give may weigh more than one that is shown, it is asked once for more.
    """
    for asked in (_ASKED * most, _MORE * _ASKED * most):
        contributions = [
            one for scored in labels for one in scored.contributions(document.text, scorer, asked)
        ]
        best = _best(document, contributions, most)
        hidden = max(
            (places[-1][2] for _, places in contributions if len(places) == asked), default=0.0
        )
        if not hidden or (len(best) == most and all(one.weight >= hidden for one in best)):
            break
    return tuple(sorted(best, key=_in_order))


def _in_order(one: Evidence) -> tuple[int, float]:
    """Return the sort key of evidence: the title, then passage by passage, the heaviest first."""
    return -1 if one.passage is None else one.passage, -one.weight


def _best(document: Document, contributions: Sequence[_Contributions], most: int) -> list[Evidence]:
    text = document.text
    best: dict[tuple[str, str], tuple[str, Contribution]] = {}
    ranked = [
        (-place[2], place[0], label, place)
        for label, places in contributions
        for place in _merged(text, places)
    ]
    for _, _, label, place in sorted(ranked, key=itemgetter(0, 1)):
        best.setdefault((label, text[place[0] : place[1]].lower()), (label, place))
        if len(best) == most:
            break
    return [_evidence(document, label, place) for label, place in best.values()]


def _merged(text: str, places: Sequence[Contribution]) -> list[Contribution]:
    """Return the places, given the heaviest first, with those that overlap merged.

    A lighter place lengthens a heavier one if it weighs at least half as much and both together
    have no more than six words. A place inside a heavier one adds its weight. Any other place that
    overlaps a heavier one is left out.
    """
    merged: list[tuple[int, int, float, float]] = []
    for place_start, place_end, weight in places:
        if weight <= 0:
            continue
        start, end = _without_punctuation(text, place_start, place_end)
        for number, (first, last, whole, own) in enumerate(merged):
            if start < last and first < end:
                union = min(start, first), max(end, last)
                lengthens = weight >= own / 2 and len(text[slice(*union)].split()) <= _LONGEST
                if lengthens or union == (first, last):
                    merged[number] = (*union, whole + weight, own)
                break
        else:
            merged.append((start, end, weight, weight))
    with_content = [
        (start, end, weight)
        for start, end, weight, _ in merged
        if not FUNCTION_WORDS.issuperset(_WORD.findall(text[start:end].lower()))
    ]
    return _without_overlaps(sorted(with_content, key=itemgetter(2), reverse=True))


def _without_overlaps(places: Sequence[Contribution]) -> list[Contribution]:
    """Return the places that overlap no heavier one: two may have grown into each other."""
    kept: list[Contribution] = []
    for one in places:
        if not any(one[0] < end and start < one[1] for start, end, _ in kept):
            kept.append(one)
    return kept


def _averaged(parts: Sequence[Sequence[Contribution]], most: int | None) -> list[Contribution]:
    """Return what places add to the mean of a text and its first words, each place once.

    The text has half of the score, and its first words the other half. With `most`, each part
    holds its heaviest places only, so what a place adds elsewhere may be left out.
    """
    whole, *first_words = parts
    summed = {(start, end): 0.5 * weight for start, end, weight in whole}
    share = 0.5 / len(first_words)
    for start, end, weight in chain.from_iterable(first_words):
        summed[start, end] = summed.get((start, end), 0.0) + share * weight
    places = [(start, end, weight) for (start, end), weight in summed.items()]
    if most is None:
        return sorted(places)
    return sorted(places, key=itemgetter(2), reverse=True)[:most]


def _evidence(document: Document, label: str, place: Contribution) -> Evidence:
    """Return a place of the text that was read as a span of the original text or title."""
    start, end = _without_punctuation(document.text, place[0], place[1])
    first, last = document.in_original(start, end)
    in_title = document.stands_apart(end)
    text = (document.title if in_title else document.original)[first:last]
    return Evidence(first, last, text, place[2], label, document.passage_at(start), in_title)


def _without_punctuation(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without the characters at its ends that are no letter and no digit."""
    first, last = start, end
    while first < last and not text[first].isalnum():
        first += 1
    while last > first and not text[last - 1].isalnum():
        last -= 1
    return (first, last) if first < last else (start, end)
