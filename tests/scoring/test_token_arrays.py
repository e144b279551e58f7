"""Many texts score as each alone, whatever stands beside them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_numpy_scorer import EDGES, LARGE, MODELS, TEXTS

from textclf.scoring._token_arrays import Batch, batched, tally
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.scoring.vocabulary import hashes
from textclf.text.tokens import word_ngrams, words

SCORERS = {name: NumpyScorer([model.linear_weights_]) for name, model in MODELS.items()}
LETTERS = st.text(
    st.sampled_from("ab_1 .\n\t\u00e9\u0130\u03a3\ud800\u0915\u093f\U0001f600"), max_size=12
)


def alike(scorer, texts):
    """Return whether texts score together as one by one, and are known alike."""
    alone = [scorer.score([text]) for text in texts]
    return all(
        np.allclose(together.scores[row], one[linear_weights].scores[0], rtol=0, atol=1e-9)
        and together.in_vocabulary[row] == pytest.approx(one[linear_weights].in_vocabulary[0])
        for linear_weights, together in enumerate(scorer.score(texts))
        for row, one in enumerate(alone)
    )


@given(texts=st.lists(TEXTS | LETTERS, max_size=6))
def test_texts_score_together_as_each_alone(texts):
    assert [name for name in MODELS if not alike(SCORERS[name], texts)] == []


@pytest.mark.parametrize(
    "large", [[], pytest.param(LARGE, marks=pytest.mark.slow)], ids=["small", "large"]
)
@pytest.mark.parametrize("name", MODELS)
def test_odd_texts_score_beside_others_as_alone(name, large):
    assert alike(SCORERS[name], [*EDGES, *large, "The captain scored."])


@given(texts=st.lists(TEXTS, max_size=4))
def test_several_models_score_texts_as_each_alone(texts):
    assert alike(NumpyScorer([model.linear_weights_ for model in MODELS.values()]), texts)


@pytest.mark.parametrize("name", MODELS)
def test_no_text_has_no_row(name):
    (found,) = SCORERS[name].score([])

    assert found.scores.shape == (0, len(MODELS[name].linear_weights_.bias))
    assert found.in_vocabulary.shape == (0,)


@pytest.mark.slow
def test_every_code_point_has_the_class_that_the_analysis_gives_it():
    texts = [
        " ".join(f"a{chr(point)}b" for point in range(start, start + 4096))
        for start in range(0, 0x110000, 4096)
    ]

    for text in texts:
        assert np.array_equal(Batch([text]).words.hashes, hashes(words(text).texts))


@given(
    texts=st.lists(LETTERS, min_size=1, max_size=5), low=st.integers(1, 3), more=st.integers(0, 2)
)
def test_words_and_ngrams_stand_where_they_stand_in_each_text(texts, low, more):
    found = Batch(texts).words

    for text, start, end in zip(texts, found.bounds, found.bounds[1:], strict=False):
        assert found.starts[start:end].tolist() == words(text).starts
    for n, (firsts, hashed) in enumerate(found.ngrams(low, low + more), start=low):
        expected = [
            gram
            for text in texts
            for grams in word_ngrams(words(text).texts, n, n)
            for gram in grams
        ]
        assert np.array_equal(hashed, hashes(expected))
        assert (firsts + n <= len(found.hashes)).all()


@given(texts=st.lists(st.text("ab\n", max_size=300_000), max_size=3))
def test_batches_hold_all_texts_in_order(texts):
    found = [batch.texts for batch in batched(texts)]

    assert [text for batch in found for text in batch] == texts
    assert all(found)


def test_a_tally_tells_how_often_each_text_holds_a_term():
    found = tally(np.array([1, 0, 1, 1]), np.array([5, 7, 5, 2]))

    assert [column.tolist() for column in found] == [[0, 1, 1], [7, 2, 5], [1, 1, 2]]
