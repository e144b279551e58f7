"""Learning curves: nested subsets with labels in the same shares."""

from collections import Counter
from itertools import chain

import pytest
from small_models import BEAT_TEXTS, SINGLE, SMALL, corpus

from textclf.corpus.records import Corpus, Record
from textclf.errors import TrainingError
from textclf.reports.learning_curve import curve_report, curve_rows
from textclf.training.learning_curve import _group_counts, _ordered, learning_curve


def test_each_subset_is_inside_the_next_and_the_last_one_is_all():
    sizes = _group_counts(100)

    assert sizes == sorted(sizes)
    assert sizes[-1] == 100
    assert len(sizes) == 5


def test_labels_have_the_same_shares_in_each_beginning_and_articles_stay_whole():
    records = tuple(
        Record(
            f"r{n}", f"Text {n}.", {"beat": ("sport" if n % 8 < 6 else "weather",)}, f"a{n // 2}"
        )
        for n in range(160)
    )

    groups = _ordered(Corpus(records), SINGLE, seed=0)

    assert all(len(one) == 2 for one in groups)
    for size in (8, 20, 40, 80):
        labels = Counter(record.labels["beat"][0] for record in chain.from_iterable(groups[:size]))
        assert 0.6 <= labels["sport"] / labels.total() <= 0.9


@pytest.mark.slow
def test_scores_of_each_subset_are_measured_and_reported():
    texts = [
        (f"{text} {ending}", label)
        for ending in ("It ended late.", "Nobody was there.", "A report says so.", "More follows.")
        for text, label in BEAT_TEXTS
    ]

    found = learning_curve(corpus("beat", texts), SINGLE, config=SMALL)

    assert found.points[-1].texts == len(texts)
    assert [one.texts for one in found.points] == sorted(one.texts for one in found.points)
    assert "100 more texts of a label are worth about:" in curve_report(found)
    rows = curve_rows(found)
    assert {row[0] for row in rows} == {"macro_f1", "sport", "weather"}
    assert "np." not in repr(rows)


def test_too_few_texts_make_no_curve_and_it_is_said_why():
    told = []

    with pytest.raises(TrainingError, match=r"4 texts give 1 subsets .* needs 3"):
        learning_curve(corpus("beat", BEAT_TEXTS[4:8]), SINGLE, config=SMALL, report=told.append)

    assert all("texts are too few: " in line for line in told)
