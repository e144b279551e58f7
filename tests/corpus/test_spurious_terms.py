"""Function words and names among strong terms are reported, and other words are not."""

from textclf.corpus.spurious_terms import names, spurious
from textclf.text.function_words import FUNCTION_WORDS

TEXTS = [
    "Police in Quetta said on Friday that the road to Mastung was shut.",
    "The shutters of the market in Mastung stayed down. Police left.",
]


def test_a_name_is_capitalised_inside_sentences():
    assert names(TEXTS) == {"quetta", "mastung", "friday"}


def test_a_word_that_only_begins_sentences_is_no_name():
    assert "police" not in names(TEXTS)


def test_function_words_and_names_are_reported_and_other_terms_are_not():
    terms = list(spurious(["riot", "which", "mastung", "road to"], names(TEXTS)))

    assert terms == [("which", "function word"), ("mastung", "name")]


def test_no_word_of_blame_or_praise_is_taken_for_a_function_word():
    assert not FUNCTION_WORDS & {"failed", "lack", "despite", "rightly", "well", "welcome", "good"}
