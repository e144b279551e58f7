"""What is shown as evidence: the heaviest places of all spans, each wording once."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from textclf.classifier.evidence import ScoredLabel, all_evidence, strongest_evidence
from textclf.text.document import Document
from textclf.text.function_words import FUNCTION_WORDS

HEAVY = st.tuples(st.just("h"), st.integers(30, 40))
LIGHT = st.tuples(st.sampled_from("bcdfg"), st.integers(-5, 40))
WORDS = st.lists(HEAVY | HEAVY | HEAVY | LIGHT, min_size=1, max_size=60)


def adding_of(spans):
    """Return the places of letters that stand one blank apart, span after span."""
    found, start = [], 0
    for span in spans:
        places = [(start + 2 * n, start + 2 * n + 1, w / 8) for n, (_, w) in enumerate(span)]
        found.append(("label", places))
        start += 2 * len(span)
    return found


class FixedScorer:
    """A scorer of given contributions; the span names the list that it gives."""

    def __init__(self, adding):
        self._places = [places for _, places in adding]

    def contributions(self, _text, _weight_set, _label, span, most=None):
        places = self._places[span[0]]
        if most is None:
            return places
        return sorted((p for p in places if p[2] > 0), key=lambda p: (-p[2], p[0]))[:most]


def labels_of(adding):
    return [ScoredLabel(label, 0, 0, [(n, n)]) for n, (label, _) in enumerate(adding)]


def every(document, adding):
    return all_evidence(document, FixedScorer(adding), labels_of(adding))


def strongest(document, adding, most):
    return strongest_evidence(document, FixedScorer(adding), labels_of(adding), most)


@given(spans=st.lists(WORDS, min_size=1, max_size=3), most=st.integers(4, 6))
def test_the_heaviest_places_are_shown_each_wording_once(spans, most):
    document = Document.read(" ".join(word for span in spans for word, _ in span))
    adding = adding_of(spans)

    shown = strongest(document, adding, most)

    above = [one for one in every(document, adding) if one.weight > 0]
    ranked = sorted(above, key=lambda one: (-one.weight, one.start))
    first_of_each = {one.text: one for one in reversed(ranked)}
    wanted = sorted(first_of_each.values(), key=lambda one: (-one.weight, one.start))[:most]
    assert sorted(shown, key=lambda one: (-one.weight, one.start)) == wanted


TEXT = "it has failed to protect the poor, and the court said that men were told to wait"
PLACES = st.lists(
    st.tuples(st.integers(0, 14), st.integers(1, 3), st.integers(-8, 40)), min_size=1, max_size=40
)


@given(places=PLACES, most=st.integers(1, 6))
def test_no_two_places_overlap_and_none_is_longer_than_six_words(places, most):
    document = Document.read(TEXT)
    words = [(m.start(), m.end()) for m in re.finditer(r"[a-z]+", TEXT)]
    spans = {}
    for first, size, weight in places:
        last = min(first + size, len(words)) - 1
        spans[words[first][0], words[last][1]] = weight / 8
    adding = [("label", [(start, end, weight) for (start, end), weight in spans.items()])]

    shown = strongest(document, adding, most)

    ordered = sorted(shown, key=lambda one: one.start)
    assert all(one.end <= other.start for one, other in pairwise(ordered))
    assert all(len(one.text.split()) <= 6 for one in shown)
    assert not any(FUNCTION_WORDS.issuperset(one.text.lower().split()) for one in shown)


def test_nested_places_are_one_with_the_sum_of_their_weights():
    document = Document.read("it has failed to act")
    adding = [("against", [(0, 16, 0.3), (3, 16, 0.2), (7, 13, 0.4), (17, 20, 0.1)])]

    shown = strongest(document, adding, 5)

    assert [(one.text, round(one.weight, 6)) for one in shown] == [
        ("it has failed to", 0.9),
        ("act", 0.1),
    ]
