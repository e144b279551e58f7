"""What is shown as evidence: the heaviest places of all spans, each wording once."""

from hypothesis import given
from hypothesis import strategies as st

from textclf.document import Document
from textclf.evidence import every, strongest

HEAVY = st.tuples(st.just("a"), st.integers(30, 40))
LIGHT = st.tuples(st.sampled_from("bcdef"), st.integers(-5, 40))
WORDS = st.lists(HEAVY | HEAVY | HEAVY | LIGHT, min_size=1, max_size=60)


@given(spans=st.lists(WORDS, min_size=1, max_size=3), most=st.integers(1, 5))
def test_the_heaviest_places_are_shown_each_wording_once(spans, most):
    document = Document.read(" ".join(word for span in spans for word, _ in span))
    adding, start = [], 0
    for span in spans:
        places = [
            (start + 2 * n, start + 2 * n + 1, weight / 8) for n, (_, weight) in enumerate(span)
        ]
        adding.append(("label", places))
        start += 2 * len(span)

    def heaviest(count):
        return [
            (label, sorted((p for p in places if p[2] > 0), key=lambda p: (-p[2], p[0]))[:count])
            for label, places in adding
        ]

    shown = strongest(document, heaviest, most)

    above = [one for one in every(document, adding) if one.weight > 0]
    ranked = sorted(above, key=lambda one: (-one.weight, one.start))
    first_of_each = {one.text: one for one in reversed(ranked)}
    wanted = sorted(first_of_each.values(), key=lambda one: (-one.weight, one.start))[:most]
    assert sorted(shown, key=lambda one: (-one.weight, one.start)) == wanted
