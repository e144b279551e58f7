"""Figures of predicted labels: equal to scikit-learn's, with intervals that claim no more."""

import numpy as np
import pytest
from sklearn import metrics

from textclf.errors import InputError
from textclf.evaluation.label_evaluation import evaluate_labels

LABELS = ("arts", "law", "sport", "war")


def random_answers(seed, texts=60):
    rng = np.random.default_rng(seed)
    truth = rng.choice(LABELS, texts, p=[0.6, 0.2, 0.15, 0.05])
    answers = np.where(rng.random(texts) < 0.7, truth, rng.choice(LABELS, texts))
    return truth, answers, rng.uniform(0.1, 5, texts)


def sets(answers):
    return [(one,) for one in answers]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("weighted", [False, True])
def test_figures_of_single_labels_are_those_of_scikit_learn(seed, weighted):
    truth, answers, weights = random_answers(seed)
    weight = weights if weighted else None
    occurring = sorted({*truth, *answers})

    found = evaluate_labels(sets(truth), sets(answers), LABELS, weights=weight)

    shared = {"sample_weight": weight, "zero_division": 0}
    theirs = {
        "macro_f1": metrics.f1_score(truth, answers, average="macro", **shared),
        "micro_f1": metrics.f1_score(truth, answers, average="micro", **shared),
        "accuracy": metrics.accuracy_score(truth, answers, sample_weight=weight),
        "balanced_accuracy": metrics.recall_score(
            truth, answers, labels=sorted(set(truth)), average="macro", **shared
        ),
        "kappa": metrics.cohen_kappa_score(truth, answers, sample_weight=weight),
    }
    ours = {name: found.figures[name].value for name in theirs}
    assert ours == pytest.approx(theirs)
    by_label = metrics.precision_recall_fscore_support(
        truth, answers, labels=occurring, sample_weight=weight, zero_division=0
    )
    for number, label in enumerate(occurring):
        one = next(one for one in found.labels if one.label == label)
        for figure, values in zip((one.precision, one.recall, one.f1), by_label, strict=False):
            if figure is not None:
                assert figure.value == pytest.approx(values[number])


@pytest.mark.parametrize("seed", range(4))
def test_figures_of_several_labels_are_those_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    true, given = rng.random((2, 80, 4)) < [[[0.5, 0.3, 0.2, 0.1]]]
    truth, answers = ([tuple(np.array(LABELS)[row]) for row in matrix] for matrix in (true, given))

    found = evaluate_labels(truth, answers, LABELS).figures

    for average in ("macro", "micro"):
        score = metrics.f1_score(true, given, average=average, zero_division=0)
        assert found[f"{average}_f1"].value == pytest.approx(score)
    assert found["accuracy"].value == pytest.approx((true == given).all(axis=1).mean())


def test_three_right_answers_of_three_never_claim_a_recall_near_one():
    truth = [("war",)] * 3 + [("arts",)] * 97

    war = evaluate_labels(truth, truth).labels[1]

    assert (war.recall.value, war.recall.high) == (1, 1)
    assert war.recall.low == pytest.approx(0.2924, abs=1e-4)
    assert war.f1.low < 0.5
    assert war.needed > 3


def test_a_label_that_is_often_met_and_found_needs_no_more_texts():
    truth = [("war",), ("arts",)] * 100

    assert [one.needed for one in evaluate_labels(truth, truth).labels] == [0, 0]


def test_a_figure_without_data_is_undefined_and_not_one_or_zero():
    found = evaluate_labels([("arts",)] * 5, [("arts",)] * 5, LABELS)

    arts, law, *_ = found.labels
    assert found.figures["kappa"] is None
    assert (law.precision, law.recall, law.f1) == (None, None, None)
    assert arts.recall.value == 1
    assert found.as_dict()["kappa"] is None


def test_an_interval_of_perfect_answers_does_not_claim_certainty():
    truth = [("war",)] * 5 + [("arts",)] * 5

    found = evaluate_labels(truth, truth)

    for figure in found.figures.values():
        assert figure.value == figure.high == 1
        assert figure.low < 0.95


def test_passages_of_one_article_widen_the_interval():
    truth, answers, _ = random_answers(1, 40)
    truth, answers = sets(np.repeat(truth, 10)), sets(np.repeat(answers, 10))
    articles = [str(n // 10) for n in range(400)]

    grouped = evaluate_labels(truth, answers, groups=articles)
    alone = evaluate_labels(truth, answers)

    for name in ("macro_f1", "accuracy", "kappa"):
        one, other = grouped.figures[name], alone.figures[name]
        assert one.value == other.value
        assert one.high - one.low > 2 * (other.high - other.low)
    assert grouped.labels[0].recall.low < alone.labels[0].recall.low


def test_weights_that_differ_widen_the_interval_and_equal_ones_change_nothing():
    truth, answers, _ = random_answers(2, 200)
    truth, answers = sets(truth), sets(answers)
    plain = evaluate_labels(truth, answers)

    uneven = evaluate_labels(truth, answers, weights=np.tile([0.1, 10.0], 100))

    assert evaluate_labels(truth, answers, weights=np.full(200, 7.0)) == plain
    accuracy, other = uneven.figures["accuracy"], plain.figures["accuracy"]
    assert accuracy.high - accuracy.low > 1.2 * (other.high - other.low)


def test_an_abstention_is_wrong_and_is_counted():
    found = evaluate_labels([("arts",), ("law",)], [("arts",), None])

    assert found.answered == 0.5
    assert found.figures["accuracy"].value == 0.5
    assert found.labels[1].recall.value == 0


def test_baselines_have_figures_of_their_own():
    truth, answers, _ = random_answers(3)

    found = evaluate_labels(
        sets(truth), sets(answers), baselines={"majority": [("arts",)] * len(truth)}
    )

    assert found.baselines["majority"]["accuracy"].value == pytest.approx((truth == "arts").mean())
    assert found.baselines["majority"]["kappa"].value == pytest.approx(0)


def test_no_numpy_type_reaches_the_user():
    truth, answers, weights = random_answers(4)
    groups = [str(n // 2) for n in range(len(truth))]
    found = evaluate_labels(sets(truth), sets(answers), weights=weights, groups=groups)

    def plain(value):
        if isinstance(value, dict):
            return all(type(key) is str and plain(one) for key, one in value.items())
        if isinstance(value, list | tuple):
            return all(map(plain, value))
        return type(value) in {str, int, float, bool, type(None)}

    # Labels that come in as numpy strings are the caller's own.
    assert plain({**found.as_dict(), "labels": list(found.as_dict()["labels"].values())})
    assert "np." not in repr([row[3:] for row in found.rows()])


def test_equal_data_give_equal_intervals_in_any_order():
    truth, answers, _ = random_answers(5)

    assert evaluate_labels(sets(truth), sets(answers)) == evaluate_labels(
        sets(truth), sets(answers)
    )


@pytest.mark.parametrize(
    ("truth", "answers", "groups", "error"),
    [
        ([], [], None, "0 true answers and 0 to score"),
        ([("arts",)], [], None, "1 true answers and 0 to score"),
        ([("arts",)], [("arts",)], ["a", "b"], "2 groups for 1 texts"),
        ([("arts",)], [("atrs",)], None, "'atrs' is not a label; there are: arts, law"),
    ],
)
def test_lists_that_do_not_fit_are_refused(truth, answers, groups, error):
    with pytest.raises(InputError, match=error):
        evaluate_labels(truth, answers, LABELS, groups=groups)


def test_rows_of_one_article_claim_no_more_than_one_row():
    truth = [("a",), ("b",)] * 50
    answers = [*truth[:60], *[("a",)] * 40]

    one = evaluate_labels(truth, answers, groups=["x"] * 100).figures
    each = evaluate_labels(truth, answers, groups=[str(n) for n in range(100)]).figures
    alone = evaluate_labels(truth, answers).figures

    assert one["accuracy"].low < 0.4
    assert one["accuracy"].high > 0.9
    assert one["macro_f1"].high - one["macro_f1"].low > 0.5
    assert each["accuracy"].low == pytest.approx(alone["accuracy"].low, abs=0.02)
