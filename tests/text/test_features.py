"""One analysis for training and prediction: the same terms as scikit-learn's, with places."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from textclf.errors import InputError
from textclf.text.features import (
    CharNgrams,
    LexiconNgrams,
    SentenceFilter,
    WordNgrams,
    feature_group,
    may_enter_vocabulary,
)
from textclf.text.lexicon import Lexicon
from textclf.text.tokens import chunks, words

GROUPS = [
    WordNgrams(1, 1),
    WordNgrams(1, 2),
    WordNgrams(2, 3),
    CharNgrams(3, 5),
    CharNgrams(1, 2),
    CharNgrams(4, 8),
]
TEXTS = st.text(
    st.sampled_from("abAB12 .,'-\n\t_\u0130\u03a3\u03c3\u03c2\u0085\u2028\u00e9\ud800\ufb01\u0645"),
    max_size=40,
)


@pytest.mark.parametrize("group", GROUPS, ids=str)
@given(text=TEXTS)
@example(text="\u0130\u0130 A\u03a3 A\u03a3B")
@example(text="")
def test_words_and_characters_give_the_terms_of_scikit_learn(group, text):
    analyze = CountVectorizer(
        analyzer=group.kind, ngram_range=(group.low, group.high)
    ).build_analyzer()

    assert sorted(group.terms(text)) == sorted(analyze(text))


@given(text=TEXTS, first_words=st.integers(1, 8))
@example(text="a ab 1 abc_ ab", first_words=2)
def test_first_words_give_the_terms_of_a_text_that_ends_after_them(text, first_words):
    first = " ".join(words(text).texts[:first_words])

    limited = WordNgrams(1, 3, first_words=first_words)
    assert limited.terms(text) == WordNgrams(1, 3).terms(first)


@given(text=TEXTS)
def test_a_word_stands_where_its_place_says(text):
    found = words(text)

    there = [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)]
    assert [_folded(word) for word in found.texts] == [_folded(word) for word in there]


def _folded(word: str) -> str:
    """Drop what depends on a letter's neighbours: the final sigma, the dot of a dotted I."""
    return word.casefold().replace("\u0307", "")


@given(text=TEXTS)
def test_chunks_are_what_stands_between_white_space(text):
    found = chunks(text)

    assert [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == text.split()


@pytest.mark.parametrize(
    ("term", "tells"), [("2016", False), ("16 crore", True), (" - ", False), ("ab1", True)]
)
def test_a_bare_number_tells_nothing(term, tells):
    assert may_enter_vocabulary(term) is tells


LEXICON = Lexicon((("people", ("shia", "hindus")), ("violence", ("shot dead",))))
WITHIN = SentenceFilter(LEXICON, within=("people", "quotation"))
WITHOUT = SentenceFilter(LEXICON, without=("violence",))
ALL_OPTIONS = [
    *GROUPS,
    WordNgrams(1, 2, "binary", first_words=30, sentences=WITHIN),
    WordNgrams(1, 1, sentences=WITHOUT),
    CharNgrams(2, 4, sentences=SentenceFilter(LEXICON, ("people",), ("violence",))),
    LexiconNgrams(1, 3, "binary", lexicon=LEXICON),
]


@pytest.mark.parametrize("group", ALL_OPTIONS, ids=lambda group: group.name)
def test_a_group_reads_back_from_its_entry_in_a_model_file(group):
    entry = json.loads(json.dumps(group.as_dict()))

    assert feature_group(entry, group.lexicon) == group


def test_the_name_of_a_group_says_all_its_options():
    assert [group.name for group in ALL_OPTIONS[-4:]] == [
        "word 1-2 binary, first 30 words, within people quotation",
        "word 1-1 log, without violence",
        "char_wb 2-4 log, within people, without violence",
        "group 1-3 binary",
    ]


BASIC = {"low": 1, "high": 2, "weighting": "log"}


@pytest.mark.parametrize(
    ("entry", "lexicon"),
    [
        ({"analyzer": "words"}, None),
        ({}, None),
        ({"analyzer": "word", "pattern": ".*"}, None),
        ({"analyzer": "word", "within": ["people"]}, None),
        ({"analyzer": "word", "within": "people"}, LEXICON),
        ({"analyzer": "word", "within": {"people": 1}}, LEXICON),
        ({"analyzer": "word"}, LEXICON),
        ({"analyzer": "char_wb", "first_words": 60}, None),
        ({"analyzer": "char_wb"}, LEXICON),
        ({"analyzer": "group"}, None),
        ({"analyzer": "group", "within": ["people"]}, LEXICON),
        ({"analyzer": "group", "first_words": 60}, LEXICON),
    ],
    ids=str,
)
def test_a_kind_refuses_options_that_it_does_not_have(entry, lexicon):
    with pytest.raises((InputError, TypeError)):
        feature_group(BASIC | entry, lexicon)


@pytest.mark.parametrize("kind", [WordNgrams, CharNgrams])
@pytest.mark.parametrize("range_", [(0, 2), (3, 2), (1, 99)])
def test_a_range_of_n_grams_that_is_not_possible_is_refused(kind, range_):
    with pytest.raises(InputError, match="use 1 <= low <= high <= 8"):
        kind(*range_)


def test_an_unknown_weighting_is_refused():
    with pytest.raises(InputError, match="use 'log' or 'binary'"):
        WordNgrams(1, 2, "tfidf")


@pytest.mark.parametrize("limit", [-1, 2.0, True, "9", None, 10**7])
def test_a_first_words_limit_that_is_no_number_of_words_is_refused(limit):
    with pytest.raises(InputError, match="first_words is"):
        WordNgrams(1, 2, first_words=limit)


def test_a_sentence_filter_names_categories_of_its_lexicon():
    with pytest.raises(InputError, match="has no category 'nobody'"):
        SentenceFilter(LEXICON, within=("nobody",))
    with pytest.raises(InputError, match="give within or without"):
        SentenceFilter(LEXICON)
