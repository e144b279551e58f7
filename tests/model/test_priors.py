"""Shares of labels: stated by a user, estimated from texts, and carried into answers."""

from dataclasses import replace

import numpy as np
import pytest
from command_line import run
from hypothesis import given
from hypothesis import strategies as st
from small_models import PASSAGES, SINGLE, SPORT, WEATHER

from textclf.batch.results import adapted_to, encode_results
from textclf.classifier.loading import load_all
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.errors import InputError
from textclf.io.input_documents import ReadOptions
from textclf.model.priors import (
    estimate_prior,
    parse_prior,
    prior_text,
    with_high_precision,
    with_prior,
    with_stated,
)
from textclf.reports.scores import prior_report
from textclf.scoring.decision_rule import DecisionRule
from textclf.scoring.scorer import make_scorer
from textclf.text.document import Document

shares_of = st.lists(st.floats(0.05, 1), min_size=2, max_size=5).map(
    lambda parts: tuple(part / sum(parts) for part in parts)
)


def stating(model, *shares):
    return replace(model, decision=replace(model.decision, prior=shares))


@given(st.integers(0, 2**32), shares_of)
def test_the_shares_of_a_calibrated_classifier_are_recovered(seed, true):
    """Scores are normal around each label's own place, so that their odds are known exactly."""
    random = np.random.default_rng(seed)
    labels = len(true)
    assumed = np.full(labels, 1 / labels)
    truth = random.choice(labels, 20_000, p=true)
    places = 2.5 * np.eye(labels)
    seen = places[truth] + random.normal(size=(len(truth), labels))
    odds = np.exp(seen @ places.T)
    probs = odds / odds.sum(axis=1, keepdims=True)

    found = estimate_prior(probs, assumed)

    there = np.bincount(truth, minlength=labels) / len(truth)
    assert np.abs(np.array(found) - there).max() < 0.03


@given(shares_of, st.data())
def test_a_prior_there_and_back_changes_nothing(shares, data):
    labels = len(shares)
    number = st.lists(st.floats(-5, 5), min_size=labels, max_size=labels)
    slope, ones = (2.0,) * labels, (1.0,) * labels
    intercept = tuple(round(one, 6) for one in data.draw(number))
    start = (1 / labels,) * labels
    decision = DecisionRule("single", slope, intercept, ones, prior=start)

    back = decision.with_prior(shares).with_prior(start)

    assert back.prior == start
    assert np.allclose(back.intercept, intercept, rtol=0, atol=2e-6)


def test_where_labels_are_as_frequent_as_assumed_the_estimate_stays():
    probs = np.array([[0.8, 0.2], [0.4, 0.6], [0.9, 0.1], [0.7, 0.3]])

    assert estimate_prior(probs, (0.7, 0.3)) == pytest.approx((0.7, 0.3))


def test_no_share_is_below_half_a_text_and_of_no_text_nothing_is_learned():
    sure = np.array([[1.0, 0.0]] * 9)

    assert estimate_prior(sure, (0.5, 0.5)) == pytest.approx((18 / 19, 1 / 19), rel=1e-2)
    assert estimate_prior(np.zeros((0, 2)), (0.9, 0.1)) == (0.9, 0.1)


@pytest.mark.parametrize(
    ("given_", "meant"),
    [
        (["rain=0.1"], {"rain": 0.1}),
        (["rain=0.1", "dry=.9"], {"rain": 0.1, "dry": 0.9}),
        (["rain=0.1,dry=0.9"], {"rain": 0.1, "dry": 0.9}),
        (["estimate"], "estimate"),
        ([], {}),
    ],
)
def test_a_prior_is_understood(given_, meant):
    assert parse_prior(given_) == meant


@pytest.mark.parametrize(
    ("given_", "wrong"),
    [
        (["rain"], "'rain' is not understood"),
        (["rain=0.1,"], "is not understood"),
        (["=0.1"], "is not understood"),
        (["estimate", "rain=0.1"], "estimate, alone"),
        (["rain=much"], "'much' is no number"),
        (["rain=0.1", "rain=0.2"], "'rain' is given twice"),
    ],
)
def test_a_prior_that_is_not_understood_is_named(given_, wrong):
    with pytest.raises(InputError, match=wrong):
        parse_prior(given_)


def test_labels_that_are_not_named_share_the_rest_as_before():
    stance = load_all(["stance"], prior={"against": 0.5}).models[0]

    assert stance.decision.prior == pytest.approx((0.5, 0.5 * 0.04 / 0.95, 0.5 * 0.91 / 0.95))


def test_high_precision_makes_each_label_but_the_commonest_four_times_as_rare(beat):
    stance, topic = load_all(["stance", "topic"], high_precision=True).models

    assert stance.decision.prior == pytest.approx((0.0125, 0.01, 0.9775))
    assert topic.decision.prior is None
    with pytest.raises(InputError, match="needs a model that states a prior"):
        with_high_precision([beat])


@given(shares=shares_of, seed=st.integers(0, 2**32))
def test_high_precision_gives_rare_labels_to_fewer_articles_and_to_no_others(rain, shares, seed):
    ones = (1.0,) * len(shares)
    decision = DecisionRule("single", ones, (0.0,) * len(shares), ones, prior=shares)
    (high,) = with_high_precision([replace(rain, decision=decision)])
    probs = np.random.default_rng(seed).dirichlet(ones, size=50)
    scores = np.log(probs)

    normal, sure = (one.best(one.probabilities(scores)) for one in (decision, high.decision))

    common = np.argmax(shares)
    assert ((sure == normal) | (sure == common)).all()
    assert (sure == common).sum() >= (normal == common).sum()


@pytest.mark.parametrize("command", ["predict", "explain"])
def test_high_precision_and_a_prior_are_not_given_together(command):
    asked = run(command, "docs/sample.txt", "--precision", "high", "--prior", "against=0.1")

    assert asked.returncode == 1
    assert b"give --precision or --prior, not both" in asked.stderr


def test_a_prior_moves_the_model_of_its_label_alone(beat, rain):
    models = [stating(beat, 0.5, 0.5), stating(rain, 0.5, 0.5)]

    first, second = with_stated(models, {"rain": 0.2})

    assert first is models[0]
    assert second.decision.prior == pytest.approx((0.2, 0.8))


def test_a_rarer_label_is_less_probable(rain):
    text = ["Rain stopped play."]
    often, rare = (
        MultiClassifier([with_prior(stating(rain, 0.5, 0.5), shares)], make_scorer).classify(
            text[0]
        )
        for shares in ((0.5, 0.5), (0.01, 0.99))
    )

    assert dict(rare["rain"].probs)["rain"] < dict(often["rain"].probs)["rain"]


@pytest.mark.parametrize("shares", [{"rain": 0}, {"rain": 1}, {"rain": 0.5, "dry": 0.4}])
def test_shares_that_cannot_be_are_refused(rain, shares):
    with pytest.raises(InputError, match="must add up to 1"):
        with_stated([stating(rain, 0.5, 0.5)], shares)


def test_a_label_that_no_model_has_is_refused_with_those_there_are(rain):
    with pytest.raises(InputError, match="no model has a label 'snow'; there are: rain, dry"):
        with_stated([stating(rain, 0.5, 0.5)], {"snow": 0.1})


def test_a_label_of_two_models_is_refused(rain):
    other = replace(rain, scheme=replace(PASSAGES, name="again"))

    with pytest.raises(InputError, match="one of rain, again"):
        with_stated([rain, other], {"rain": 0.1})


def test_a_model_that_states_no_prior_is_refused(beat):
    with pytest.raises(InputError, match=f"scheme '{SINGLE.name}' states no prior"):
        with_stated([beat], {"sport": 0.1})
    with pytest.raises(InputError, match="states no prior"):
        MultiClassifier([beat], make_scorer).adapted([])


def test_passages_are_counted_where_those_are_answered(beat, rain):
    """One document in two parts: a scheme read whole has one answer, one by passage has two."""
    text = " ".join([*SPORT, *WEATHER])
    document = Document.read(text)
    counted = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "textclf.classifier.multi_classifier.estimate_prior",
            lambda probs, assumed: (counted.append(len(probs)), assumed)[1],
        )
        models = [stating(beat, 0.5, 0.5), stating(rain, 0.5, 0.5)]
        MultiClassifier(models, make_scorer).adapted([[document]])

    assert counted == [1, len(document.passages)]
    assert len(document.passages) > 1


def test_texts_of_one_label_make_it_the_commoner(beat, tmp_path):
    paths = [tmp_path / f"{number}.txt" for number in range(len(SPORT))]
    for path, text in zip(paths, SPORT, strict=True):
        path.write_text(text, "utf-8")
    multi_classifier = MultiClassifier([stating(beat, 0.5, 0.5)], make_scorer)

    sport, weather = adapted_to([*map(str, paths)], multi_classifier).models[0].decision.prior

    assert sport > 0.6 > weather


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_estimate_is_reported_first_and_does_not_depend_on_the_jobs(beat, tmp_path, jobs):
    path = tmp_path / "all.txt"
    path.write_text("\n".join((SPORT + WEATHER) * 20), "utf-8")
    multi_classifier = MultiClassifier([stating(beat, 0.5, 0.5)], make_scorer)
    reading = ReadOptions(lines=True)
    adapted = adapted_to([str(path)], multi_classifier, reading)

    first, *parts = encode_results(
        [str(path)], multi_classifier, "csv", reading=reading, jobs=jobs, estimate=True
    )

    assert prior_text(adapted.models[0]) in first.messages[0]
    assert "from 240 articles" in first.messages[0]
    plain = encode_results([str(path)], adapted, "csv", reading=reading)
    assert b"".join(part.data for part in parts) == b"".join(part.data for part in plain)


def test_no_more_than_the_first_two_thousand_texts_are_read(beat, tmp_path):
    path = tmp_path / "all.txt"
    path.write_text("\n".join([SPORT[0]] * 2000 + [WEATHER[0]] * 2000), "utf-8")
    multi_classifier = MultiClassifier([stating(beat, 0.5, 0.5)], make_scorer)
    reading = ReadOptions(lines=True)
    options = PredictOptions(evidence=0)

    first = next(
        encode_results([str(path)], multi_classifier, "csv", "", reading, options, estimate=True)
    )

    assert "from the first 2,000 articles" in first.messages[0]
    assert multi_classifier.adapted([[Document.read(SPORT[0])] * 2000]).models[
        0
    ].decision.prior == (
        adapted_to([str(path)], multi_classifier, reading, options).models[0].decision.prior
    )


def test_a_model_tells_its_prior_and_where_it_is_from(beat, rain):
    stated = stating(replace(rain, scheme=replace(PASSAGES, prior_source="a count")), 0.1, 0.9)
    own = replace(stated, card=replace(rain.card, prior_source="20 own texts"))

    assert prior_report(stated) == "prior: rain 0.1, dry 0.9 (a count)"
    assert prior_report(own).endswith("(20 own texts)")
    assert "none is stated" in prior_report(beat)
