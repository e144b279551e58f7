"""Own labels on a base: they count more, and they alone are what is measured."""

from dataclasses import replace

import numpy as np
import pytest
from small_models import BEAT_TEXTS, SINGLE, SMALL, SPORT, WEATHER, corpus
from test_train import TERMS

from textclf.classifier.classifier import Classifier
from textclf.corpus.records import Corpus
from textclf.errors import TrainingError
from textclf.model.store import to_bytes
from textclf.reports.scores import training_report
from textclf.scoring.decision_rule import DecisionRule
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.text.features import WordNgrams
from textclf.training.calibration import recalibrated
from textclf.training.dataset import folds_of, make_examples
from textclf.training.train import train_file
from textclf.training.train_on_base import FEWEST, train_on_base

BASE = corpus("beat", BEAT_TEXTS)
STATED = replace(SINGLE, prior=(("sport", 0.1),))


def own_texts(number=24, sport=0.5):
    """Return own texts of words that no base has: `zorb` is sport there, and `glimt` weather."""
    random = np.random.default_rng(7)
    other = " ".join(SPORT + WEATHER).split()
    answers = ["sport"] * round(number * sport) + ["weather"] * round(number * (1 - sport))
    own = {"sport": "zorb", "weather": "glimt"}
    texts = [
        " ".join([*random.choice(other, 12), own[a], *random.choice(other, 9)]) for a in answers
    ]
    return corpus("beat", [(text, (a,)) for text, a in zip(texts, answers, strict=True)])


@pytest.fixture(scope="module")
def mine():
    return train_on_base(own_texts(), BASE, STATED, terms=TERMS, config=SMALL)


def test_own_texts_and_the_base_both_teach(mine):
    found = Classifier(replace(mine, decision=mine.decision.with_prior((0.5, 0.5))), NumpyScorer)

    assert found.predict(["zorb", "glimt", "penalty", "hailstorm"]) == ["sport", "weather"] * 2


def test_the_scores_are_of_own_texts_alone_and_the_card_says_how_many(mine):
    trained = mine.card.trained_on

    assert mine.card.cross_validation.model.texts == 24
    assert trained.measured_on == "own texts"
    assert (trained.own_texts, trained.texts) == (24, 24 + len(BEAT_TEXTS))
    assert trained.own_weight in {1, 2, 4, 8}
    assert "24 own texts alone" in training_report(mine.card)


def test_the_same_own_texts_in_any_order_give_the_identical_file(mine):
    turned = Corpus(own_texts().records[::-1])

    again = train_on_base(turned, BASE, STATED, terms=TERMS, config=SMALL, jobs=2)

    assert to_bytes(again) == to_bytes(mine)


def test_own_texts_that_are_no_random_sample_leave_the_prior_to_the_scheme(mine):
    assert mine.decision.prior == (0.1, 0.9)
    assert not mine.card.prior_source


@pytest.mark.slow
def test_of_a_random_sample_the_model_assumes_the_shares():
    own = own_texts(40, sport=0.25)

    model = train_on_base(own, BASE, STATED, config=SMALL, random_sample=True)

    assert model.decision.prior == pytest.approx((10.5 / 41, 30.5 / 41))
    assert model.card.prior_source == "40 own texts, a random sample"


def test_labels_against_the_base_weigh_more_than_it():
    """In own texts sport and weather have changed places: the base is no help."""
    texts = [
        (f"{text} {tail}", label)
        for tail in ("again", "later", "now")
        for text, label in BEAT_TEXTS
    ]
    other = {("sport",): ("weather",), ("weather",): ("sport",)}
    swapped = [(text, other[label]) for text, label in texts]
    own = corpus("beat", swapped).records

    model = train_on_base(Corpus(own), BASE, SINGLE, config=SMALL)

    assert model.card.trained_on.own_weight > 1


def test_own_texts_are_dealt_out_evenly_and_groups_stay_together():
    own = own_texts().records
    grouped = [replace(one, article=f"a{n // 2}", id=f"own{n}") for n, one in enumerate(own)]
    records = (*BASE.records, *grouped)
    apart = np.arange(len(records)) >= len(BASE)
    found = make_examples(Corpus(records), SINGLE, None, (WordNgrams(1, 1),))

    folds = folds_of(found, SINGLE, 3, 0, own=apart)

    assert [int(apart[test].sum()) for _, test in folds] == [8, 8, 8]
    for train, test in folds:
        assert not {found.duplicate_groups.groups[n] for n in train} & {
            found.duplicate_groups.groups[n] for n in test
        }


def test_fewer_own_texts_than_are_needed_are_refused_with_their_number():
    with pytest.raises(TrainingError, match=f"own texts .*: 18; .* {FEWEST} or more"):
        train_on_base(own_texts(18), BASE, SINGLE)


def test_own_texts_of_one_article_are_refused():
    records = tuple(replace(one, article="one") for one in own_texts().records)

    with pytest.raises(TrainingError, match="all own texts belong to one article"):
        train_on_base(Corpus(records), BASE, SINGLE, config=SMALL)


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"base": "sectarian"}, "no base 'sectarian'; did you mean 'sectarian_violence'"),
        ({"base": "stance", "scheme": "stance"}, "leave out --scheme and --terms"),
        ({"random_sample": True}, "--random-sample needs --base"),
    ],
)
def test_a_base_that_cannot_be_is_named(tmp_path, options, wrong):
    with pytest.raises(TrainingError, match=wrong):
        train_file(["mine.csv"], tmp_path / "mine.textclf", **options)


def test_a_decision_moves_to_texts_of_another_kind_and_the_further_the_more_there_are():
    decision = DecisionRule("single", np.ones(2), np.zeros(2), np.ones(2), 0.001)
    scores = np.tile([[1.0, -1.0], [2.0, 0.0], [0.5, 0.0], [0.0, 2.0]], (30, 1))
    truth = np.tile([1, 0, 1, 1], 30)

    few, many = (recalibrated(decision, scores[:n], truth[:n]).intercept for n in (4, 120))

    assert many[1] - many[0] > few[1] - few[0] > 0
