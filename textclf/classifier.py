"""Codes documents: from the scores of an engine to labels, probabilities, statuses, evidence.

It declares what it needs of an engine and knows neither the engines there are, nor how a
model is learned, nor how it lies on disk.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from textclf.document import Document
from textclf.errors import InputError
from textclf.linear import Contributions, Decision, LinearForm, Scores
from textclf.model import Model
from textclf.prediction import Annotation, Evidence, PassagePrediction, Prediction, Status
from textclf.scheme import Scheme
from textclf.sentences import Span


class Engine(Protocol):
    """Scores a text under several linear forms in one pass."""

    def score(self, text: str, spans: Sequence[Sequence[tuple[int, int]]]) -> Sequence[Scores]:
        """Return for each form the scores of the text, and of the spans asked of that form."""
        ...

    def score_texts(self, texts: Sequence[str]) -> Sequence[Scores]:
        """Return for each form the scores of many texts, each read whole."""
        ...

    def contributions(
        self, text: str, form: int, label: int, span: tuple[int, int]
    ) -> Contributions:
        """Return what each place inside a span adds to a label's score of that span."""
        ...


EngineMaker = Callable[[Sequence[LinearForm]], Engine]


@dataclass(frozen=True, slots=True)
class Options:
    """How a document is answered."""

    clean: bool = True
    """Leave page furniture out."""
    abstain: float = 0.0
    """Give no label whose probability is below this."""
    coverage: float = 1.0
    """Abstain on so many texts that this share is answered, the surest, going by the card."""
    evidence: int = 8
    """How many places are shown as evidence for an answer, at most."""

    def __post_init__(self) -> None:
        if not 0 <= self.abstain <= 1:
            raise InputError(f"abstain is {self.abstain}; give a probability between 0 and 1")
        if not 0 < self.coverage <= 1:
            raise InputError(f"coverage is {self.coverage}; give a share above 0, at most 1")
        if self.evidence < 0:
            raise InputError(f"evidence is {self.evidence}; give a number of places, 0 for none")


_DEFAULTS = Options()
_CANDIDATES = 16
"""Places looked at for each one shown: a word that stands in many is shown once."""


class Annotator:
    """Codes documents under the schemes of several models, reading each document once.

    One text at a time: give each thread an annotator of its own.
    """

    def __init__(self, models: Sequence[Model], engine: EngineMaker) -> None:
        names = [model.scheme.name for model in models]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise InputError(f"two models answer scheme {twice!r}; give one of them")
        if not models:
            raise InputError("there is no model to answer with; give one or more")
        self.models = tuple(models)
        self._engine = engine([model.form for model in models])

    def annotate(self, text: str, options: Options = _DEFAULTS) -> Annotation:
        """Return the record of one text under all schemes."""
        return self.code(_document(text, options), options)

    def code(self, document: Document, options: Options = _DEFAULTS) -> Annotation:
        """Return the record of a document that was read before."""
        spans = [(span.start, span.end) for span in document.passages]
        if spans:
            asked = [spans if model.scheme.by_passage else [] for model in self.models]
            found = self._engine.score(document.text, asked)
            predictions = tuple(
                self._predict(number, one, document, options) for number, one in enumerate(found)
            )
        else:
            predictions = self.unanswered(Status.EMPTY)
        passages = tuple(document.in_original(span.start, span.end) for span in document.passages)
        return Annotation(predictions, dropped=document.dropped, passages=passages)

    def unanswered(self, status: Status) -> tuple[Prediction, ...]:
        """Return for each scheme the answer of a text that was not or cannot be read."""
        return tuple(_unanswered(model.scheme, status) for model in self.models)

    def explained(
        self, text: str, name: str = "", options: Options = _DEFAULTS
    ) -> tuple[Document, Annotation, list[tuple[Evidence, ...]]]:
        """Return a text as it was read, its record, and for each scheme all of the evidence.

        That is every place, for or against: the weights of a passage, or of a document read
        whole, and the label's bias add up to its score.
        """
        document = _document(text, options)
        annotation = replace(self.code(document, options), id=name)
        evidence = [
            tuple(self._evidence(number, document, prediction))
            for number, prediction in enumerate(annotation.predictions)
        ]
        return document, annotation, evidence

    def _predict(
        self, number: int, found: Scores, document: Document, options: Options
    ) -> Prediction:
        model = self.models[number]
        scheme, decision = model.scheme, model.decision
        if not found.known[0]:
            return _unanswered(scheme, Status.NO_EVIDENCE)
        rows = decision.probabilities(found.scores)
        least = options.abstain
        if options.coverage < 1:
            least = max(least, model.abstain_for(options.coverage))
        probs, deciding = rows[0], np.zeros(0, np.intp)
        passages: tuple[PassagePrediction, ...] = ()
        if scheme.by_passage:
            known = found.known[1:] > 0
            deciding = _deciding(scheme, decision, rows[1:], known)
            if len(deciding):
                probs = _joint(scheme, rows[1 + deciding])
            passages = tuple(
                _passage(
                    scheme, decision, row, is_known, document.in_original(s.start, s.end), least
                )
                for row, is_known, s in zip(rows[1:], known, document.passages, strict=True)
            )
        labels, prob, status = _decide(scheme, decision, probs, least)
        prediction = Prediction(
            scheme=scheme.stamp,
            kind=scheme.kind,
            labels=labels,
            prob=prob,
            probs=tuple(zip(scheme.label_names, map(float, probs), strict=True)),
            status=status,
            known=float(found.known[0]),
            passages=passages,
            rests_on=tuple(map(int, deciding)),
        )
        if not options.evidence:
            return prediction
        places = self._evidence(number, document, prediction, options.evidence * _CANDIDATES)
        return replace(prediction, evidence=_strongest(places, options.evidence))

    def _evidence(
        self, number: int, document: Document, prediction: Prediction, most: int | None = None
    ) -> Iterator[Evidence]:
        """Yield the places of each span that the answer rests on, with what they add.

        With `most`, only so many of a span, those that add most; else all, in their order.
        """
        scheme = self.models[number].scheme
        spans = [document.passages[place] for place in prediction.rests_on]
        spans = spans or [Span(0, len(document.text))]
        for label in prediction.labels or _nearest(prediction):
            for span in spans:
                found = self._engine.contributions(
                    document.text, number, scheme.index(label), (span.start, span.end)
                )
                chosen = np.arange(len(found.weights))
                if most is not None:
                    chosen = np.argsort(-found.weights, kind="stable")[:most]
                for place in chosen:
                    start, end = int(found.starts[place]), int(found.ends[place])
                    yield _place(document, start, end, float(found.weights[place]), label)


class Classifier:
    """A trained model that labels texts. Made by `textclf.load`."""

    def __init__(self, model: Model, engine: EngineMaker) -> None:
        self.model = model
        self._annotator = Annotator([model], engine)

    @property
    def scheme(self) -> Scheme:
        """The scheme that its labels come from."""
        return self.model.scheme

    def predict(
        self, texts: Iterable[str], options: Options = Options(evidence=0)
    ) -> list[str | None] | list[tuple[str, ...] | None]:
        """Return the label of each text, None where there is no answer.

        For a multi scheme: a tuple of labels for each text. Raises InputError for a bare
        string and for anything that is not text.
        """
        answers = [self._one(text, options) for text in _texts(texts)]
        if self.scheme.kind == "single":
            return [answer.label for answer in answers]
        return [answer.labels if answer.status is Status.OK else None for answer in answers]

    def predict_proba(
        self, texts: Iterable[str], options: Options = Options(evidence=0)
    ) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (texts, labels); NaN where there is no answer."""
        rows = [
            [prob for _, prob in answer.probs] or [float("nan")] * len(self.scheme.labels)
            for answer in (self._one(text, options) for text in _texts(texts))
        ]
        return np.array(rows, dtype=float).reshape(-1, len(self.scheme.labels))

    def annotate(self, text: str, options: Options = _DEFAULTS) -> Prediction:
        """Return the label of a text with probabilities, status, evidence and passages."""
        return self._one(text, options)

    def _one(self, text: str, options: Options) -> Prediction:
        return self._annotator.annotate(text, options).predictions[0]


def _texts(texts: Iterable[str]) -> Iterable[str]:
    if isinstance(texts, str | bytes):
        raise InputError("this is one text; give a list of texts, such as [text]")
    return texts


def _document(text: str, options: Options) -> Document:
    if not isinstance(text, str):
        raise InputError(f"a text must be a string, not {type(text).__name__}")
    return Document.read(text, clean=options.clean)


_PREVAILING = (3, 0.2)
"""How many of a document's passages, and what share of them, a label needs to prevail."""


def _deciding(
    scheme: Scheme,
    decision: Decision,
    probs: NDArray[np.float64],
    known: NDArray[np.bool_],
) -> NDArray[np.intp]:
    """Return the passages whose answer is the document's; none where it is read whole.

    `any_passage`: those that take that label, else the one that comes nearest to it.
    `prevails_over`: those that take the label that prevails; of two equals, the one that the
    later passage takes.
    """
    places = np.flatnonzero(known)
    answers = decision.best(probs[places])
    if scheme.any_passage:
        target = scheme.index(scheme.any_passage)
        nearest = probs[places, target].argmax(keepdims=True)
        return np.asarray(places[answers == target if (answers == target).any() else nearest])
    counts = np.bincount(answers, minlength=probs.shape[1])
    counts[scheme.index(scheme.prevails_over)] = 0
    least, share = _PREVAILING
    if counts.max() < max(least, share * len(places)):
        return places[:0]
    prevailing = answers[np.isin(answers, np.flatnonzero(counts == counts.max()))][-1]
    return np.asarray(places[answers == prevailing])


def _joint(scheme: Scheme, probs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the document's probabilities: of its surest passage, or the mean of those agreeing."""
    if scheme.any_passage:
        return np.asarray(probs[probs[:, scheme.index(scheme.any_passage)].argmax()])
    return np.asarray(probs.mean(axis=0))


def _decide(
    scheme: Scheme, decision: Decision, probs: NDArray[np.float64], least: float
) -> tuple[tuple[str, ...], float, Status]:
    names = scheme.label_names
    labels: tuple[str, ...]
    if scheme.kind == "single":
        best = int(decision.best(probs[None])[0])
        labels, prob = (names[best],), float(probs[best])
    else:
        row = decision.given(probs[None], scheme.at_least_one)[0]
        labels = scheme.close(name for name, yes in zip(names, row, strict=True) if yes)
        prob = float(np.where(np.isin(names, labels), probs, 1 - probs).min())
    if prob < least:
        return (), prob, Status.ABSTAINED
    return labels, prob, Status.OK


def _passage(
    scheme: Scheme,
    decision: Decision,
    probs: NDArray[np.float64],
    known: np.bool_,
    span: Span,
    least: float,
) -> PassagePrediction:
    if not known:
        return PassagePrediction(span.start, span.end, (), None, Status.NO_EVIDENCE)
    labels, prob, status = _decide(scheme, decision, probs, least)
    return PassagePrediction(span.start, span.end, labels, prob, status)


def _unanswered(scheme: Scheme, status: Status) -> Prediction:
    return Prediction(scheme.stamp, scheme.kind, (), None, (), status)


def _nearest(prediction: Prediction) -> tuple[str, ...]:
    """Return the label that an abstention came nearest to; a multi answer of none has none."""
    if prediction.kind == "multi" and prediction.status is Status.OK:
        return ()
    best = max(prediction.probs, key=lambda pair: pair[1], default=None)
    return (best[0],) if best else ()


def _strongest(evidence: Iterable[Evidence], most: int) -> tuple[Evidence, ...]:
    """Return the heaviest places that speak for a label, each wording once, passage by passage."""
    best: dict[tuple[str, str], Evidence] = {}
    for one in sorted(evidence, key=lambda one: (-one.weight, one.start)):
        if one.weight > 0:
            best.setdefault((one.label, one.text.lower()), one)
    return tuple(sorted(list(best.values())[:most], key=lambda one: (one.passage, -one.weight)))


def _place(document: Document, start: int, end: int, weight: float, label: str) -> Evidence:
    start, end = _without_punctuation(document.text, start, end)
    span = document.in_original(start, end)
    text = document.original[span.start : span.end]
    return Evidence(span.start, span.end, text, weight, label, _passage_of(document, start))


def _without_punctuation(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without what is not a word at its ends: a chunk shows as its word."""
    first, last = start, end
    while first < last and not text[first].isalnum():
        first += 1
    while last > first and not text[last - 1].isalnum():
        last -= 1
    return (first, last) if first < last else (start, end)


def _passage_of(document: Document, start: int) -> int:
    for number, span in enumerate(document.passages):
        if start < span.end:
            return number
    return max(0, len(document.passages) - 1)
