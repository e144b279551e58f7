"""The engine scores as the reference does, and its contributions add up."""

import numpy as np
import pytest
from conftest import BOTH, SPORT, WEATHER
from hypothesis import given
from hypothesis import strategies as st

from textclf.counting import count
from textclf.engine import NumpyEngine
from textclf.lexicon import Lexicon
from textclf.reference import TextClassifier

X = SPORT + WEATHER + BOTH
Y = ["sport"] * 6 + ["weather"] * 6 + ["both"] * 2
MULTI = np.array([[y != "weather", y != "sport"] for y in Y], int)
LEXICON = Lexicon((("play", ("goal", "the match", "captain")), ("sky", ("rain", "snow", "wind"))))
CONFIGS = {
    "words and characters": ({"char_min_df": 1}, Y),
    "words alone": ({"char_ngrams": None}, Y),
    "characters alone": ({"word_ngrams": None, "char_min_df": 1}, Y),
    "long n-grams": ({"word_ngrams": (2, 3), "char_ngrams": (1, 6), "char_min_df": 1}, Y),
    "binary weighting": ({"weightings": ("binary",), "char_min_df": 1}, Y),
    "groups": ({"lexicon": LEXICON, "group_ngrams": (1, 3), "char_min_df": 1}, Y),
    "groups alone": ({"lexicon": LEXICON, "word_ngrams": None, "char_ngrams": None}, Y),
    "two classes": ({"char_min_df": 1}, ["x" if y == "sport" else "y" for y in Y]),
    "several labels": ({"char_min_df": 1}, MULTI),
}
MODELS = {name: TextClassifier(**config).fit(X, y) for name, (config, y) in CONFIGS.items()}
PHRASES = [phrase for _, phrases in LEXICON.groups for phrase in phrases]
TERMS = sorted({term for m in MODELS.values() for v in m.form_.views for term in v.terms}) + PHRASES
GLUE = st.sampled_from(
    [" ", "  ", "\n\n", ", ", ". ", "-", "", "\u00a0", " x ", "\u0130", "\u03a3 "]
)
PIECES = st.sampled_from(TERMS) | st.sampled_from(TERMS).map(str.upper)
TEXTS = st.lists(st.tuples(PIECES, GLUE), max_size=25).map(
    lambda pairs: "".join(map("".join, pairs))
)
EDGES = [
    "",
    " ",
    "\x00",
    "goal " * 70_000,
    "goal" * 50_000,
    "\ud800goal",
    "\u0130stanbul\u03a3 rain",
]


@pytest.mark.parametrize("name", MODELS)
@given(text=TEXTS)
def test_the_engine_scores_as_the_reference(name, text):
    model = MODELS[name]

    expected = model.scores(count([text], model.views()))[0]
    found = NumpyEngine([model.form_]).score(text)[0].scores[0]

    assert np.allclose(found, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("text", EDGES, ids=lambda text: repr(text[:12]))
@pytest.mark.parametrize("name", MODELS)
def test_the_engine_scores_as_the_reference_at_the_edges(name, text):
    model = MODELS[name]

    expected = model.scores(count([text], model.views()))[0]
    found = NumpyEngine([model.form_]).score(text)[0].scores[0]

    assert np.allclose(found, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
@given(text=TEXTS)
def test_contributions_and_bias_add_up_to_the_score(name, text):
    form = MODELS[name].form_
    engine = NumpyEngine([form])

    score = engine.score(text)[0].scores[0]

    for label, total in enumerate(score):
        parts = engine.contributions(text, 0, label, (0, len(text)))
        assert abs(parts.weights.sum() + form.bias[label] - total) < 1e-6


@given(first=TEXTS, second=TEXTS)
def test_a_passage_is_scored_as_if_it_stood_alone(first, second):
    engine = NumpyEngine([MODELS["words and characters"].form_])
    text = f"{first}\n\n{second}"
    spans = [(0, len(first)), (len(first) + 2, len(text))]

    rows = engine.score(text, [spans])[0].scores

    assert np.allclose(rows[1], engine.score(first)[0].scores[0], atol=1e-9)
    assert np.allclose(rows[2], engine.score(second)[0].scores[0], atol=1e-9)


@given(text=TEXTS)
def test_several_models_score_together_as_each_alone(text):
    forms = [model.form_ for model in MODELS.values()]

    together = NumpyEngine(forms).score(text)

    for form, found in zip(forms, together, strict=True):
        assert np.array_equal(found.scores, NumpyEngine([form]).score(text)[0].scores)


def test_a_text_without_a_known_word_scores_the_bias_and_knows_nothing():
    form = MODELS["words and characters"].form_

    found = NumpyEngine([form]).score("\u06cc\u06c1 \u062e\u0628\u0631")[0]

    assert np.allclose(found.scores[0], form.bias)
    assert found.known[0] == 0


def test_the_known_share_counts_words():
    found = NumpyEngine([MODELS["words alone"].form_]).score("captain qwzx goal")[0]

    assert found.known[0] == pytest.approx(2 / 3)
