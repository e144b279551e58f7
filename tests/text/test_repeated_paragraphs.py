"""Paragraphs that several articles share are found, and no article's own are."""

import pickle
from itertools import permutations

import pytest

from textclf.text import pair_store
from textclf.text.repeated_paragraphs import Repeated, keys_of

TEASER = "Crowds of mourners join the main procession in the city. — Agency"
BODIES = [
    "The fast bowler took five wickets as the visitors were bowled out on the second day.",
    "The provincial budget sets aside funds for local roads and drains, the secretary said.",
    "Traders asked the corporation to lift garbage twice a day during the holidays.",
    "Two buses collided in the fog near the toll plaza, leaving nine passengers injured.",
]


def articles(count, teaser=TEASER):
    return [f"{body}\n{teaser}" for body in BODIES[:count]]


@pytest.mark.parametrize(("count", "found"), [(2, False), (3, True), (4, True)])
def test_a_paragraph_of_three_articles_is_repeated_and_one_of_two_is_not(count, found):
    repeated = Repeated.fit(articles(count))

    assert repeated.among([BODIES[0], TEASER]) == [False, found]


def test_case_and_punctuation_make_no_difference():
    teasers = [TEASER, TEASER.upper(), TEASER.replace("—", "-").replace(".", "")]
    texts = [f"{body}\n{teaser}" for body, teaser in zip(BODIES[:3], teasers, strict=True)]

    assert Repeated.fit(texts).among([BODIES[0], TEASER]) == [False, True]


def test_a_word_more_makes_another_paragraph():
    texts = [*articles(2), f"{BODIES[2]}\n{TEASER} File"]

    assert not Repeated.fit(texts)


def test_copies_of_one_article_count_once_whatever_stands_around_them():
    copies = [f"{BODIES[0]}\nIt rained.\nTeaser {name} of another story" for name in "abcde"]

    assert not Repeated.fit(copies)
    assert not Repeated.fit(articles(2) * 5)


def test_an_article_is_never_emptied():
    repeated = Repeated.fit(articles(3))

    assert repeated.among([TEASER]) == [False]


def test_the_order_and_number_of_times_that_articles_are_given_make_no_difference():
    texts = [*articles(3), "It rained.\nIt stopped.", f"It rained.\n{BODIES[3]}"]
    expected = Repeated.fit(texts)._keys

    assert all(Repeated.fit(order)._keys == expected for order in permutations(texts))
    assert Repeated.fit(texts * 2)._keys == expected


def test_what_does_not_fit_into_memory_is_counted_all_the_same(monkeypatch):
    texts = [f"Story {n} is told here at some length.\nTeaser {n % 7}" for n in range(200)]
    expected = Repeated.fit(texts)._keys
    monkeypatch.setattr(pair_store, "_HELD", 10)

    assert Repeated.fit(texts)._keys == expected
    assert len(expected) == 7


def test_it_goes_from_process_to_process():
    repeated = pickle.loads(pickle.dumps(Repeated.fit(articles(3))))  # noqa: S301 - our own

    assert repeated.among([BODIES[0], TEASER]) == [False, True]


@pytest.mark.parametrize("text", ["", " \n ", "...\n---"])
def test_a_text_without_letters_has_no_keys(text):
    assert keys_of(text) == []


def test_wrapped_and_unwrapped_paragraphs_are_the_same():
    wrapped = TEASER.replace("main procession", "main\nprocession")

    assert set(keys_of(f"{BODIES[0]}\n\n{wrapped}")) == set(keys_of(f"{BODIES[0]}\n{TEASER}"))


def test_letters_beyond_latin_are_distinguished():
    texts = [
        "ঢাকায় বৃষ্টি হয়েছে।\nআরও পড়ুন",
        "খুলনায় রোদ উঠেছে আজ।\nআরও পড়ুন",
        "রংপুরে শীত পড়েছে খুব।\nআরও পড়ুন",
    ]

    assert Repeated.fit(texts).among(["ঢাকায় বৃষ্টি হয়েছে।", "আরও পড়ুন"]) == [False, True]
