"""One trained model that labels texts, with the types that its kind of scheme gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isnan

from textclf._lazy_numpy import np
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import Prediction, Status
from textclf.codebook.scheme import Kind, Scheme
from textclf.errors import InputError
from textclf.model.model import Model
from textclf.scoring.scorer import ScorerMaker
from textclf.scoring.weights import Doubles
from textclf.text.document import Document


class Classifier:
    """A trained model that labels texts.

    `textclf.load` makes it. It is a `SingleLabelClassifier` or a `MultiLabelClassifier`, as the
    scheme of its model says; `isinstance` shows which, also to a type checker.

    >>> import textclf
    >>> classifier = textclf.load("topic")
    >>> classifier
    SingleLabelClassifier(topic, 17 labels)
    >>> classifier.classify("Rain and wind will lash Murree.").label
    'weather'
    """

    def __new__(cls, model: Model, make: ScorerMaker) -> Classifier:  # noqa: ARG004, PYI034
        """Return a classifier of the class that the kind of the scheme has."""
        if cls is Classifier:
            cls = _CLASSES[model.scheme.kind]  # noqa: PLW0642
        return super().__new__(cls)

    def __init__(self, model: Model, make: ScorerMaker) -> None:
        self.model = model
        self._make = make
        self._classifiers = MultiClassifier([model], make)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.scheme.name}, {len(self.classes_)} labels)"

    def __reduce__(self) -> tuple[type[Classifier], tuple[Model, ScorerMaker]]:
        return Classifier, (self.model, self._make)

    @property
    def scheme(self) -> Scheme:
        """The scheme that the labels come from."""
        return self.model.scheme

    @property
    def classes_(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `predict_proba`."""
        return self.scheme.label_names

    def predict(
        self, texts: Iterable[str], options: PredictOptions = PredictOptions(evidence=0)
    ) -> list[str | None] | list[tuple[str, ...] | None]:
        """Return the labels of each text, in order; None where the status is not `ok`.

        `texts` is a list, an array, a column of a data frame or a generator. A missing value in
        it, such as NaN, is an empty text. Raises InputError for a single string, for a data frame,
        and for an item that is not text.
        """
        raise NotImplementedError

    def predict_proba(
        self, texts: Iterable[str], options: PredictOptions = PredictOptions(evidence=0)
    ) -> Doubles:
        """Return calibrated probabilities, shape (texts, labels).

        The row of a text that has no prediction is NaN: an empty text, or one that holds no word
        that the model knows. `texts` is what `predict` takes.
        """
        unknown = [float("nan")] * len(self.scheme.labels)
        rows = [
            [prob for _, prob in prediction.probs] or unknown
            for prediction in self._predictions(texts, options)
        ]
        return np.array(rows, dtype=float).reshape(-1, len(self.scheme.labels))

    def classify(
        self, text: str, options: PredictOptions = PredictOptions(), *, title: str = ""
    ) -> Prediction:
        """Return the prediction for one text, with probabilities, status, evidence and passages.

        A title is read before the text. Raises InputError if either is not a string.
        """
        return self._classifiers.classify(text, options, title=title).predictions[0]

    def classify_document(
        self, document: Document, options: PredictOptions = PredictOptions()
    ) -> Prediction:
        """Return the prediction for a document that was read before."""
        return self._classifiers.predict_documents([document], options)[0][0]

    def _predictions(self, texts: Iterable[str], options: PredictOptions) -> Iterator[Prediction]:
        for text in _strings(texts):
            yield self.classify(text, options)


class SingleLabelClassifier(Classifier):
    """A classifier whose scheme gives each text one label."""

    def predict(
        self, texts: Iterable[str], options: PredictOptions = PredictOptions(evidence=0)
    ) -> list[str | None]:
        """Return the label of each text, in order; None where the status is not `ok`.

        `texts` is a list, an array, a column of a data frame or a generator. A missing value in
        it, such as NaN, is an empty text. Raises InputError for a single string, for a data frame,
        and for an item that is not text.

        >>> import textclf
        >>> textclf.load("topic", kind="single").predict(["Rain will lash Murree.", ""])
        ['weather', None]
        """
        return [prediction.label for prediction in self._predictions(texts, options)]


class MultiLabelClassifier(Classifier):
    """A classifier whose scheme gives each text any number of labels."""

    def predict(
        self, texts: Iterable[str], options: PredictOptions = PredictOptions(evidence=0)
    ) -> list[tuple[str, ...] | None]:
        """Return the labels of each text, in order; None where the status is not `ok`.

        An empty tuple means that no label applies. `texts` is a list, an array, a column of a data
        frame or a generator. A missing value in it, such as NaN, is an empty text. Raises
        InputError for a single string, for a data frame, and for an item that is not text.
        """
        return [
            prediction.labels if prediction.status is Status.OK else None
            for prediction in self._predictions(texts, options)
        ]


_CLASSES: Mapping[Kind, type[Classifier]] = {
    "single": SingleLabelClassifier,
    "multi": MultiLabelClassifier,
}


def _strings(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts, a missing value as an empty one.

    Raises InputError if `texts` is not a collection of texts.
    """
    if isinstance(texts, str | bytes):
        raise InputError("this is one text; give a list of texts, such as [text]")
    if isinstance(texts, Mapping) or hasattr(texts, "columns"):
        raise InputError("this is a table; give one column of it, such as table['text']")
    if not isinstance(texts, Iterable):
        raise InputError(f"texts must be a list of strings, not {type(texts).__name__}")
    for text in texts:
        yield "" if is_missing(text) else text


def is_missing(value: object) -> bool:
    """Return whether a value is None, NaN or the missing value of a data frame."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and isnan(value)
