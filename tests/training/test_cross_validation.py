"""What the card says: how good the answers are, and which are worth giving."""

import numpy as np
from small_models import MULTI, SINGLE

from textclf.model.card import CoverageLevel, CrossValidation, Estimate, ModelCard
from textclf.model.model import Model
from textclf.training.cross_validation import closed, quality

ANSWERS = [("sport",), ("sport",), ("weather",), ("weather",)]
GROUPS = ["a", "b", "c", "d"]


def told(scheme, probs, answers=ANSWERS):
    probs = np.array(probs)
    top = probs == probs.max(axis=1, keepdims=True)
    return quality(scheme, probs, top, answers, {"majority": [("sport",)] * 4}, GROUPS)


def test_the_surest_answers_are_right_more_often_where_sureness_means_something():
    rows = told(SINGLE, [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.6, 0.4]]).coverage

    by_share = {row.answered: row for row in rows}
    assert by_share[1.0].abstain == 0.6
    assert by_share[1.0].right.value == 0.75
    assert by_share[0.75].right.value == 1.0


def test_an_answer_of_many_labels_is_as_sure_as_its_least_sure_yes_or_no():
    """The yes of 0.9 has nos of 0.6 and 0.7 beside it."""
    probs = [[0.4, 0.9, 0.3]] * 4

    rows = told(MULTI, probs, [("sport",)] * 4).coverage

    assert rows[0].abstain == 0.6


def test_what_a_label_implies_is_given_with_it():
    assert closed(MULTI, np.array([False, False, True])) == ("outdoors", "weather")


def test_to_answer_fewer_texts_takes_a_higher_probability(beat):
    levels = [beat.abstain_for(share) for share in (0.9, 0.72, 0.5, 0.1)]

    assert levels == sorted(levels)
    assert levels[0] < levels[-1]


def test_between_two_shares_the_probability_is_interpolated(beat):
    levels = (CoverageLevel(1.0, 0.2, Estimate()), CoverageLevel(0.5, 0.8, Estimate()))
    card = ModelCard(cross_validation=CrossValidation(coverage=levels))
    model = Model(beat.scheme, beat.linear_weights, beat.decision, card)

    assert np.isclose(model.abstain_for(0.75), 0.5)
