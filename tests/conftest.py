"""Small models that the tests share, trained once on texts written here."""

import os

# Before numpy is imported: for matrices this small, threads that wait for one another take two
# thirds of the CPU time of a training.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import settings
from small_models import (
    BEAT_TEXTS,
    LONG_TEXTS,
    MULTI,
    PASSAGES,
    RAIN_TEXTS,
    SINGLE,
    SMALL,
    SUBJECT_TEXTS,
    corpus,
)

from textclf.classifier.classifier import Classifier
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.training.train import train

# No example is timed: a busy machine breaks no rule.
settings.register_profile("fast", deadline=None, max_examples=20)
settings.register_profile("thorough", deadline=None, max_examples=100)
settings.load_profile("fast")  # `pytest --hypothesis-profile=thorough` loads the other


@pytest.fixture(scope="session")
def beat():
    return train(corpus("beat", BEAT_TEXTS), SINGLE, config=SMALL)


@pytest.fixture(scope="session")
def rain():
    return train(corpus("rain", RAIN_TEXTS), PASSAGES, config=SMALL)


@pytest.fixture(scope="session")
def subjects():
    return train(corpus("subjects", SUBJECT_TEXTS), MULTI, config=SMALL)


@pytest.fixture(scope="session")
def beat_classifier(beat):
    return Classifier(beat, NumpyScorer)


@pytest.fixture(scope="session")
def long():
    """A model of long texts that tell their label in their first words alone."""
    return train(corpus("beat", LONG_TEXTS), SINGLE, config=SMALL)
