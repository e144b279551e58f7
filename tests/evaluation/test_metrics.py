"""The scores are those of scikit-learn, and their intervals allow for groups of texts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from textclf.errors import InputError
from textclf.evaluation.bootstrap import Interval
from textclf.evaluation.metrics import calibration_error, evaluate

LABELS = ("arts", "law", "money", "sport")
ONE = st.tuples(st.sampled_from(LABELS))
SOME = st.sets(st.sampled_from(LABELS)).map(lambda found: tuple(sorted(found)))


def pairs(answer):
    return st.lists(st.tuples(answer, answer), min_size=1, max_size=25)


def matrix(answers):
    return np.array([[label in answer for label in LABELS] for answer in answers])


@given(drawn=st.one_of(pairs(ONE), pairs(SOME)).filter(lambda drawn: set(drawn) != {((), ())}))
def test_the_scores_are_those_of_scikit_learn(drawn):
    truth, answers = zip(*drawn, strict=True)
    true, given_ = matrix(truth), matrix(answers)
    seen = np.flatnonzero((true | given_).any(axis=0))
    filled = (true | given_).any(axis=1)

    scores = evaluate(truth, answers, LABELS)

    assert scores.accuracy.value == pytest.approx(accuracy_score(true, given_))
    assert scores.macro_f1.value == pytest.approx(
        f1_score(true, given_, labels=seen, average="macro", zero_division=0)
    )
    assert scores.example_f1.value == pytest.approx(
        f1_score(true[filled], given_[filled], average="samples", zero_division=0)
    )
    by_label = precision_recall_fscore_support(true, given_, zero_division=0)
    ours = [[one.precision, one.recall, one.f1, one.support] for one in scores.labels]
    assert np.array(ours) == pytest.approx(np.transpose(by_label))


def test_answering_nothing_where_there_is_nothing_is_right_and_has_no_f1():
    scores = evaluate([(), ()], [(), ()], LABELS)

    assert scores.accuracy == Interval(1.0, 1.0, 1.0)
    assert scores.macro_f1.value == scores.example_f1.value == 0.0


@given(drawn=st.one_of(pairs(ONE), pairs(SOME)), size=st.integers(1, 5))
def test_an_interval_holds_its_score(drawn, size):
    truth, answers = zip(*drawn, strict=True)
    groups = [str(number // size) for number in range(len(truth))]

    scores = evaluate(truth, answers, LABELS, groups)

    for one in (scores.accuracy, scores.macro_f1, scores.example_f1):
        assert 0 <= one.low <= one.value <= one.high <= 1


def test_an_interval_holds_its_score_though_most_resamples_miss_a_rare_label():
    rare = [f"rare{number}" for number in range(10)]
    truth = [("common",)] * 100
    answers = [*((label,) for label in rare), *[("common",)] * 90]

    macro = evaluate(truth, answers, ["common", *rare]).macro_f1

    assert macro.low <= macro.value < macro.high


TRUTH = [("arts",), ("law",)] * 20
ANSWERS = [("arts",), ("law",), ("law",), ("law",)] * 10


def test_repeating_each_text_in_a_group_leaves_the_interval_and_alone_narrows_it():
    once = evaluate(TRUTH, ANSWERS, LABELS)
    groups = [str(number) for number in range(40)]

    grouped = evaluate(TRUTH * 9, ANSWERS * 9, LABELS, groups * 9)
    alone = evaluate(TRUTH * 9, ANSWERS * 9, LABELS)

    assert grouped.accuracy == once.accuracy
    assert grouped.accuracy.value == alone.accuracy.value == 0.75
    assert width(grouped.accuracy) > 2 * width(alone.accuracy)
    assert width(grouped.macro_f1) > 2 * width(alone.macro_f1)


def width(interval):
    return interval.high - interval.low


def test_the_same_answers_have_the_same_interval_every_time():
    assert evaluate(TRUTH, ANSWERS, LABELS) == evaluate(TRUTH, ANSWERS, LABELS)


def test_an_abstention_counts_as_wrong():
    scores = evaluate([("arts",), ("law",)], [("arts",), None], LABELS)

    assert scores.answered == 0.5
    assert scores.accuracy.value == 0.5
    assert scores.macro_f1.value == 0.5
    assert scores.example_f1.value == 0.5


def test_an_abstention_counts_as_wrong_even_where_the_truth_is_no_label():
    abstained = evaluate([("arts",), ()], [("arts",), None], LABELS)
    answered = evaluate([("arts",), ()], [("arts",), ()], LABELS)

    assert (abstained.accuracy.value, abstained.example_f1.value) == (0.5, 0.5)
    assert (answered.accuracy.value, answered.example_f1.value) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("truth", "answers", "groups", "message"),
    [
        ([], [], None, "there are 0 true answers and 0 to score"),
        ([("arts",)], [], None, "there are 1 true answers and 0 to score"),
        ([("arts",)], [("arts",)], ["a", "b"], "there are 2 groups for 1 texts"),
        ([("arts",), ("atrs",)], [(), ()], None, "answer 1 has 'atrs', which is not a label"),
    ],
)
def test_lists_that_do_not_fit_together_are_refused(truth, answers, groups, message):
    with pytest.raises(InputError, match=message):
        evaluate(truth, answers, LABELS, groups)


def test_the_scores_are_plain_data_rounded_to_four_places():
    scores = evaluate([("arts",)] * 3, [("arts",), ("arts",), ("law",)], LABELS[:2]).as_dict()

    assert scores["texts"] == 3
    assert scores["accuracy"][0] == 0.6667
    assert scores["labels"]["arts"] == {
        "precision": 1.0,
        "recall": 0.6667,
        "f1": 0.8,
        "support": 3,
    }


def calibration(prob, right, wrong, groups=None):
    probs = np.full(right + wrong, prob)
    return calibration_error(probs, np.array([True] * right + [False] * wrong), groups)


@pytest.mark.parametrize(
    ("prob", "right", "wrong"), [(0.75, 30, 10), (0.5, 20, 20), (1.0, 40, 0), (0.0, 0, 40)]
)
def test_probabilities_that_say_what_happens_have_no_calibration_error(prob, right, wrong):
    error = calibration(prob, right, wrong)

    assert error.value == pytest.approx(0)
    assert error.low <= error.value <= error.high


@pytest.mark.parametrize(
    ("prob", "right", "wrong", "gap"), [(0.95, 20, 20, 0.45), (1.0, 0, 40, 1.0), (0.2, 40, 0, 0.8)]
)
def test_the_calibration_error_is_the_gap_between_what_is_said_and_what_happens(
    prob, right, wrong, gap
):
    error = calibration(prob, right, wrong)

    assert error.value == pytest.approx(gap)
    assert error.low <= error.value <= error.high


def test_gaps_of_two_bins_do_not_cancel_out():
    probs = np.array([0.95] * 10 + [0.55] * 10)
    right = np.array([True] * 5 + [False] * 5 + [True] * 10)

    assert calibration_error(probs, right).value == pytest.approx(0.45)


def test_the_calibration_interval_of_repeated_texts_is_wider_by_group():
    groups = [str(number % 40) for number in range(400)]
    probs = np.array([0.9] * 400)
    right = np.array(([True] * 20 + [False] * 20) * 10)

    grouped, alone = calibration_error(probs, right, groups), calibration_error(probs, right)

    assert grouped.value == alone.value
    assert width(grouped) > 2 * width(alone)
