"""Figures of probabilities: equal to scikit-learn's, with weights and ties."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss

from textclf.evaluation.metrics import calibration_error
from textclf.evaluation.probability_figures import average_precision, probability_figures


def random_probs(seed, labels=3, texts=70):
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet(np.ones(labels), texts).round(1)
    probs /= probs.sum(axis=1, keepdims=True)
    true = rng.integers(labels, size=texts)
    return probs, true, rng.uniform(0.2, 3, texts)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("labels", [2, 3])
def test_figures_are_those_of_scikit_learn(seed, labels):
    probs, true, weights = random_probs(seed, labels)
    outcomes = np.eye(labels, dtype=bool)[true]
    stated, right = probs.max(axis=1), probs.argmax(axis=1) == true

    for weight in (None, weights):
        found = probability_figures(probs, outcomes, stated, right, weight)
        brier = brier_score_loss(
            true,
            probs[:, 1] if labels == 2 else probs,
            sample_weight=weight,
            labels=list(range(labels)),
        )
        assert found["brier_score"].value == pytest.approx(brier)
        for label in range(labels):
            ours = average_precision(probs[:, label], true == label, weight)
            theirs = average_precision_score(true == label, probs[:, label], sample_weight=weight)
            assert ours.value == pytest.approx(theirs)
            assert ours.low < ours.value < ours.high


def test_calibration_error_is_that_of_the_model_card():
    probs, true, _ = random_probs(7)
    stated, right = probs.max(axis=1), probs.argmax(axis=1) == true

    found = probability_figures(probs, np.eye(3, dtype=bool)[true], stated, right)

    assert found["calibration_error"].value == pytest.approx(calibration_error(stated, right).value)


def test_a_label_that_no_text_has_and_answers_without_probability_are_undefined():
    nothing = np.full(4, np.nan)

    assert average_precision(np.arange(4) / 4, np.zeros(4, bool)) is None
    assert probability_figures(nothing[:, None], np.zeros((4, 1), bool), nothing, nothing > 0) == {
        "brier_score": None,
        "calibration_error": None,
    }


@pytest.mark.parametrize(("texts", "most"), [(1, 0.5), (5, 0.85), (30, 0.98)])
def test_a_perfect_ranking_of_few_texts_does_not_claim_certainty(texts, most):
    true = np.arange(100) < texts

    found = average_precision(1 - np.arange(100) / 100, true)

    assert (found.value, found.high) == (1, 1)
    assert 0 < found.low < most
