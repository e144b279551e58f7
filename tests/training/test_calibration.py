"""That decisions are calibrated, and that thresholds serve the metric."""

from dataclasses import replace

import numpy as np

from textclf.training.calibration import fit_decision_rule, score


def single(texts, labels=3, seed=0):
    """Return scores whose softmax at three times their size, and rarer last, is the truth."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(texts, labels))
    logits = 3 * scores - np.arange(labels)
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = odds / odds.sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(labels, p=row) for row in chances])
    return scores, truth, chances


def test_the_probabilities_of_one_label_of_many_are_those_that_made_the_truth():
    scores, truth, chances = single(4000)

    found = fit_decision_rule("single", scores, truth).probabilities(scores)

    assert np.abs(found - chances).mean() < 0.02


def test_no_answer_is_surer_than_the_number_of_texts_allows():
    scores = np.array([[9.0, -9.0], [-9.0, 9.0]] * 25)

    found = fit_decision_rule("single", scores, np.array([0, 1] * 25)).probabilities(scores)

    assert found.max() <= 1 - 0.5 / 52 + 1e-6


def test_thresholds_raise_macro_f1_where_a_label_is_rare():
    scores, truth, _ = single(4000)
    decision = fit_decision_rule("single", scores, truth)
    probs = decision.probabilities(scores)
    flat = replace(decision, threshold=np.ones(3))

    assert score(decision, probs, truth) > score(flat, probs, truth)


def test_labels_of_few_texts_get_no_threshold_of_their_own():
    scores, truth, _ = single(57)
    truth = np.arange(57) % 3

    assert fit_decision_rule("single", scores, truth).threshold.tolist() == [1, 1, 1]


def test_of_many_labels_none_is_given_for_less_than_serves_example_based_f1():
    rng = np.random.default_rng(1)
    truth = (rng.random((600, 2)) < [0.3, 0.1]).astype(int)
    scores = truth + rng.normal(size=(600, 2))
    decision = fit_decision_rule("multi", scores, truth)
    probs = decision.probabilities(scores)

    reached = score(decision, probs, truth)

    for other in np.arange(0.0, 1.6, 0.1):
        assert reached > score(replace(decision, empty_set_utility=other), probs, truth) - 0.01
    assert reached > score(replace(decision, empty_set_utility=0.0), probs, truth) + 0.03


def test_the_temperature_and_the_biases_are_at_the_least_loss():
    """A small step to either side of any of them makes the right answers no likelier."""
    rng = np.random.default_rng(11)
    truth = rng.integers(0, 3, 600)
    scores = 0.4 * np.eye(3)[truth] + rng.normal(0, 0.3, (600, 3)) + [0.3, 0.0, -0.2]
    found = fit_decision_rule("single", scores, truth)

    def loss(slope, intercept):
        probs = replace(found, slope=slope, intercept=intercept).probabilities(scores)
        held = (intercept**2).sum() / len(truth)
        return held - np.log(probs[np.arange(len(truth)), truth]).mean()

    least = loss(found.slope, found.intercept)
    for factor in (0.9, 1.1):
        assert loss(found.slope * factor, found.intercept) > least
    for label in range(3):
        for step in (-0.1, 0.1):
            moved = found.intercept + step * (np.arange(3) == label)
            assert loss(found.slope, moved) > least


def test_where_no_text_goes_without_a_label_giving_none_is_worth_nothing():
    rng = np.random.default_rng(2)
    truth = np.eye(3, dtype=int)[rng.integers(0, 3, 500)]
    scores = truth + rng.normal(0, 0.7, (500, 3))

    found = fit_decision_rule("multi", scores, truth, True)

    assert found.empty_set_utility == 0
    assert found.given(found.probabilities(scores), at_least_one=True).any(axis=1).all()


def rivals(texts=3000):
    """Return scores of which one in two texts has exactly one of ten rivals, the others none."""
    rng = np.random.default_rng(4)
    truth = np.eye(10, dtype=int)[rng.integers(0, 10, texts)] * (rng.random(texts) < 0.5)[:, None]
    return 1.5 * truth + rng.normal(0, 0.8, truth.shape), truth


def test_what_many_rivals_give_is_decided_on_all_of_them_at_once():
    scores, truth = rivals()
    found = fit_decision_rule("multi", scores[:1500], truth[:1500])
    probs = found.probabilities(scores[1500:])

    reached = score(found, probs, truth[1500:])

    for level in np.arange(0.1, 0.8, 0.1):
        flat = replace(found, empty_set_utility=None, threshold=np.full(10, level))
        assert reached > score(flat, probs, truth[1500:])
