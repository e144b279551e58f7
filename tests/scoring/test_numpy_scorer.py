"""Every scorer gives the scores of the estimator, and its contributions add up.

The native scorer is tested as it is made, without the special instructions of the processor,
and as it is laid out once it has many texts to score.
"""

from dataclasses import replace
from functools import cache, partial
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from small_models import BOTH, SPORT, WEATHER

from textclf.scoring.native_scorer import NativeScorer, why_unavailable
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.scoring.weights import LinearWeights
from textclf.text.features import CharNgrams, LexiconNgrams, WordNgrams
from textclf.text.lexicon import Lexicon
from textclf.text.tokens import words
from textclf.training.counts import count
from textclf.training.estimator import LinearTextClassifier


def laid_out(weight_sets):
    scorer = NativeScorer(weight_sets)
    scorer.score([""] * 64)
    return scorer


built = pytest.mark.skipif(bool(why_unavailable()), reason=why_unavailable())
MAKERS = {
    "numpy": NumpyScorer,
    "native": NativeScorer,
    "portable": partial(NativeScorer, portable=True),
    "laid out": laid_out,
}
SCORERS = [pytest.param(name, marks=[built] if name != "numpy" else []) for name in MAKERS]
HERE = ["numpy"] if why_unavailable() else list(MAKERS)

X = SPORT + WEATHER + BOTH
Y = ["sport"] * 6 + ["weather"] * 6 + ["both"] * 2
MULTI = np.array([[y != "weather", y != "sport"] for y in Y], int)
LEXICON = Lexicon(
    (
        ("play", ("goal", "the match", "captain", "the match was over")),
        ("sky", ("rain", "snow", "wind", "the match")),
        ("time", ("night", "Friday", "until Friday", "gen", "dr")),
    )
)
CONFIGS = {
    "words and characters": ({"char_min_df": 1}, Y),
    "words alone": ({"char_ngrams": None}, Y),
    "characters alone": ({"word_ngrams": None, "char_min_df": 1}, Y),
    "long n-grams": ({"word_ngrams": (2, 3), "char_ngrams": (1, 6), "char_min_df": 1}, Y),
    "binary weighting": ({"weightings": ("binary",), "char_min_df": 1}, Y),
    "both weightings": ({"weightings": ("log", "binary"), "char_min_df": 1}, Y),
    "the first words as well": (
        {
            "feature_groups": (
                WordNgrams(1, 2),
                CharNgrams(3, 5),
                WordNgrams(1, 2, "binary", first_words=4),
            ),
            "char_min_df": 1,
        },
        Y,
    ),
    "long n-grams of the first words": (
        {"feature_groups": (WordNgrams(1, 3), WordNgrams(1, 3, first_words=3))},
        Y,
    ),
    "groups": (
        {
            "feature_groups": (
                WordNgrams(1, 2),
                CharNgrams(3, 5),
                LexiconNgrams(1, 3, lexicon=LEXICON),
            ),
            "char_min_df": 1,
        },
        Y,
    ),
    "groups alone": ({"feature_groups": (LexiconNgrams(1, 2, lexicon=LEXICON),)}, Y),
    "two classes": ({"char_min_df": 1}, ["x" if y == "sport" else "y" for y in Y]),
    "several labels": ({"char_min_df": 1}, MULTI),
}
MODELS = {name: LinearTextClassifier(**config).fit(X, y) for name, (config, y) in CONFIGS.items()}
PHRASES = [phrase for _, phrases in LEXICON.categories for phrase in phrases]
TERMS = (
    sorted({term for m in MODELS.values() for v in m.linear_weights_.groups for term in v.terms})
    + PHRASES
)
GLUE = st.sampled_from(
    [
        " ",
        "  ",
        "\n\n",
        ", ",
        ". ",
        "!? ",
        '." ',
        ".’ “",
        ". (",
        ".\n",
        "-",
        "",
        "\u00a0",
        "\u2028",
        "\u0085",
        " x ",
        " É. ",
        " 7 ",
        "\u0130",
        "\u0307",
        "\u212a",
        "\u023a",
        "\U0001f327",
        "\u03a3 ",
        "\ud800",
    ]
)
PIECES = st.one_of(
    st.sampled_from(TERMS),
    st.sampled_from(TERMS).map(str.upper),
    st.sampled_from(TERMS).map(str.title),
    st.sampled_from(TERMS).map(lambda term: term[: len(term) // 2]),
    st.sampled_from(["Gen", "Dr", "i.e", "No", "A", "J"]),
)
TEXTS = st.lists(st.tuples(PIECES, GLUE), max_size=25).map(
    lambda pairs: "".join(map("".join, pairs))
)
EDGES = [
    "",
    " ",
    "\x00",
    ".",
    "goal " * 300,
    "goal" * 300,
    "goal. Rain! " * 200,
    "the match was " * 100 + "over",
    "\ud800goal",
    "\u0130stanbul\u03a3 rain",
    "\u0130stanbul rain",
    "\u212a" * 40 + " goal",
    "“Rain.” ‘Gen. Snow’ (Dr. Wind) [Goal.] 'A. Captain' É. Night i.e. Friday",
]
LARGE = ["goal " * 70_000, "goal" * 20_000, "goal. Rain! " * 1000]


@cache
def scorer_of(maker, *names):
    return MAKERS[maker]([MODELS[name].linear_weights_ for name in names])


def expected(name, text):
    model = MODELS[name]
    return model.scores(count([text], model.groups()))[0]


@given(text=TEXTS)
def test_each_scorer_scores_as_the_reference(text):
    for name in MODELS:
        scores = expected(name, text)
        for maker in HERE:
            found = scorer_of(maker, name).score([text])[0].scores[0]
            assert np.allclose(found, scores, rtol=0, atol=1e-6), (maker, name)


@pytest.mark.parametrize(
    "text",
    [*EDGES, *(pytest.param(text, marks=pytest.mark.slow) for text in LARGE)],
    ids=lambda text: repr(text[:12]),
)
@pytest.mark.parametrize("name", MODELS)
def test_the_engines_score_as_the_reference_at_the_edges(name, text):
    scores = expected(name, text)

    for maker in HERE:
        scorer = scorer_of(maker, name)
        for texts in ([text], [text, ""]):
            assert np.allclose(scorer.score(texts)[0].scores[0], scores, rtol=0, atol=1e-6)


@given(text=TEXTS)
def test_contributions_and_bias_add_up_to_the_score(text):
    for maker, name in product(HERE, MODELS):
        scorer, bias = scorer_of(maker, name), MODELS[name].linear_weights_.bias
        for label, total in enumerate(scorer.score([text])[0].scores[0]):
            parts = scorer.contributions(text, 0, label, (0, len(text)))
            added = sum(weight for *_, weight in parts) + bias[label]
            assert abs(added - total) < 1e-6, (maker, name, label)


@pytest.mark.parametrize("maker", SCORERS)
@pytest.mark.parametrize("name", ["words and characters", "the first words as well"])
@given(first=TEXTS, second=TEXTS)
def test_a_passage_is_scored_as_if_it_stood_alone(maker, name, first, second):
    scorer = scorer_of(maker, name)
    text = f"{first}\n\n{second}"
    spans = [(0, len(first)), (len(first) + 2, len(text))]

    rows = scorer.score([text, text], [[], spans], {0})[0].scores
    alone = scorer.score([text, text, first, second])[0].scores

    assert np.allclose(rows, alone, atol=1e-9)


@pytest.mark.parametrize("maker", SCORERS)
@given(text=TEXTS)
def test_several_models_score_together_as_each_alone(maker, text):
    together = scorer_of(maker, *MODELS).score([text])

    for name, found in zip(MODELS, together, strict=True):
        assert np.array_equal(found.scores, scorer_of(maker, name).score([text])[0].scores)


@pytest.mark.parametrize("maker", SCORERS)
@given(texts=st.lists(TEXTS, max_size=5))
def test_many_texts_are_scored_as_each_is(maker, texts):
    scorer = scorer_of(maker, *MODELS)

    found = scorer.score(texts)

    for place, text in enumerate(texts):
        for whole, one in zip(found, scorer.score([text]), strict=True):
            assert np.allclose(whole.scores[place], one.scores[0], rtol=0, atol=1e-12)
            assert whole.in_vocabulary[place] == one.in_vocabulary[0]
    assert [one.scores.shape[0] for one in found] == [len(texts)] * len(MODELS)


@built
@pytest.mark.parametrize("maker", ["native", "portable", "laid out"])
@given(text=TEXTS, cuts=st.tuples(*[st.integers(0, 400)] * 4))
@example(text="É “goal” " + "the match was over, captain " * 20, cuts=(0, 90, 200, 400))
def test_the_compiled_engine_finds_what_numpy_finds_where_numpy_does(maker, text, cuts):
    names = ["words and characters", "characters alone", "groups", "both weightings"]
    names.append("the first words as well")
    scorer, plain = scorer_of(maker, *names), scorer_of("numpy", *names)
    spans = [tuple(sorted(cuts[:2])), tuple(sorted(cuts[2:]))]
    asked = [text, "", text], [spans, [(0, 1)], spans[:1]], {0, 1, 3, 4}

    found, wanted = scorer.score(*asked), plain.score(*asked)

    for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
        assert np.allclose(one.scores, other.scores, rtol=0, atol=1e-9)
        assert np.allclose(one.in_vocabulary, other.in_vocabulary, rtol=0, atol=1e-12)
        here = scorer.contributions(text, number, 0, spans[0])
        there = plain.contributions(text, number, 0, spans[0])
        assert [place[:2] for place in here] == [place[:2] for place in there]
        assert np.allclose([place[2] for place in here], [place[2] for place in there], atol=1e-9)


@pytest.mark.parametrize("maker", SCORERS)
@given(text=TEXTS, most=st.integers(0, 9) | st.just(300))
@example(text="the captain scored a goal and the match was over " * 20, most=257)
def test_the_heaviest_places_are_those_of_all_that_weigh_most(maker, text, most):
    scorer = scorer_of(maker, "words and characters")
    found = scorer.contributions(text, 0, 1, (0, len(text)))
    ranked = sorted((place for place in found if place[2] > 0), key=lambda one: (-one[2], one[:2]))

    heaviest = scorer.contributions(text, 0, 1, (0, len(text)), most)

    assert heaviest == ranked[:most]


def limited_to(first_words):
    """Return the weights of words alone, with a first-words limit."""
    linear_weights = MODELS["long n-grams of the first words"].linear_weights_
    groups = [
        replace(
            linear_weights.groups[0],
            group=replace(linear_weights.groups[0].group, first_words=first_words),
        )
    ]
    return LinearWeights(tuple(groups), linear_weights.bias)


@cache
def scorer_with_limits(maker, *limits):
    return MAKERS[maker]([limited_to(first_words) for first_words in limits])


@pytest.mark.parametrize("maker", SCORERS)
@given(text=TEXTS, first_words=st.integers(1, 9))
@example(text="a Goal x. The match was over 7 goal goal", first_words=3)
def test_first_words_score_as_a_text_that_ends_with_them(maker, text, first_words):
    ends = words(text).ends
    cut = text[: ends[first_words - 1]] if len(ends) > first_words else text
    first, whole = scorer_with_limits(maker, first_words), scorer_with_limits(maker, 0)

    found, wanted = first.score([text])[0], whole.score([cut])[0]

    assert np.allclose(found.scores, wanted.scores, rtol=0, atol=1e-12)
    for label in range(3):
        here = first.contributions(text, 0, label, (0, len(text)))
        there = whole.contributions(cut, 0, label, (0, len(cut)))
        assert [place[:2] for place in here] == [place[:2] for place in there]
        assert np.allclose([place[2] for place in here], [place[2] for place in there], atol=1e-12)


@pytest.mark.parametrize("maker", SCORERS)
@given(text=TEXTS)
def test_models_of_different_first_words_limits_score_together_as_each_alone(maker, text):
    limits = (0, 1, 3, 3, 7)

    together = scorer_with_limits(maker, *limits).score([text, text], [[(2, 90)], []], {0, 2, 4})

    for first_words, found, spanned in zip(limits, together, [1, 0, 1, 0, 1], strict=True):
        alone = scorer_with_limits(maker, first_words).score(
            [text, text], [[(2, 90)], []], {0} if spanned else ()
        )
        assert np.array_equal(found.scores, alone[0].scores)
        assert np.array_equal(found.in_vocabulary, alone[0].in_vocabulary)


@pytest.mark.parametrize("maker", SCORERS)
def test_a_word_is_known_wherever_it_is_and_counts_in_the_first_words_alone(maker):
    (found,) = scorer_with_limits(maker, 1).score(["qwzx captain goal", "goal captain qwzx"])

    assert found.in_vocabulary.tolist() == [pytest.approx(2 / 3)] * 2
    assert np.allclose(found.scores[0], limited_to(1).bias, rtol=0, atol=1e-12)
    assert not np.allclose(found.scores[1], limited_to(1).bias, rtol=0, atol=1e-3)


@pytest.mark.parametrize("maker", SCORERS)
def test_what_first_words_add_is_shown_at_the_word_once(maker):
    text = "Goal, he said; goal"
    both = MODELS["long n-grams of the first words"].linear_weights_
    parts = [LinearWeights((group,), both.bias) for group in both.groups]

    found = MAKERS[maker]([both]).contributions(text, 0, 1, (0, len(text)))
    words_alone, first_words_alone = (
        {(a, b): w for a, b, w in MAKERS[maker]([part]).contributions(text, 0, 1, (0, 19))}
        for part in parts
    )

    assert {place[:2] for place in found} == set(words_alone)
    assert (0, 4) in first_words_alone
    assert (15, 19) not in first_words_alone
    for start, end, weight in found:
        added = words_alone[start, end] + first_words_alone.get((start, end), 0)
        assert weight == pytest.approx(added)


@pytest.mark.parametrize("maker", SCORERS)
def test_a_text_without_a_known_word_scores_the_bias_and_knows_nothing(maker):
    found = scorer_of(maker, "words and characters").score(["\u06cc\u06c1 \u062e\u0628\u0631"])[0]

    assert np.allclose(found.scores[0], MODELS["words and characters"].linear_weights_.bias)
    assert found.in_vocabulary[0] == 0


@pytest.mark.parametrize("maker", SCORERS)
def test_the_known_share_counts_words(maker):
    found = scorer_of(maker, "words alone").score(["captain qwzx goal"])[0]

    assert found.in_vocabulary[0] == pytest.approx(2 / 3)
