"""One analysis for training and prediction: the same terms as scikit-learn's, with places."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from textclf.errors import InputError
from textclf.text.features import FeatureGroup, tells_something, terms
from textclf.text.lexicon import Lexicon
from textclf.text.tokens import chunks, words

VIEWS = [
    FeatureGroup("word", 1, 1),
    FeatureGroup("word", 1, 2),
    FeatureGroup("word", 2, 3),
    FeatureGroup("char_wb", 3, 5),
    FeatureGroup("char_wb", 1, 2),
    FeatureGroup("char_wb", 4, 8),
]
TEXTS = st.text(
    st.sampled_from("abAB12 .,'-\n\t_\u0130\u03a3\u03c3\u03c2\u0085\u2028\u00e9\ud800\ufb01\u0645"),
    max_size=40,
)


@pytest.mark.parametrize("view", VIEWS, ids=str)
@given(text=TEXTS)
@example(text="\u0130\u0130 A\u03a3 A\u03a3B")
@example(text="")
def test_a_view_gives_the_terms_of_scikit_learn(view, text):
    analyze = CountVectorizer(
        analyzer=view.analyzer, ngram_range=(view.low, view.high)
    ).build_analyzer()

    assert sorted(terms(text, view)) == sorted(analyze(text))


@given(text=TEXTS, first_words=st.integers(1, 8))
@example(text="a ab 1 abc_ ab", first_words=2)
def test_a_lead_is_the_first_words_of_a_text_and_the_runs_within(text, first_words):
    first = " ".join(words(text).texts[:first_words])

    assert terms(text, FeatureGroup("word", 1, 3, first_words=first_words)) == terms(
        first, FeatureGroup("word", 1, 3)
    )


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
    assert tells_something(term) is tells


@pytest.mark.parametrize(
    "wrong",
    [
        ("words", 1, 2),
        ("word", 0, 2),
        ("word", 3, 2),
        ("char_wb", 1, 99),
        ("word", 1, 2, "tfidf"),
        *(
            ("word", 1, 2, "log", None, first_words)
            for first_words in [-1, 2.0, True, "9", None, 10**7]
        ),
        ("char_wb", 3, 5, "log", None, 60),
        ("group", 1, 2, "log", Lexicon((("a", ("goal",)),)), 60),
    ],
    ids=str,
)
def test_a_view_that_cannot_be_is_refused(wrong):
    with pytest.raises(InputError):
        FeatureGroup(*wrong)
