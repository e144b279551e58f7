"""What is learned from: articles stay whole, and nothing is learned that is scored."""

from dataclasses import replace

import numpy as np
import pytest
from small_models import BEAT_TEXTS, SINGLE, corpus

from textclf.corpus.term_lists import TermGroup, TermList
from textclf.errors import TrainingError
from textclf.text.features import WordNgrams
from textclf.training.dataset import (
    folds_of,
    make_examples,
    rare_labels,
    refuse_one_label,
    training_records,
)

TEXTS = [
    " ".join(f"w{word}x{number}" for word in range(14)) + " and the same old words behind them"
    for number in range(8)
]


def dealt(texts, folds=5):
    """Return the examples of texts that are sport and weather in turn, and their folds."""
    answers = [(text, ("sport", "weather")[place % 2 :][:1]) for place, text in enumerate(texts)]
    records, _ = training_records(corpus("beat", answers), SINGLE, None)
    found = make_examples(records, SINGLE, None, [WordNgrams(1, 1)])
    return found, folds_of(found, SINGLE, folds, 0)


def texts_of(found, rows):
    """Return which of TEXTS stand in rows, by the word that each has alone."""
    own = [found.counts.parts[0].vocabulary.index(f"w0x{number}") for number in range(len(TEXTS))]
    return {
        number
        for number, place in enumerate(own)
        if found.counts.parts[0].matrix[rows][:, [place]].nnz
    }


@pytest.mark.parametrize("change", ["", " again"], ids=["copies", "near-duplicates"])
def test_what_is_alike_too_often_for_one_group_is_not_learned_from(change):
    """Each text stands fifteen times: an eighth of all, and a group holds a tenth at most."""
    found, folds = dealt([text + change * (turn % 2) for turn in range(15) for text in TEXTS])

    for train, test in folds:
        assert not texts_of(found, train) & texts_of(found, test)


def test_each_record_is_scored_once():
    _, folds = dealt([text for text, _ in BEAT_TEXTS])

    assert sorted(np.concatenate([test for _, test in folds])) == list(range(len(BEAT_TEXTS)))


def test_a_label_of_fewer_than_five_texts_is_named_with_what_it_needs():
    records = corpus("beat", [*BEAT_TEXTS[:6], *BEAT_TEXTS[-1:]])
    four = corpus("beat", [*BEAT_TEXTS[:6], *BEAT_TEXTS[-4:]])
    enough = corpus("beat", [*BEAT_TEXTS[:6], *BEAT_TEXTS[-5:]])

    assert list(rare_labels(records, SINGLE, None)) == [
        (
            "warning: label 'weather' has 1 text, too few to learn from and to measure; "
            "label 4 or more others, or leave it out with --rename weather="
        )
    ]
    assert "has 4 texts" in next(rare_labels(four, SINGLE, None))
    assert not list(rare_labels(enough, SINGLE, None))


def test_a_label_of_few_texts_with_seed_terms_is_no_warning():
    few = corpus("beat", [*BEAT_TEXTS[:6], *BEAT_TEXTS[-1:]])
    terms = TermList("beat", (TermGroup("snow", ("snowfall",), "weather"),))

    assert not list(rare_labels(few, SINGLE, terms))


def test_a_label_whose_texts_are_all_of_one_article_is_refused_by_the_name_of_the_other():
    answers = [(text, (("sport", "weather")[place > 5],)) for place, text in enumerate(TEXTS)]
    records = corpus("beat", answers)
    together = replace(
        records,
        records=tuple(
            replace(one, article="a" if one.labels["beat"] == ("weather",) else "")
            for one in records.records
        ),
    )
    found = make_examples(together, SINGLE, None, [WordNgrams(1, 1)])

    with pytest.raises(TrainingError, match=r"all 5 others have the label 'sport'; give more"):
        refuse_one_label(found, SINGLE, folds_of(found, SINGLE, 5, 0))


def test_texts_that_are_all_the_same_leave_nothing_to_measure_on():
    with pytest.raises(TrainingError, match="nothing is left to measure on"):
        dealt([TEXTS[0]] * 40)
