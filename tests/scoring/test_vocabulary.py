"""The table finds each term and no other, and reports when it does not hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.errors import ModelError
from textclf.scoring.vocabulary import BASE, Vocabulary, hash_spans, hashes

TERMS = st.sets(st.text(st.characters(exclude_characters="\n"), min_size=1), min_size=1)


def polynomial(text: str) -> int:
    found = 0
    for byte in text.encode("utf-8", "surrogatepass"):
        found = (found * BASE + byte + 1) % 2**64
    return found


@given(texts=st.lists(st.text()))
def test_a_hash_is_the_polynomial_of_the_bytes(texts):
    assert hashes(texts).tolist() == [polynomial(text) for text in texts]


@given(first=st.text(), second=st.text())
def test_the_hash_of_two_words_follows_from_theirs(first, second):
    one, other, both = map(int, hashes([first, second, f"{first} {second}"]))
    length = len(second.encode())

    assert both == ((one * BASE + ord(" ") + 1) * BASE**length + other) % 2**64


def test_every_stretch_of_bytes_is_hashed_from_one_pass():
    data = np.frombuffer(b"a bomb in Sehwan", np.uint8)

    found = hash_spans(data, np.array([2, 0, 7, 16]), np.array([6, 16, 7, 16]))

    assert found.tolist() == [polynomial("bomb"), polynomial("a bomb in Sehwan"), 0, 0]


@given(terms=TERMS, others=TERMS)
def test_each_term_is_found_in_its_row_and_nothing_else_is(terms, others):
    vocabulary = Vocabulary(sorted(terms))

    assert vocabulary.find(hashes(vocabulary)).tolist() == list(range(len(terms)))
    assert (vocabulary.find(hashes(others - terms)) == -1).all()


@given(terms=TERMS)
def test_a_stored_vocabulary_is_as_it_was(terms):
    made = Vocabulary(sorted(terms))

    stored = Vocabulary.stored(made.blob, made.hashes, made.slots)

    assert stored.check() == stored.check_terms() == ""
    assert list(stored) == sorted(terms)
    assert len(stored) == len(terms)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 1000, 100_000])
def test_a_table_is_at_most_half_full_and_ends_in_an_empty_slot(count):
    vocabulary = Vocabulary(sorted(f"term{n}" for n in range(count)))

    assert vocabulary.check() == ""
    assert 2 * count <= len(vocabulary.slots)
    assert vocabulary.slots[-1] == 0


def test_terms_whose_home_is_full_are_found_behind_it():
    some = [f"t{n}" for n in range(5000)]
    home = hashes(some)
    home = ((home ^ (home >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(60)
    crowded = sorted(term for term, place in zip(some, home, strict=True) if place == home[0])[:20]

    vocabulary = Vocabulary(crowded)

    assert vocabulary.find(hashes(crowded)).tolist() == list(range(20))
    assert (vocabulary.find(hashes(some)) >= 0).sum() == 20


def test_two_terms_of_one_hash_are_refused():
    """Thue-Morse words are the known ones: a polynomial modulo a power of two cannot part them."""
    one, other = "a", "b"
    for _ in range(11):
        one, other = one + other, other + one

    with pytest.raises(ModelError, match="have one hash"):
        _ = Vocabulary([one, other]).slots


def test_a_table_with_a_row_that_is_not_there_does_not_hold():
    made = Vocabulary(["a", "b", "c"])
    slots = np.where(made.slots > 0, made.slots | np.uint64(3), 0).astype(np.uint64)
    none = np.where(made.slots > 0, made.slots & ~np.uint64(3), 0).astype(np.uint64)

    assert Vocabulary.stored(made.blob, made.hashes[:2], made.slots).check()
    assert Vocabulary.stored(made.blob, made.hashes, slots).check_terms()
    assert Vocabulary.stored(made.blob, made.hashes, none | np.uint64(4)).check()


def test_a_table_with_a_row_beyond_its_terms_does_not_hold():
    made = Vocabulary(["a", "b", "c", "d"])
    slots = made.slots.copy()
    slots[slots.argmax()] |= np.uint64(7)

    assert Vocabulary.stored(made.blob, made.hashes, slots).check()
