from .artifact import annotate, load
from .classifier import Classifier, Options
from .corpus import Corpus
from .errors import (
    CorpusError,
    InputError,
    ModelError,
    SchemeError,
    TextclfError,
    TrainingError,
    WorkerError,
)
from .prediction import Annotation, Evidence, PassagePrediction, Prediction, Status
from .repeated import Repeated
from .scheme import Label, Scheme

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
    "Repeated",
    "Scheme",
    "SchemeError",
    "Status",
    "TextclfError",
    "TrainingError",
    "WorkerError",
    "annotate",
    "load",
]
