"""From scores to answers: statuses, document rules, evidence, and no made-up label."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import BOTH, SPORT, WEATHER

from textclf.classifier.classifier import Classifier
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import Status
from textclf.codebook.aggregation_rule import Mean
from textclf.errors import InputError
from textclf.model.card import CoverageLevel, CrossValidation, Estimate, ModelCard
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.scoring.scorer import make_scorer
from textclf.text.document import Document
from textclf.text.tokens import first_words_spans

WORDS = st.sampled_from([*" ".join([*SPORT, *WEATHER]).split(), "goal", "goal,", "rain"])
NOTHING = ["", "   \n\t ", "\x00\x00", "\u200b\u00ad"]
UNKNOWN = [
    "\u06cc\u06c1 \u062e\u0628\u0631 \u0627\u0631\u062f\u0648 \u0645\u06cc\u06ba",
    "2016 2017",
    "\u2014 ? !",
    "zzqx vvkw",
]


def test_a_text_gets_the_label_of_its_kind(beat_classifier):
    assert beat_classifier.predict([SPORT[0], WEATHER[0]]) == ["sport", "weather"]


@pytest.mark.parametrize("text", NOTHING)
def test_an_empty_text_gets_no_label(beat_classifier, text):
    answer = beat_classifier.classify(text)

    assert answer.status in {Status.EMPTY, Status.OUT_OF_VOCABULARY}
    assert answer.label is None
    assert answer.prob is None


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_text_without_a_known_word_gets_no_label(beat_classifier, text):
    answer = beat_classifier.classify(text)

    assert answer.status is Status.OUT_OF_VOCABULARY
    assert answer.label is None


def test_an_unsure_answer_is_held_back_where_asked(beat_classifier):
    sure = beat_classifier.classify(SPORT[0])

    held = beat_classifier.classify(SPORT[0], PredictOptions(abstain=1.0))

    assert sure.status is Status.OK
    assert held.status is Status.ABSTAINED
    assert held.label is None
    assert held.prob == sure.prob


def test_a_share_of_the_texts_is_answered_where_asked(beat, beat_classifier):
    """The level of the card lies just above this answer, and just below it."""
    prob = beat_classifier.classify(SPORT[0]).prob
    for level, status in ((prob + 0.001, Status.ABSTAINED), (prob - 0.001, Status.OK)):
        levels = tuple(CoverageLevel(share, level, Estimate()) for share in (1.0, 0.5))
        card = ModelCard(cross_validation=CrossValidation(coverage=levels))
        model = replace(beat, card=card)
        answer = Classifier(model, NumpyScorer).classify(SPORT[0], PredictOptions(coverage=0.9))
        assert answer.status is status


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["goal " * 1_000_000, "g" * 5_000_000], ids=["repeats", "one word"]
)
def test_five_megabytes_of_one_word_are_answered(beat_classifier, text):
    assert beat_classifier.classify(text).status in {Status.OK, Status.OUT_OF_VOCABULARY}


def test_a_lone_surrogate_is_read_past(beat_classifier):
    answer = beat_classifier.classify("The captain \ud800 scored a goal.")

    assert answer.label == "sport"


def test_probabilities_have_a_row_a_text_and_nan_where_there_is_no_answer(beat_classifier):
    probs = beat_classifier.predict_proba([SPORT[0], ""])

    assert probs.shape == (2, 2)
    assert probs[0].sum() == pytest.approx(1)
    assert np.isnan(probs[1]).all()


@pytest.mark.parametrize("wrong", ["a bare string", b"bytes", [b"bytes"], [3], 3, None])
def test_what_is_no_list_of_texts_is_a_named_error(beat_classifier, wrong):
    with pytest.raises(InputError):
        beat_classifier.predict(wrong)


@pytest.mark.parametrize("wrong", [{"abstain": 1.5}, {"abstain": -0.1}, {"evidence": -1}])
def test_an_option_that_cannot_be_is_refused(wrong):
    with pytest.raises(InputError):
        PredictOptions(**wrong)


MOST = st.integers(1, 8)


def passage(text):
    """Return a sentence that is long enough to be a passage by itself."""
    return " and ".join([text.rstrip(".")] * (250 // len(text) + 1)) + "."


def test_a_document_takes_the_label_where_any_passage_does(rain):
    wet = "Heavy rain is forecast for the coast, rain and more rain."
    text = "\n\n".join(map(passage, [*SPORT, wet, *SPORT]))

    answer = Classifier(rain, NumpyScorer).classify(text)

    assert answer.label == "rain"
    assert (
        [one.labels for one in answer.passages].count(("rain",))
        == len(answer.supporting_passages)
        == 1
    )
    assert answer.prob == pytest.approx(answer.passages[6].prob)
    assert {one.passage for one in answer.evidence} == {6}


def test_a_document_without_such_a_passage_does_not_take_the_label(rain):
    assert Classifier(rain, NumpyScorer).classify("\n\n".join(map(passage, SPORT))).label == "dry"


@pytest.fixture
def sided(rain):
    """A model whose documents take `rain` by the mean of their passages."""
    scheme = replace(rain.scheme, aggregation=Mean("dry", 0.3))
    return Classifier(replace(rain, scheme=scheme), NumpyScorer)


def test_a_document_takes_the_label_whose_mean_over_its_passages_is_enough(sided):
    wet = passage("Heavy rain is forecast for the coast, rain and more rain.")
    dry = passage(SPORT[0])
    alone = sided.classify(wet).passages[0].prob

    several = sided.classify(f"{wet}\n{wet}\n{dry}")
    few = sided.classify("\n".join([wet, *[dry] * 9]))

    assert (several.label, several.supporting_passages) == ("rain", (0, 1))
    assert (few.label, few.supporting_passages) == ("dry", ())
    assert dict(several.probs)["rain"] < alone
    assert sum(prob for _, prob in several.probs) == pytest.approx(1)


def test_the_mean_has_one_passage_more_that_takes_the_default(sided):
    text = passage("Heavy rain is forecast for the coast, rain and more rain.")

    answer = sided.classify(text)

    (alone,) = answer.passages
    assert alone.labels == ("rain",)
    share, least = alone.prob / 2, 0.3
    assert dict(answer.probs)["rain"] == pytest.approx(1 - (1 - share) / (1 - least) / 2)


def test_the_label_that_the_mean_gives_is_the_likeliest_and_can_be_held_back(sided):
    wet = passage("Heavy rain is forecast for the coast, rain and more rain.")
    dry = passage(SPORT[0])
    for count in range(12):
        text = "\n".join([wet, *[dry] * count])

        answer = sided.classify(text)
        held_back = sided.classify(text, PredictOptions(abstain=answer.prob + 1e-9))

        assert answer.prob == max(prob for _, prob in answer.probs) >= 0.5
        assert dict(answer.probs)[answer.label] == answer.prob
        assert held_back.status == "abstained"


def test_a_label_that_nothing_speaks_for_shows_no_evidence(rain, sided):
    for classifier in (Classifier(rain, NumpyScorer), sided):
        assert classifier.classify(SPORT[0]).label == "dry"
        assert classifier.classify(SPORT[0]).evidence == ()


def test_the_first_words_count_as_much_as_the_whole_text(beat):
    led = replace(beat, scheme=replace(beat.scheme, lead_words=(4, 8)))
    text = f"{WEATHER[0]} {SPORT[0]} {SPORT[1]}"
    spans = first_words_spans(text, (4, 8))
    parts = [
        NumpyScorer([beat.linear_weights]).score([text[:end]])[0].scores[0] for _, end in spans
    ]
    whole = NumpyScorer([beat.linear_weights]).score([text])[0].scores[0]
    scores = np.array([(whole + np.mean(parts, axis=0)) / 2])

    answer = Classifier(led, NumpyScorer).classify(text)

    expected = beat.decision.probabilities(scores)[0]
    assert [prob for _, prob in answer.probs] == pytest.approx(expected)


def test_evidence_of_first_words_adds_up_to_the_score(beat):
    led = replace(beat, scheme=replace(beat.scheme, lead_words=(4, 8)))
    text = f"{WEATHER[0]} {SPORT[0]} {SPORT[1]}"
    multi_classifier = MultiClassifier([led], NumpyScorer)

    annotation, evidence = multi_classifier.explained(text)

    place = led.scheme.index(annotation.predictions[0].label)
    (scores,) = multi_classifier._scores([Document.read(text)])
    bias = float(led.linear_weights.bias[place])
    assert sum(one.weight for one in evidence[0]) + bias == pytest.approx(scores.numbers[place])


def test_a_multi_label_answer_brings_what_it_implies(subjects):
    classifier = Classifier(subjects, NumpyScorer)

    assert classifier.predict([BOTH[0]]) == [("outdoors", "sport", "weather")]
    assert classifier.predict([""]) == [None]


@pytest.mark.parametrize("name", ["beat", "long"])
@given(
    chosen=st.lists(st.sampled_from(SPORT + WEATHER + BOTH + ["", "zz"]), min_size=1, max_size=6)
)
def test_evidence_adds_up_to_the_score_and_stands_in_the_original(name, chosen, request, rain):
    text = "\n\n".join(chosen)
    model = request.getfixturevalue(name)
    multi_classifier = MultiClassifier([model, rain], NumpyScorer)

    annotation, evidence = multi_classifier.explained(text)
    document = Document.read(text)

    assert all(text[one.start : one.end] == one.text for places in evidence for one in places)
    if annotation["beat"].status is Status.OK:
        column = model.scheme.index(annotation["beat"].label)
        score = NumpyScorer([model.linear_weights]).score([document.text])[0].scores[0, column]
        bias = float(model.linear_weights.bias[column])
        assert sum(one.weight for one in evidence[0]) + bias == pytest.approx(score)


def test_evidence_shows_the_place_in_the_users_own_text(beat_classifier):
    text = "Home / Sport / Cup\n\nThe cap\u00adtain scored a goal, the captain said."

    places = beat_classifier.classify(text).evidence

    assert "cap\u00adtain" in {one.text for one in places}
    assert all(text[one.start : one.end] == one.text for one in places)
    assert all(one.start >= text.index("The") for one in places)


def test_only_what_speaks_for_the_label_is_shown_and_the_heaviest_of_it(beat_classifier):
    shown = beat_classifier.classify(SPORT[0], PredictOptions(evidence=3)).evidence

    assert len(shown) == 3
    assert all(one.weight > 0 for one in shown)


@given(words=st.lists(st.sampled_from(" ".join(SPORT + WEATHER).split()), min_size=1), most=MOST)
def test_both_engines_show_the_same_evidence(beat, words, most):
    options, text = PredictOptions(evidence=most), " ".join(words)

    numpy, other = (
        MultiClassifier([beat], scorer).classify(text, options)["beat"].evidence
        for scorer in (NumpyScorer, make_scorer)
    )

    assert [(one.start, one.end, one.label) for one in numpy] == [
        (one.start, one.end, one.label) for one in other
    ]
    assert [one.weight for one in numpy] == pytest.approx([one.weight for one in other])


def test_no_evidence_is_collected_where_none_is_asked_for(beat_classifier):
    assert beat_classifier.classify(SPORT[0], PredictOptions(evidence=0)).evidence == ()


def test_boilerplate_is_not_among_the_evidence(beat_classifier):
    text = "The captain scored a goal and the club won.\n\nAbout admin\n\nSnow and rain"

    annotation = MultiClassifier([beat_classifier.model], NumpyScorer).classify(text)

    assert annotation.removed[0].reason == "after the article"
    assert "rain" not in {one.text.lower() for one in annotation["beat"].evidence}


def test_two_models_of_one_scheme_are_refused(beat):
    with pytest.raises(InputError, match="two models answer scheme 'beat'"):
        MultiClassifier([beat, beat], NumpyScorer)


def test_all_schemes_together_answer_as_each_alone(beat, rain):
    together = MultiClassifier([beat, rain], NumpyScorer)

    for text in (*SPORT, *WEATHER, "\n\n".join(BOTH)):
        record = together.classify(text)
        assert record["beat"] == Classifier(beat, NumpyScorer).classify(text)
        assert record["rain"] == Classifier(rain, NumpyScorer).classify(text)


def test_a_document_read_before_is_coded_alike(beat):
    multi_classifier = MultiClassifier([beat], NumpyScorer)

    (predictions,) = multi_classifier.predict_documents([Document.read(SPORT[0])])

    assert predictions == multi_classifier.classify(SPORT[0]).predictions


def test_an_answer_names_its_codebook(beat_classifier):
    answer = beat_classifier.classify(SPORT[0])

    assert answer.scheme == beat_classifier.scheme.id
    assert answer.as_dict()["scheme"].endswith(beat_classifier.scheme.digest[:12])


def test_a_document_takes_every_label_that_is_sure_in_one_of_its_passages(subjects):
    scheme = replace(subjects.scheme, unit="passage")
    classifier = Classifier(replace(subjects, scheme=scheme), NumpyScorer)

    both = [passage(text) for text in (SPORT[0], WEATHER[0])]

    answer = classifier.classify("\n\n".join(both))

    parts = [classifier.classify(text) for text in both]
    assert answer.labels == ("outdoors", "sport", "weather")
    for label, prob in answer.probs:
        assert prob == pytest.approx(max(dict(part.probs)[label] for part in parts))
    assert answer.supporting_passages == (0, 1)
    assert {one.passage for one in answer.evidence} == {0, 1}


def test_an_answer_of_no_label_rests_on_no_passage(subjects):
    strict = replace(subjects.decision, threshold=np.full(3, 0.9999), empty_set_utility=None)
    scheme = replace(subjects.scheme, unit="passage")
    model = replace(subjects, scheme=scheme, decision=strict)

    both = "\n\n".join(passage(text) for text in (SPORT[0], WEATHER[0]))

    answer = Classifier(model, NumpyScorer).classify(both)

    assert (answer.labels, answer.supporting_passages) == ((), ())


class _Frame(dict):
    """Stands for a data frame: it has columns, and iterating over it gives their names."""

    columns = ("text",)


def test_a_table_given_for_its_texts_is_an_error(beat_classifier):
    for table in (_Frame(text=SPORT), {"text": SPORT}):
        for call in (beat_classifier.predict, beat_classifier.predict_proba):
            with pytest.raises(InputError, match=r"give one column of it, such as table\['text'\]"):
                call(table)


def test_texts_may_be_an_array_or_a_generator_and_a_missing_one_is_empty(beat_classifier):
    texts = [SPORT[0], None, float("nan"), WEATHER[0]]
    wanted = ["sport", None, None, "weather"]

    assert beat_classifier.predict(np.array(texts, dtype=object)) == wanted
    assert beat_classifier.predict(text for text in texts) == wanted
    assert np.isnan(beat_classifier.predict_proba(texts)[1:3]).all()


def test_a_classifier_names_its_scheme_and_its_labels(beat_classifier):
    assert beat_classifier.classes_ == ("sport", "weather")
    assert repr(beat_classifier) == "SingleLabelClassifier(beat, 2 labels)"
