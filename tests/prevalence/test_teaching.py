"""What teaches most is unsure, met for each label, and unlike what is taken already."""

import numpy as np

from textclf.prevalence.teaching import most_teaching


def test_of_equally_unsure_rows_those_are_taken_that_are_unlike_each_other():
    texts = ["storm wind rain", "storm wind rain", "storm wind rain", "goal match cup"]

    rows, why = most_teaching(
        2, ["news"] * 4, np.full(4, 0.5), lambda wanted: [texts[row] for row in wanted]
    )

    assert rows == [0, 3]
    assert why == ["candidate of news"] * 2


def test_each_label_gives_as_many_rows_as_the_others_if_it_has_them():
    labels = ["usual"] * 90 + ["rare"] * 2

    rows, _ = most_teaching(10, labels, np.full(92, np.nan), lambda wanted: ["word"] * len(wanted))

    assert len(rows) == 10
    assert {90, 91} < set(rows)
