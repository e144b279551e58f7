"""The model card: its JSON, and cards of other versions."""

import json
from dataclasses import replace

import pytest

from textclf.model.card import Estimate, ModelCard, TrainedOn
from textclf.model.safetensors import unpack
from textclf.model.store import bundled_models, read_model


@pytest.mark.parametrize("path", bundled_models(), ids=lambda path: path.stem)
def test_the_card_of_a_bundled_model_gives_the_json_that_it_was_read_from(path):
    metadata, _ = unpack(path.read_bytes(), str(path))

    assert read_model(path).card.as_dict() == json.loads(metadata["textclf"])["card"]


def test_a_card_reads_back_from_its_json(beat):
    own = TrainedOn(
        24, 20, {"sport": 24}, "own texts", own_texts=24, own_weight=4, random_sample=True
    )
    for card in (beat.card, replace(beat.card, trained_on=own, prior_source="24 own texts")):
        assert ModelCard.from_dict(json.loads(json.dumps(card.as_dict()))) == card


def test_the_json_of_a_card_without_own_texts_says_nothing_of_them(beat):
    data = beat.card.as_dict()

    assert not [key for key in data["trained_on"] if key.startswith("own")]
    assert "prior_source" not in data


@pytest.mark.parametrize("key", ["trained_on", "config", "views", "versions", "out_of_fold", "use"])
def test_a_card_that_lacks_a_key_is_read_with_a_default(beat, key):
    data = {name: value for name, value in beat.card.as_dict().items() if name != key}

    card = ModelCard.from_dict(data)

    assert {**card.as_dict(), key: None} == {**beat.card.as_dict(), key: None}


def test_a_part_of_a_card_that_lacks_a_key_is_read_with_a_default(beat):
    data = json.loads(json.dumps(beat.card.as_dict()))
    del data["trained_on"]["terms"], data["out_of_fold"]["calibration_error"]

    card = ModelCard.from_dict(data)

    assert card.trained_on.terms == 0
    assert card.trained_on.texts == beat.card.trained_on.texts
    assert card.cross_validation.calibration_error == Estimate(0.0, 0.0, 0.0)


def test_a_key_that_this_version_does_not_know_is_passed_over(beat):
    data = json.loads(json.dumps(beat.card.as_dict()))
    data["trained_on"]["annotators"] = 2

    assert ModelCard.from_dict({**data, "licence": "MIT"}) == beat.card


@pytest.mark.parametrize(
    "wrong", [{"trained_on": 3}, {"views": [{}]}, {"out_of_fold": []}, {"versions": 1}]
)
def test_json_that_is_no_card_is_an_error(wrong):
    with pytest.raises(ValueError, match="this is no model card"):
        ModelCard.from_dict(wrong)
