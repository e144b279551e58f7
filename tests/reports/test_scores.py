"""The report of training: its scores, and the baselines that the model must exceed."""

from textclf.model.card import CrossValidation, Estimate, ModelCard, SystemMetrics
from textclf.reports.scores import training_report


def scored(macro_f1, accuracy):
    return SystemMetrics(
        macro_f1=Estimate(macro_f1, 0.0, 1.0), accuracy=Estimate(accuracy, 0.0, 1.0)
    )


def warnings_of(**systems):
    card = ModelCard(cross_validation=CrossValidation(**systems))
    return [line for line in training_report(card).splitlines() if line.startswith("warning")]


def test_a_baseline_that_scores_higher_than_the_model_is_a_warning():
    found = warnings_of(
        model=scored(0.5, 0.7), keywords=scored(0.6, 0.6), majority=scored(0.2, 0.9)
    )

    remedy = "label more texts, or use the baseline"
    better = "baseline is better than the model"
    assert found == [
        f"warning: the keyword {better}: macro-F1 0.600 against 0.500; {remedy}",
        f"warning: the majority {better}: accuracy 0.900 against 0.700; {remedy}",
    ]


def test_a_model_that_exceeds_the_baselines_gets_no_warning():
    assert not warnings_of(
        model=scored(0.6, 0.9), keywords=scored(0.6, 0.6), majority=scored(0.2, 0.9)
    )
