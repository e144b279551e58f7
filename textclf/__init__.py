"""textclf: code news articles with a codebook.

>>> import textclf
>>> textclf.load("topic").predict(["Heavy snowfall and a cold wave are forecast for Skardu."])
['weather']
"""

from textclf.artifact import annotate, load
from textclf.classifier import Classifier, Options
from textclf.corpus import Corpus
from textclf.errors import (
    CorpusError,
    InputError,
    ModelError,
    SchemeError,
    TextclfError,
    TrainingError,
)
from textclf.prediction import Annotation, Evidence, PassagePrediction, Prediction, Status
from textclf.scheme import Label, Scheme

__all__ = [
    "Annotation",
    "Classifier",
    "Corpus",
    "CorpusError",
    "Evidence",
    "InputError",
    "Label",
    "ModelError",
    "Options",
    "PassagePrediction",
    "Prediction",
    "Scheme",
    "SchemeError",
    "Status",
    "TextclfError",
    "TrainingError",
    "annotate",
    "load",
]
