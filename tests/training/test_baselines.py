"""What a model must beat: the most frequent answer, and a count of keywords."""

import pytest

from textclf.codebook.scheme import Label, Scheme
from textclf.training.baselines import Keywords, Stems, majority

SKY = Scheme("sky", (Label("dry"), Label("rain")))
THEMES = Scheme("themes", (Label("crowds"), Label("law"), Label("money")), "multi")
TERMS = {"rain": ["shower", "burst its banks"], "dry": ["drought"]}


def answer(rule, text):
    return rule.answer(Stems().of(text))


def of_terms(terms, answers=(("dry",),), scheme=SKY):
    return Keywords.of_terms(scheme, terms, answers, Stems())


@pytest.mark.parametrize(
    ("answers", "most"),
    [
        ([("rain",), ("dry",), ("rain",)], ("rain",)),
        ([("rain",), ("dry",)], ("dry",)),
        ([("law", "money"), ("law",), ("law", "money")], ("law", "money")),
        ([(), (), ("law",)], ()),
    ],
)
def test_the_majority_is_the_most_frequent_answer_and_the_first_of_equals(answers, most):
    assert majority(answers) == most


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Showers crossed the valley.", ("rain",)),
        ("The river bursts its bank at noon.", ("rain",)),
        ("The bank burst.", ("dry",)),
        ("Droughts, and after a drought a shower and banks that burst its banks", ("rain",)),
        ("A drought and a shower.", ("dry",)),
        ("", ("dry",)),
    ],
)
def test_the_label_with_the_most_distinct_terms_wins_and_the_first_of_equals(text, found):
    assert answer(of_terms(TERMS), text) == found


def test_a_text_without_any_keyword_takes_the_most_frequent_answer():
    rule = of_terms(TERMS, [("rain",), ("rain",), ("dry",)])

    assert answer(rule, "Goats grazed.") == ("rain",)


def test_a_term_of_many_words_is_found():
    rule = of_terms({"rain": ["the highest water level in living memory"]})

    assert answer(rule, "It is the highest water level in living memory, she said.") == ("rain",)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The court fined the bank.", ("law", "money")),
        ("The court heard the judge and a lawyer on the bank.", ("law",)),
        ("The court heard the judge on the bank.", ("law", "money")),
    ],
)
def test_several_labels_are_those_with_half_as_many_terms_as_the_first(text, found):
    terms = {"law": ["court", "judge", "lawyer"], "money": ["bank"]}

    assert answer(of_terms(terms, [()], THEMES), text) == found


TEXTS = [
    *["the shower soaked the fair"] * 3,
    *["the drought parched the fair"] * 3,
    "the shower passed",
    "a parched field",
]
ANSWERS = [*[("rain",)] * 3, *[("dry",)] * 3, ("rain",), ("dry",)]


def learned(texts, answers, scheme=SKY):
    stems = Stems()
    return Keywords.learned(scheme, [stems.of(text) for text in texts], answers)


def test_the_learned_keywords_are_the_words_that_go_with_a_label():
    rule = learned(TEXTS, ANSWERS)

    assert rule.keywords["rain"] >= {"shower", "soak"}
    assert rule.keywords["dry"] >= {"drought", "parch"}
    assert not rule.keywords["rain"] & rule.keywords["dry"]


def test_a_word_in_few_texts_or_in_all_alike_is_no_keyword():
    rule = learned(TEXTS, ANSWERS)

    every = rule.keywords["rain"] | rule.keywords["dry"]
    assert not every & {"pass", "field", "fair"}


def test_the_learned_keywords_are_the_twenty_most_telling():
    words = [f"w{letter}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    texts = [*[" ".join(words)] * 5, *["plain"] * 5, " ".join(words[6:])]
    answers = [*[("rain",)] * 5, *[("dry",)] * 5, ("dry",)]

    rule = learned(texts, answers)

    assert len(rule.keywords["rain"]) == 20
    assert rule.keywords["rain"] >= set(words[:6])


def test_a_label_that_nothing_has_gets_no_keywords():
    rule = learned(TEXTS, [("rain",)] * len(TEXTS))

    assert rule.keywords["dry"] == frozenset()


def test_the_learned_rule_answers_texts_that_it_has_not_seen():
    rule = learned(TEXTS, ANSWERS)

    assert answer(rule, "Soaking showers!") == ("rain",)
    assert answer(rule, "Parching droughts!") == ("dry",)
