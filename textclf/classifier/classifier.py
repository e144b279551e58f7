"""Codes documents: from the scores of an engine to labels, probabilities, statuses, evidence.

It declares what it needs of an engine and knows neither the engines there are, nor how a
model is learned, nor how it lies on disk.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Protocol

from textclf._lazy_numpy import np
from textclf.classifier.aggregation import Answerer, Row
from textclf.classifier.evidence import every, strongest
from textclf.classifier.prediction import Annotation, Evidence, Prediction, Status
from textclf.codebook.scheme import Scheme
from textclf.errors import InputError
from textclf.model.model import Model
from textclf.model.priors import assumed_by, estimate_prior, with_prior
from textclf.scoring.weights import Doubles, LinearForm, Place, Scores, with_leads
from textclf.text.document import Document
from textclf.text.repeated import NOTHING_REPEATED, Repeated
from textclf.text.sentences import Span
from textclf.text.tokens import lead_spans


class Engine(Protocol):
    """Scores texts under several linear forms in one pass."""

    def score(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]] = (),
        forms: Collection[int] = (),
    ) -> Sequence[Scores]:
        """Return for each form the scores of each text and, of the forms named, of its spans."""
        ...

    def contributions(
        self, text: str, form: int, label: int, span: tuple[int, int], most: int | None = None
    ) -> Sequence[Place]:
        """Return what places inside a span add to a label's score: all, or the heaviest."""
        ...


EngineMaker = Callable[[Sequence[LinearForm]], Engine]


@dataclass(frozen=True, slots=True)
class Options:
    """How a document is answered."""

    clean: bool = True
    """Leave page furniture out."""
    repeated: Repeated | None = None
    """The paragraphs that several articles share, left out as furniture. None: those of the input
    where files are labelled, and none where texts are.
    """
    abstain: float = 0.0
    """Give no label whose probability is below this."""
    coverage: float = 1.0
    """Abstain on so many texts that this share is answered, the surest, going by the card."""
    evidence: int = 8
    """How many places are shown as evidence for an answer, at most: none for a label, such as
    `none`, that a text takes where nothing speaks for another.
    """

    def __post_init__(self) -> None:
        if not 0 <= self.abstain <= 1:
            raise InputError(f"abstain is {self.abstain}; give a probability between 0 and 1")
        if not 0 < self.coverage <= 1:
            raise InputError(f"coverage is {self.coverage}; give a share above 0, at most 1")
        if self.evidence < 0:
            raise InputError(f"evidence is {self.evidence}; give a number of places, 0 for none")


_DEFAULTS = Options()


class Annotator:
    """Codes documents under the schemes of several models, reading each document once.

    It serves one thread. Another process makes its own, of the same models.
    """

    def __init__(self, models: Sequence[Model], engine: EngineMaker) -> None:
        names = [model.scheme.name for model in models]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise InputError(f"two models answer scheme {twice!r}; give one of them")
        if not models:
            raise InputError("there is no model to answer with; give one or more")
        self.models = tuple(models)
        self._made_by = engine
        self._engine = engine([model.form for model in models])
        self._answerers = [Answerer(model) for model in models]
        self._by_passage = {n for n, model in enumerate(models) if model.scheme.by_passage}
        self._by_lead = {n for n, model in enumerate(models) if model.scheme.lead_words}
        self._leads = sorted({n for model in models for n in model.scheme.lead_words})

    def __reduce__(self) -> tuple[type[Annotator], tuple[tuple[Model, ...], EngineMaker]]:
        return Annotator, (self.models, self._made_by)

    def annotate(self, text: str, options: Options = _DEFAULTS, *, title: str = "") -> Annotation:
        """Return the record of one text, and of its title where it has one, under all schemes."""
        return self.code(read_document(text, title, options), options)

    def annotate_all(self, texts: Sequence[str], options: Options = _DEFAULTS) -> list[Annotation]:
        """Return the records of texts, in their order: together they cost less than one by one."""
        return self.code_all([read_document(text, "", options) for text in texts], options)

    def code(self, document: Document, options: Options = _DEFAULTS) -> Annotation:
        """Return the record of a document that was read before."""
        return self.code_all([document], options)[0]

    def code_all(
        self, documents: Sequence[Document], options: Options = _DEFAULTS
    ) -> list[Annotation]:
        """Return the records of documents that were read before, in their order."""
        if not options.evidence:
            return self._coded(documents, options)
        # One by one: the engine remembers the text whose evidence is asked for.
        return [
            self._shown(document, self._coded([document], options)[0], options.evidence)
            for document in documents
        ]

    def adapted(self, batches: Iterable[Sequence[Document]]) -> Annotator:
        """Return the annotator for material whose labels are as frequent as documents tell.

        Their shares, among passages where those are answered, are estimated by `estimate_prior`
        and stand in `models`. A model that states no prior stays as it is; raises InputError
        where none does.
        """
        stating = [n for n, model in enumerate(self.models) if model.decision.prior is not None]
        if not stating:
            assumed_by(self.models[0])
        found: list[list[Row]] = [[] for _ in self.models]
        for documents in batches:
            read = [document for document in documents if not document.is_empty]
            for number, scores in enumerate(self._scores(read) if read else ()):
                if number in stating:
                    found[number] += self._units(number, scores, read)
        models = list(self.models)
        for number in stating:
            model = models[number]
            probs = np.array(found[number]).reshape(-1, len(model.scheme.labels))
            models[number] = with_prior(model, estimate_prior(probs, assumed_by(model)))
        return Annotator(models, self._made_by)

    def unanswered(self, status: Status) -> tuple[Prediction, ...]:
        """Return for each scheme the answer of a text that was not or cannot be read."""
        return tuple(answerer.unanswered(status) for answerer in self._answerers)

    def explained(
        self, text: str, name: str = "", options: Options = _DEFAULTS, *, title: str = ""
    ) -> tuple[Document, Annotation, list[tuple[Evidence, ...]]]:
        """Return a text as it was read, its record, and for each scheme all of the evidence.

        That is every place, for or against: the weights of a passage, or of a document read
        whole, and the label's bias add up to its score.
        """
        document = read_document(text, title, options)
        annotation = replace(self.code(document, options), id=name)
        evidence = [
            every(document, self._contributions(number, document, prediction))
            for number, prediction in enumerate(annotation.predictions)
        ]
        return document, annotation, evidence

    def _coded(self, documents: Sequence[Document], options: Options) -> list[Annotation]:
        """Return the records of documents, without evidence."""
        read = [document for document in documents if not document.is_empty]
        answered = iter(self._answered(read, options) if read else [])
        return [
            Annotation(
                self.unanswered(Status.EMPTY) if document.is_empty else next(answered),
                dropped=document.dropped,
            )
            for document in documents
        ]

    def _answered(
        self, documents: Sequence[Document], options: Options
    ) -> Iterator[tuple[Prediction, ...]]:
        """Yield the answers of all schemes to each document that is not empty."""
        passages = [
            document.passages_in_original() if self._by_passage else () for document in documents
        ]
        columns = [
            answerer.answers(found, passages, _least(model, options))
            for answerer, model, found in zip(
                self._answerers, self.models, self._scores(documents), strict=True
            )
        ]
        return zip(*columns, strict=True)

    def _scores(self, documents: Sequence[Document]) -> Sequence[Scores]:
        """Return for each scheme the rows of the documents, as its answerer takes them.

        Passages and leads are spans of one call; of its rows, each scheme keeps its own.
        """
        passages = [document.passages if self._by_passage else () for document in documents]
        leads = [lead_spans(document.text, self._leads) for document in documents]
        spans = [(*one, *other) for one, other in zip(passages, leads, strict=True)]
        asked = self._by_passage | self._by_lead
        found = self._engine.score(
            [document.text for document in documents], spans if asked else (), asked
        )
        if not self._leads:
            return found
        counts = [len(one) for one in passages]
        return [
            self._own_rows(number, scores, counts) if number in asked else scores
            for number, scores in enumerate(found)
        ]

    def _units(self, number: int, found: Scores, documents: Sequence[Document]) -> list[Row]:
        """Return the probabilities of what a scheme answers of documents: passages, or all."""
        counts = [len(one.passages) if number in self._by_passage else 0 for one in documents]
        return self._answerers[number].each(found, counts)

    def _own_rows(self, number: int, found: Scores, passages: Sequence[int]) -> Scores:
        """Return the rows of documents and passages, or of documents with their leads in them."""
        leads = self.models[number].scheme.lead_words
        labels, at = found.labels, 0
        numbers: list[float] = []
        shares: list[float] = []
        rows, known = found.numbers.tolist(), found.shares.tolist()
        for count in passages:
            end = at + 1 + count
            if number in self._by_passage:
                numbers += rows[at * labels : end * labels]
                shares += known[at:end]
            else:
                whole = rows[at * labels : (at + 1) * labels]
                places = (end + self._leads.index(one) for one in leads)
                of_leads = [rows[place * labels : (place + 1) * labels] for place in places]
                numbers += with_leads(whole, of_leads)
                shares.append(known[at])
            at = end + len(self._leads)
        return Scores(memoryview(array("d", numbers)), memoryview(array("d", shares)), labels)

    def _shown(self, document: Document, annotation: Annotation, most: int) -> Annotation:
        """Return a record with its evidence."""
        predictions = []
        for number, prediction in enumerate(annotation.predictions):
            if self._takes_default(number, prediction):
                predictions.append(prediction)
                continue
            heaviest = partial(self._contributions, number, document, prediction)
            predictions.append(prediction.because_of(strongest(document, heaviest, most)))
        return Annotation(tuple(predictions), dropped=annotation.dropped)

    def _takes_default(self, number: int, prediction: Prediction) -> bool:
        """Return whether the label is one that nothing in a text speaks for."""
        default = self.models[number].scheme.default_label
        return bool(default) and (prediction.labels or _nearest(prediction)) == (default,)

    def _contributions(
        self, number: int, document: Document, prediction: Prediction, most: int | None = None
    ) -> list[tuple[str, Sequence[Place]]]:
        """Return what places of each span that the answer rests on add, label by label."""
        scheme = self.models[number].scheme
        spans = [document.passages[place] for place in prediction.rests_on]
        spans = spans or [Span(0, len(document.text))]
        add = partial(self._engine.contributions, document.text, number)
        found: list[tuple[str, Sequence[Place]]] = []
        for label in prediction.labels or _nearest(prediction):
            place = scheme.index(label)
            if scheme.lead_words:
                leads = lead_spans(document.text, scheme.lead_words)
                parts = [add(place, span, most) for span in (*spans, *leads)]
                found.append((label, _shared(parts, most)))
            else:
                found += [(label, add(place, span, most)) for span in spans]
        return found


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
    ) -> Doubles:
        """Return calibrated probabilities, shape (texts, labels); NaN where there is no answer."""
        rows = [
            [prob for _, prob in answer.probs] or [float("nan")] * len(self.scheme.labels)
            for answer in (self._one(text, options) for text in _texts(texts))
        ]
        return np.array(rows, dtype=float).reshape(-1, len(self.scheme.labels))

    def annotate(self, text: str, options: Options = _DEFAULTS, *, title: str = "") -> Prediction:
        """Return the label of a text with probabilities, status, evidence and passages."""
        return self._annotator.annotate(text, options, title=title).predictions[0]

    def code(self, document: Document, options: Options = _DEFAULTS) -> Prediction:
        """Return the answer to a document that was read before."""
        return self._annotator.code(document, options).predictions[0]

    def _one(self, text: str, options: Options) -> Prediction:
        return self._annotator.annotate(text, options).predictions[0]


def _texts(texts: Iterable[str]) -> Iterable[str]:
    if isinstance(texts, str | bytes):
        raise InputError("this is one text; give a list of texts, such as [text]")
    return texts


def read_document(text: str, title: str, options: Options) -> Document:
    """Return the document of a text, read as the options say; InputError for what is no text."""
    for name, given in (("text", text), ("title", title)):
        if not isinstance(given, str):
            raise InputError(f"a {name} must be a string, not {type(given).__name__}")
    repeated = options.repeated or NOTHING_REPEATED
    return Document.read(text, title=title, clean=options.clean, repeated=repeated)


def _shared(parts: Sequence[Sequence[Place]], most: int | None) -> list[Place]:
    """Return what places add to the score of a text and of its leads, each place once.

    With `most`, of the heaviest of each: what a place adds where it is none of these is left out.
    """
    whole, *leads = parts
    summed = {(start, end): 0.5 * weight for start, end, weight in whole}
    share = 0.5 / len(leads)
    for start, end, weight in chain.from_iterable(leads):
        summed[start, end] = summed.get((start, end), 0.0) + share * weight
    found = [(start, end, weight) for (start, end), weight in summed.items()]
    if most is None:
        return sorted(found)
    return sorted(found, key=itemgetter(2), reverse=True)[:most]


def _least(model: Model, options: Options) -> float:
    """Return the probability below which an answer is held back."""
    if options.coverage == 1:
        return options.abstain
    return max(options.abstain, model.abstain_for(options.coverage))


def _nearest(prediction: Prediction) -> tuple[str, ...]:
    """Return the label that an abstention came nearest to; a multi answer of none has none."""
    if prediction.kind == "multi" and prediction.status is Status.OK:
        return ()
    best = max(prediction.probs, key=lambda pair: pair[1], default=None)
    return (best[0],) if best else ()
