from .classifier.classifier import Classifier, Options
from .classifier.loading import annotate, load
from .classifier.prediction import Annotation, Evidence, PassagePrediction, Prediction, Status
from .codebook.scheme import Label, Scheme
from .corpus.records import Corpus
from .errors import (
    CorpusError,
    InputError,
    ModelError,
    SchemeError,
    TextclfError,
    TrainingError,
    WorkerError,
)
from .text.repeated import Repeated

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
