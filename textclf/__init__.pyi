from ._version import __version__
from .batch.data_frames import score_frame
from .classifier.classifier import Classifier, MultiLabelClassifier, SingleLabelClassifier
from .classifier.loading import classify, load, load_all
from .classifier.multi_classifier import MultiClassifier
from .classifier.predict_options import PredictOptions
from .classifier.prediction import (
    DocumentResult,
    Evidence,
    PassagePrediction,
    Prediction,
    Status,
)
from .codebook.scheme import Label, Scheme, SchemeId
from .corpus.records import Corpus, Record
from .errors import (
    CorpusError,
    InputError,
    ModelError,
    SchemeError,
    TextclfError,
    TrainingError,
    WorkerError,
)
from .evaluation.metrics import Metrics, evaluate
from .review_page.run import review
from .text.repeated_paragraphs import Repeated
from .training.estimator import LinearTextClassifier
from .training.train import train
from .training.weak_labels import propose_labels

__all__ = [
    "Classifier",
    "Corpus",
    "CorpusError",
    "DocumentResult",
    "Evidence",
    "InputError",
    "Label",
    "LinearTextClassifier",
    "Metrics",
    "ModelError",
    "MultiClassifier",
    "MultiLabelClassifier",
    "PassagePrediction",
    "PredictOptions",
    "Prediction",
    "Record",
    "Repeated",
    "Scheme",
    "SchemeError",
    "SchemeId",
    "SingleLabelClassifier",
    "Status",
    "TextclfError",
    "TrainingError",
    "WorkerError",
    "__version__",
    "classify",
    "evaluate",
    "load",
    "load_all",
    "propose_labels",
    "review",
    "score_frame",
    "train",
]
