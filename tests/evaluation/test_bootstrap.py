"""Bootstrap intervals over groups of texts."""

import numpy as np

from textclf.evaluation.bootstrap import Interval, interval, resampled


def test_an_interval_reads_as_its_score_and_its_ends():
    assert str(Interval(0.5, 0.25, 0.75)) == "0.500 [0.250, 0.750]"


def test_the_texts_of_a_group_are_drawn_together_and_as_many_groups_as_there_are():
    group = np.array([0, 0, 1, 2, 2, 2])

    weights = resampled(group, lambda drawn: drawn.T)

    assert weights.shape == (6, 1000)
    assert (weights[0] == weights[1]).all()
    assert (weights[[0, 2, 3]].sum(axis=0) == 3).all()


def test_resamples_are_drawn_a_few_at_a_time_and_are_the_same_as_all_at_once(monkeypatch):
    group = np.arange(50)
    at_once = resampled(group, lambda drawn: drawn.T)
    shapes = []
    monkeypatch.setattr("textclf.evaluation.bootstrap._BLOCK", 350)

    few = resampled(group, lambda drawn: shapes.append(drawn.shape) or drawn.T)

    assert (few == at_once).all()
    assert set(shapes) == {(7, 50), (6, 50)}


def test_the_interval_holds_95_percent_of_the_resampled_scores():
    found = interval(0.5, np.linspace(0, 1, 1001))

    assert (round(found.low, 3), round(found.high, 3)) == (0.025, 0.975)


def test_an_interval_is_widened_to_its_own_score():
    assert interval(0.9, np.array([0.1, 0.2, 0.3])).high == 0.9
