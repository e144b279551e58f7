"""Learning: the same input gives the same model, and nothing is scored on text it has seen."""

from dataclasses import replace

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import (
    BEAT_TEXTS,
    BOTH,
    LONG_TEXTS,
    MULTI,
    RAIN_TEXTS,
    SINGLE,
    SMALL,
    SPORT,
    WEATHER,
    corpus,
)

from textclf.classifier.classifier import Classifier
from textclf.classifier.predict_options import PredictOptions
from textclf.codebook.scheme import Label, Scheme
from textclf.codebook.scheme_file import find_scheme
from textclf.corpus.records import Corpus, Record
from textclf.corpus.term_lists import TermGroup, TermList, bundled_terms
from textclf.errors import CorpusError, ModelError, TrainingError
from textclf.model.sklearn_export import export, to_pipeline
from textclf.model.store import find_model, read_model, to_bytes
from textclf.scoring.decision_rule import DecisionRule
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.scoring.weights import LinearWeights
from textclf.text.features import WordNgrams
from textclf.training.calibration import fit_decision_rule
from textclf.training.config import TrainConfig, first_words_limits
from textclf.training.cross_validation import out_of_fold_predictions
from textclf.training.fitting import without_useless_terms
from textclf.training.train import train

WHOLE_TEXT_GROUPS = ["word 1-2 log", "char_wb 3-5 log", "word 1-2 binary", "char_wb 3-5 binary"]
TERMS = TermList(
    "beat",
    (
        TermGroup("ball", ("penalty", "offside trap"), "sport"),
        TermGroup("sky", ("hailstorm", "cold snap"), "weather"),
        TermGroup("nothing", ("chessboard",)),
    ),
)


def test_the_same_input_and_seed_give_the_identical_file_and_progress_is_reported(beat):
    told = []
    texts = corpus("beat", BEAT_TEXTS)

    again = train(texts, SINGLE, config=SMALL, progress=lambda *step: told.append(step))

    assert to_bytes(again) == to_bytes(beat)
    assert told[0][1] == 0
    assert told[-1][1] == told[-1][2]


def test_neither_the_order_of_the_records_nor_the_number_of_jobs_changes_the_file(beat):
    records = corpus("beat", BEAT_TEXTS).records

    again = train(Corpus(records[::-1]), SINGLE, config=SMALL, jobs=2)

    assert to_bytes(again) == to_bytes(beat)


def test_how_many_texts_are_counted_and_copied_at_a_time_does_not_change_the_file(
    beat, monkeypatch
):
    monkeypatch.setattr("textclf.training.counts._ROWS", 7)
    monkeypatch.setattr("textclf.training.counts._OCCURRENCES", 100)

    again = train(corpus("beat", BEAT_TEXTS), SINGLE, config=SMALL)

    assert to_bytes(again) == to_bytes(beat)


@pytest.mark.parametrize("terms", [None, TERMS])
def test_terms_that_no_vocabulary_has_room_for_are_dropped_and_the_file_is_the_same(
    monkeypatch, terms
):
    few = replace(SMALL, max_features=20)
    texts = corpus("beat", BEAT_TEXTS)
    left = []

    def watched(learners, examples, folds):
        found = without_useless_terms(learners, examples, folds)
        left.append([len(part.vocabulary) for part in found.counts.parts])
        left.append([len(part.vocabulary) for part in examples.counts.parts])
        return found

    monkeypatch.setattr("textclf.training.train.without_useless_terms", watched)
    without = train(texts, SINGLE, terms=terms, config=few)
    monkeypatch.setattr("textclf.training.train.without_useless_terms", lambda _, whole, __: whole)
    whole = train(texts, SINGLE, terms=terms, config=few)

    assert to_bytes(without) == to_bytes(whole)
    assert all(few < every for few, every in zip(*left[-2:], strict=True))


def test_one_changed_text_changes_the_digest_in_the_card(beat):
    texts = [(BEAT_TEXTS[0][0] + " Again.", ("sport",)), *BEAT_TEXTS[1:]]

    other = train(corpus("beat", texts), SINGLE, config=SMALL)

    assert other.card.trained_on.corpus_sha256 != beat.card.trained_on.corpus_sha256


def test_a_term_teaches_a_word_that_no_text_has():
    model = train(corpus("beat", BEAT_TEXTS), SINGLE, terms=TERMS, config=SMALL)

    classifier = Classifier(model, NumpyScorer)

    assert classifier.predict(["penalty", "hailstorm"]) == ["sport", "weather"]
    assert model.card.trained_on.terms == 4


def test_a_near_duplicate_is_never_on_both_sides_of_a_fold():
    """Each text stands twice under random labels: a leak would be learned by heart."""
    rng = np.random.default_rng(3)
    words = np.array(
        [
            "red",
            "blue",
            "green",
            "iron",
            "oak",
            "salt",
            "river",
            "stone",
            "cloud",
            "lamp",
            "door",
            "bell",
            "coin",
        ]
    )
    texts = [" ".join(rng.choice(words, 14)) for _ in range(60)]
    labels = [("sport",) if rng.random() < 0.5 else ("weather",) for _ in texts]
    copies = [(f"{text} again", label) for text, label in zip(texts, labels, strict=True)]
    leaky = [*zip(texts, labels, strict=True), *copies]

    card = train(corpus("beat", leaky), SINGLE, config=TrainConfig(char_ngrams=None)).card

    assert card.trained_on.groups <= 60
    assert card.cross_validation.model.accuracy.value < 0.75


def test_the_passages_of_an_article_stay_together():
    records = [
        replace(record, article=f"a{number // 3}")
        for number, record in enumerate(corpus("beat", BEAT_TEXTS).records)
    ]

    assert train(Corpus(tuple(records)), SINGLE, config=SMALL).card.trained_on.groups == 4


def test_texts_of_one_article_alone_cannot_be_measured():
    records = [replace(record, article="one") for record in corpus("beat", BEAT_TEXTS).records]

    with pytest.raises(TrainingError, match="give more articles"):
        train(Corpus(tuple(records)), SINGLE, config=SMALL)


def test_a_label_without_a_text_is_named():
    scheme = Scheme("beat", (Label("chess"), Label("sport"), Label("weather")))

    with pytest.raises(TrainingError, match="label 'chess' of scheme 'beat' has no text"):
        train(corpus("beat", BEAT_TEXTS), scheme)


def test_a_record_with_a_label_that_the_scheme_lacks_is_named():
    record = Record("r", "Chess.", {"beat": ("sprot",)}, place="mine.jsonl:7")

    with pytest.raises(CorpusError, match=r"mine\.jsonl:7: .*did you mean 'sport'"):
        train(Corpus((record,)), SINGLE)


def test_no_labelled_text_at_all_is_named():
    with pytest.raises(TrainingError, match="no text is labelled under scheme 'beat'"):
        train(Corpus(()), SINGLE)


def test_terms_of_another_scheme_are_refused():
    with pytest.raises(TrainingError, match="those of scheme 'other'"):
        train(corpus("beat", BEAT_TEXTS), SINGLE, terms=replace(TERMS, scheme="other"))


def test_seed_terms_alone_make_a_model_and_are_what_it_is_measured_on():
    terms = replace(
        TERMS,
        groups=(
            TermGroup("ball", tuple(f"{w} goal" for w in ["late", "early", "first"]), "sport"),
            TermGroup(
                "sky", tuple(f"{w} rain" for w in ["late", "heavy", "first", "cold"]), "weather"
            ),
        ),
    )

    scheme = replace(SINGLE, limits="Hail is missed.")
    model = train(Corpus(()), scheme, terms=terms, config=SMALL)

    assert Classifier(model, NumpyScorer).predict(["A goal!", "Rain."]) == ["sport", "weather"]
    assert model.card.use.endswith("Hail is missed.")
    assert model.card.trained_on.texts == 0
    assert model.card.trained_on.measured_on == "seed terms"
    assert "not of articles" in model.card.use


def test_with_few_texts_a_label_may_be_trained_on_terms_alone():
    sport = Corpus(corpus("beat", BEAT_TEXTS[:3]).records)

    model = train(sport, SINGLE, terms=TERMS, config=SMALL)

    assert Classifier(model, NumpyScorer).predict(["hailstorm"]) == ["weather"]


def test_a_fold_is_decided_on_as_the_other_folds_ask():
    """What the second half shows, that all is weather, must not speak in its own measure."""
    scores = np.tile([[0.5, -0.5], [-0.5, 0.5]], (40, 1))
    truth = np.r_[np.tile([0, 1], 20), np.ones(40, int)]
    half = np.arange(40)
    folds = [(half + 40, half), (half, half + 40)]

    probs, given = out_of_fold_predictions(SINGLE, scores[None], truth, folds)

    first = fit_decision_rule("single", scores[40:], truth[40:])
    second = fit_decision_rule("single", scores[:40], truth[:40])
    assert np.allclose(probs[:40], first.probabilities(scores[:40]))
    assert np.allclose(probs[40:], second.probabilities(scores[40:]))
    assert given.sum(axis=1).tolist() == [1] * 80


def test_a_fold_is_measured_with_group_weights_fitted_to_the_other_folds():
    """In each half one feature group knows every label, and no half is weighed by itself."""
    truth = np.tile([0, 1], 40)
    side = np.stack([1 - 2 * truth, 2 * truth - 1], axis=1) * 1.0
    half = np.arange(40)
    scores = np.stack([side, side])
    scores[1, :40] *= -1
    scores[0, 40:] *= -1

    _, given = out_of_fold_predictions(
        SINGLE, scores, truth, [(half + 40, half), (half, half + 40)]
    )

    assert not given[np.arange(80), truth].any()


def test_the_card_holds_the_model_beside_its_baselines(beat):
    measured = beat.card.cross_validation

    assert measured.majority.accuracy.value == 0.5 < measured.model.accuracy.value
    assert measured.keywords.texts == measured.model.texts == len(BEAT_TEXTS)
    assert beat.card.config["folds"] == 2


def test_a_multi_label_model_gives_each_text_its_labels(subjects):
    plain = DecisionRule("multi", np.ones(3), np.zeros(3), np.full(3, 0.5))

    found = Classifier(replace(subjects, decision=plain), NumpyScorer).predict(
        [SPORT[0], WEATHER[0], BOTH[0]]
    )

    assert found == [("sport",), ("outdoors", "weather"), ("outdoors", "sport", "weather")]


def test_a_scheme_that_never_goes_without_a_label_gives_one(subjects):
    """What is learned for it differs too; only the answer is looked at here."""
    scheme = replace(MULTI, at_least_one=True)
    decision = replace(subjects.decision, threshold=np.full(3, 0.9999))
    strict = replace(subjects, scheme=scheme, decision=decision)

    assert all(Classifier(strict, NumpyScorer).predict(SPORT + WEATHER))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("beat", RAIN_TEXTS),
        ("rain", RAIN_TEXTS),
        ("subjects", RAIN_TEXTS),
        ("long", RAIN_TEXTS + LONG_TEXTS),
    ],
)
def test_the_exported_pipeline_gives_the_same_probabilities(name, shown, request, tmp_path):
    model = request.getfixturevalue(name)
    export(model, tmp_path / "model.joblib")

    pipeline = joblib.load(tmp_path / "model.joblib")

    texts = [text for text, _ in shown]
    ours = Classifier(model, NumpyScorer).predict_proba(
        texts, PredictOptions(clean=False, evidence=0)
    )
    theirs = pipeline.predict_proba(texts)
    order = np.argsort(model.scheme.label_names) if model.scheme.kind == "single" else slice(None)
    epsilon = model.decision.epsilon
    shares = len(model.scheme.labels) if model.scheme.kind == "single" else 2
    assert np.allclose(ours[:, order], epsilon / shares + (1 - epsilon) * theirs, atol=1e-6)


@pytest.mark.parametrize("name", ["sectarian_violence", "stance"])
def test_a_model_that_reads_groups_of_phrases_is_not_exported(name, tmp_path):
    path = tmp_path / "model.joblib"

    with pytest.raises(ModelError, match=f"scheme '{name}' reads groups of phrases"):
        export(read_model(find_model(name)), path)

    assert not path.exists()


def exported_group(model, first_words):
    """Return the analyzer of a model's last feature group in its Pipeline, with this limit."""
    last = model.linear_weights.groups[-1]
    groups = (
        *model.linear_weights.groups[:-1],
        replace(last, group=replace(last.group, first_words=first_words)),
    )
    pipeline = to_pipeline(
        replace(model, linear_weights=LinearWeights(groups, model.linear_weights.bias))
    )
    return pipeline.named_steps["features"].transformer_list[-1][1].build_analyzer()


@given(
    text=st.lists(st.sampled_from([*"a1_ .\n\u00e9\u0130\u03a3\u0915\u093f", "goal", "_x"])).map(
        "".join
    ),
    first_words=st.integers(1, 6),
)
def test_an_exported_first_words_limit_gives_the_same_words(long, text, first_words):
    assert exported_group(long, first_words)(text) == WordNgrams(
        1, 2, first_words=first_words
    ).terms(text)


@pytest.mark.parametrize(
    "text",
    [
        " " * 100_000,
        "a " * 100_000,
        "a " * 100_000 + "goal",
        "goal " * 59 + ". a" * 100_000,
        "g" * 500_000,
        ("a" + " " * 1000) * 1000,
    ],
    ids=["blanks", "short words", "a late word", "a word less", "a long word", "far apart"],
)
def test_an_exported_first_words_limit_costs_no_more_than_the_text_is_long(long, text):
    assert exported_group(long, 60)(text) == WordNgrams(1, 2, first_words=60).terms(text)


@pytest.mark.slow
def test_the_exported_pipeline_of_many_labels_agrees_with_the_shipped_model(tmp_path):
    model = read_model(find_model("topic"))
    export(model, tmp_path / "topic.joblib")

    pipeline = joblib.load(tmp_path / "topic.joblib")

    texts = SPORT + WEATHER + BOTH
    assert pipeline.predict(texts).tolist() == Classifier(model, NumpyScorer).predict(texts)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sectarian_violence", "stance", "topic"])
def test_the_shipped_model_is_what_the_shipped_corpus_and_terms_make(name):
    """Byte for byte where the learning libraries are those that the card names.

    Another release, or another family of processors, may round the last bit otherwise; what
    the model means must not change with it.
    """
    bundled = read_model(find_model(name))
    scheme = find_scheme(name)
    terms = bundled_terms(scheme)

    config = _config(bundled.card.config)
    again = train(Corpus.read(), scheme, terms=terms, config=config, jobs=2)

    assert again.card.trained_on == bundled.card.trained_on
    for ours, theirs in zip(
        again.linear_weights.groups, bundled.linear_weights.groups, strict=True
    ):
        assert list(ours.terms) == list(theirs.terms)
        assert np.allclose(ours.weights, theirs.weights, rtol=0, atol=1e-4)
    assert np.allclose(again.decision.slope, bundled.decision.slope, rtol=1e-3)


def _config(saved) -> TrainConfig:
    kept = {key: tuple(v) if isinstance(v, list) else v for key, v in saved.items()}
    return TrainConfig(**{key: v for key, v in kept.items() if key != "term_share"})


def test_the_card_states_what_each_feature_group_reaches_alone_and_its_share():
    """No word stands in two texts, so that only their characters can tell."""
    endings = ["ed", "ing", "ist", "ly", "some", "ward", "ness", "less", "ful", "ish"]
    texts = [(f"goalkeep{one} {one}x{n}", ("sport",)) for n, one in enumerate(endings)]
    texts += [(f"thunderst{one} {one}y{n}", ("weather",)) for n, one in enumerate(endings)]

    model = train(corpus("beat", texts), SINGLE, config=SMALL)

    groups = model.card.feature_groups
    assert [one.name for one in groups] == WHOLE_TEXT_GROUPS
    assert groups[1].alone == 1.0 > groups[0].alone
    assert groups[0].share == groups[2].share == 0
    assert {part.group.kind for part in model.linear_weights.groups} == {"char_wb"}


def test_with_seed_terms_all_feature_groups_are_taken_and_none_is_naive_bayes():
    model = train(
        corpus("beat", BEAT_TEXTS), SINGLE, terms=TERMS, config=replace(SMALL, vectors=False)
    )

    taken = [(part.group.kind, part.group.weighting) for part in model.linear_weights.groups]
    assert taken == [("word", "log"), ("char_wb", "log")]


def test_of_long_texts_the_first_words_are_a_feature_group_of_their_own(long):
    shown = {one.name: one.alone for one in long.card.feature_groups}

    first_words = ["word 1-2 log, first 30 words", "word 1-2 binary, first 100 words"]
    assert list(shown) == [*WHOLE_TEXT_GROUPS, *first_words]
    assert shown[first_words[0]] == 1.0 > shown["word 1-2 log"]
    assert WordNgrams(1, 2, "log", first_words=30) in [
        part.group for part in long.linear_weights.groups
    ]


def test_of_short_texts_there_is_no_first_words_limit(beat):
    assert [one.name for one in beat.card.feature_groups] == WHOLE_TEXT_GROUPS


@pytest.mark.parametrize(("words", "limits"), [(100, ()), (101, ((30, "log"), (100, "binary")))])
def test_texts_are_long_if_most_are_longer_than_the_longest_first_words_limit(words, limits):
    texts = ["a 1 goal", "goal " * words, "a goal " * 9 * words]

    assert first_words_limits(texts) == limits


def test_with_seed_terms_long_texts_have_no_first_words_limit():
    model = train(corpus("beat", LONG_TEXTS), SINGLE, terms=TERMS, config=SMALL)

    assert not any("first" in part.group.name for part in model.linear_weights.groups)
