"""A record in JSON says what the answer says, in Python's own spelling."""

import json
import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from textclf.classifier.prediction import (
    DocumentResult,
    Evidence,
    PassagePrediction,
    Prediction,
    Status,
)
from textclf.codebook.scheme import SchemeId
from textclf.text.boilerplate import RemovedSpan

TEXTS = st.text(max_size=8)
NUMBERS = st.floats(-1e6, 1e6) | st.floats(0, 1)
# Halfway between two steps of four decimals, or next to it: where rounding goes wrong first.
TIES = st.builds(
    lambda step, towards: math.nextafter((2 * step + 1) / 20_000, towards),
    st.integers(0, 9999),
    st.sampled_from([0, 1]),
) | st.integers(0, 9999).map(lambda step: (2 * step + 1) / 20_000)
PROBS = NUMBERS | TIES
KINDS = st.sampled_from(["single", "multi"])
LABELS = st.lists(TEXTS, max_size=2).map(tuple)
EVIDENCE = st.builds(Evidence, st.integers(), st.integers(), TEXTS, PROBS, TEXTS, st.integers())
PASSAGES = st.builds(
    PassagePrediction,
    st.integers(),
    st.integers(),
    LABELS,
    PROBS | st.none(),
    st.sampled_from(Status),
)
PREDICTIONS = st.builds(
    Prediction,
    st.builds(SchemeId, st.sampled_from(["topic", 'od"d']), TEXTS, st.just("0a")),
    KINDS,
    LABELS,
    PROBS | st.none(),
    st.dictionaries(TEXTS, PROBS).map(lambda found: tuple(found.items())),
    st.sampled_from(Status),
    PROBS,
    st.lists(EVIDENCE, max_size=2).map(tuple),
    st.lists(PASSAGES, max_size=2).map(tuple),
    st.lists(st.integers(), max_size=2).map(tuple),
)
ANNOTATIONS = st.builds(
    DocumentResult,
    st.lists(PREDICTIONS, max_size=2, unique_by=lambda one: one.name).map(tuple),
    TEXTS,
    TEXTS,
    TEXTS,
    st.lists(TEXTS, max_size=2).map(tuple),
    st.lists(st.builds(RemovedSpan, st.integers(), st.integers(), TEXTS), max_size=2).map(tuple),
)


@given(one=PREDICTIONS)
def test_a_prediction_is_encoded_as_the_json_module_encodes_it(one):
    assert one.as_json() == json.dumps(one.as_dict(), ensure_ascii=False)


@given(one=ANNOTATIONS)
def test_each_field_of_a_record_is_encoded_as_the_json_module_encodes_it(one):
    encoded = {name: json.dumps(value, ensure_ascii=False) for name, value in one.as_dict().items()}

    assert one.as_json() == encoded


@given(one=PREDICTIONS)
def test_numbers_have_four_decimals(one):
    record = one.as_dict()

    assert record["probs"] == {label: round(prob, 4) for label, prob in one.probs}
    assert record["in_vocabulary"] == round(one.in_vocabulary, 4)
    assert [place["weight"] for place in record["evidence"]] == [
        round(place.weight, 4) for place in one.evidence
    ]


@given(one=ANNOTATIONS)
def test_a_record_holds_what_is_known_and_no_empty_field(one):
    record = one.as_dict()

    assert (record["id"], record["path"]) == (one.id, one.path)
    assert record.get("error", "") == one.error
    assert record.get("warnings", []) == list(one.warnings)
    assert [place["reason"] for place in record.get("removed", [])] == [
        place.reason for place in one.removed
    ]
    assert list(record["schemes"]) == [each.name for each in one.predictions]


@given(PREDICTIONS, st.lists(EVIDENCE, max_size=2).map(tuple))
def test_evidence_changes_nothing_else_of_an_answer(prediction, evidence):
    assert prediction.with_evidence(evidence) == replace(prediction, evidence=evidence)
