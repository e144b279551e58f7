"""Codes documents: from scores to labels, probabilities, statuses, evidence.

It knows neither how a model is trained nor how it lies on disk.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from math import isnan
from operator import itemgetter

from textclf._lazy_numpy import np
from textclf.classifier.aggregation import Aggregator, Row
from textclf.classifier.evidence import every, strongest
from textclf.classifier.prediction import DocumentResult, Evidence, Prediction, Status
from textclf.codebook.scheme import Scheme
from textclf.errors import InputError
from textclf.model.model import Model
from textclf.model.priors import assumed_by, estimate_prior, with_prior
from textclf.scoring.scorer import ScorerMaker
from textclf.scoring.weights import Doubles, Place, Scores, with_leads
from textclf.text.document import Document
from textclf.text.repeated_paragraphs import NOTHING_REPEATED, Repeated
from textclf.text.sentences import Span
from textclf.text.tokens import lead_spans


@dataclass(frozen=True, slots=True)
class PredictOptions:
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


_DEFAULTS = PredictOptions()


class MultiClassifier:
    """Codes documents under the schemes of several models, reading each document once.

    It serves one thread. Another process makes its own, of the same models.
    """

    def __init__(self, models: Sequence[Model], make: ScorerMaker) -> None:
        names = [model.scheme.name for model in models]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise InputError(f"two models answer scheme {twice!r}; give one of them")
        if not models:
            raise InputError("there is no model to answer with; give one or more")
        self.models = tuple(models)
        self._made_by = make
        self._scorer = make([model.form for model in models])
        self._aggregators = [Aggregator(model) for model in models]
        self._by_passage = {n for n, model in enumerate(models) if model.scheme.by_passage}
        self._by_lead = {n for n, model in enumerate(models) if model.scheme.lead_words}
        self._leads = sorted({n for model in models for n in model.scheme.lead_words})

    def __repr__(self) -> str:
        return f"MultiClassifier({[model.scheme.version_id for model in self.models]})"

    def __reduce__(self) -> tuple[type[MultiClassifier], tuple[tuple[Model, ...], ScorerMaker]]:
        return MultiClassifier, (self.models, self._made_by)

    def classify(
        self, text: str, options: PredictOptions = _DEFAULTS, *, title: str = ""
    ) -> DocumentResult:
        """Return the record of one text, and of its title where it has one, under all schemes."""
        return self.classify_document(read_document(text, title, options), options)

    def classify_all(
        self, texts: Sequence[str], options: PredictOptions = _DEFAULTS
    ) -> list[DocumentResult]:
        """Return the records of texts, in their order: together they cost less than one by one."""
        return self.classify_documents(
            [read_document(text, "", options) for text in texts], options
        )

    def classify_document(
        self, document: Document, options: PredictOptions = _DEFAULTS
    ) -> DocumentResult:
        """Return the record of a document that was read before."""
        return self.classify_documents([document], options)[0]

    def classify_documents(
        self, documents: Sequence[Document], options: PredictOptions = _DEFAULTS
    ) -> list[DocumentResult]:
        """Return the records of documents that were read before, in their order."""
        if not options.evidence:
            return self._coded(documents, options)
        # One by one: the scorer remembers the text whose evidence is asked for.
        return [
            self._shown(document, self._coded([document], options)[0], options.evidence)
            for document in documents
        ]

    def adapted(self, batches: Iterable[Sequence[Document]]) -> MultiClassifier:
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
        return MultiClassifier(models, self._made_by)

    def unanswered(self, status: Status) -> tuple[Prediction, ...]:
        """Return for each scheme the answer of a text that was not or cannot be read."""
        return tuple(answerer.unanswered(status) for answerer in self._aggregators)

    def explained(
        self, text: str, name: str = "", options: PredictOptions = _DEFAULTS, *, title: str = ""
    ) -> tuple[Document, DocumentResult, list[tuple[Evidence, ...]]]:
        """Return a text as it was read, its record, and for each scheme all of the evidence.

        That is every place, for or against: the weights of a passage, or of a document read
        whole, and the label's bias add up to its score.
        """
        document = read_document(text, title, options)
        annotation = replace(self.classify_document(document, options), id=name)
        evidence = [
            every(document, self._contributions(number, document, prediction))
            for number, prediction in enumerate(annotation.predictions)
        ]
        return document, annotation, evidence

    def _coded(
        self, documents: Sequence[Document], options: PredictOptions
    ) -> list[DocumentResult]:
        """Return the records of documents, without evidence."""
        read = [document for document in documents if not document.is_empty]
        answered = iter(self._answered(read, options) if read else [])
        return [
            DocumentResult(
                self.unanswered(Status.EMPTY) if document.is_empty else next(answered),
                removed=document.removed,
            )
            for document in documents
        ]

    def _answered(
        self, documents: Sequence[Document], options: PredictOptions
    ) -> Iterator[tuple[Prediction, ...]]:
        """Yield the answers of all schemes to each document that is not empty."""
        passages = [
            document.passages_in_original() if self._by_passage else () for document in documents
        ]
        columns = [
            answerer.answers(found, passages, _least(model, options))
            for answerer, model, found in zip(
                self._aggregators, self.models, self._scores(documents), strict=True
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
        found = self._scorer.score(
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
        return self._aggregators[number].each(found, counts)

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

    def _shown(self, document: Document, annotation: DocumentResult, most: int) -> DocumentResult:
        """Return a record with its evidence."""
        predictions = []
        for number, prediction in enumerate(annotation.predictions):
            if self._takes_default(number, prediction):
                predictions.append(prediction)
                continue
            heaviest = partial(self._contributions, number, document, prediction)
            predictions.append(prediction.with_evidence(strongest(document, heaviest, most)))
        return DocumentResult(tuple(predictions), removed=annotation.removed)

    def _takes_default(self, number: int, prediction: Prediction) -> bool:
        """Return whether the label is one that nothing in a text speaks for."""
        default = self.models[number].scheme.default_label
        return bool(default) and (prediction.labels or _nearest(prediction)) == (default,)

    def _contributions(
        self, number: int, document: Document, prediction: Prediction, most: int | None = None
    ) -> list[tuple[str, Sequence[Place]]]:
        """Return what places of each span that the answer rests on add, label by label."""
        scheme = self.models[number].scheme
        spans = [document.passages[place] for place in prediction.supporting_passages]
        spans = spans or [Span(0, len(document.text))]
        add = partial(self._scorer.contributions, document.text, number)
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

    def __init__(self, model: Model, make: ScorerMaker) -> None:
        self.model = model
        self._classifiers = MultiClassifier([model], make)

    def __repr__(self) -> str:
        return f"Classifier({self.scheme.version_id!r}, {len(self.classes_)} labels)"

    @property
    def scheme(self) -> Scheme:
        """The scheme that its labels come from."""
        return self.model.scheme

    @property
    def classes_(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `predict_proba`."""
        return self.scheme.label_names

    def predict(
        self, texts: Iterable[str], options: PredictOptions = PredictOptions(evidence=0)
    ) -> list[str | None] | list[tuple[str, ...] | None]:
        """Return the label of each text, None where there is no answer.

        For a multi scheme: a tuple of labels for each text. `texts` are a list, an array, a
        column of a data frame or a generator; a missing value in it, such as NaN, is an empty
        text. Raises InputError for a bare string, a data frame and for what is not text.
        """
        answers = [self._one(text, options) for text in _texts(texts)]
        if self.scheme.kind == "single":
            return [answer.label for answer in answers]
        return [answer.labels if answer.status is Status.OK else None for answer in answers]

    def predict_proba(
        self, texts: Iterable[str], options: PredictOptions = PredictOptions(evidence=0)
    ) -> Doubles:
        """Return calibrated probabilities, shape (texts, labels); NaN where there is no answer."""
        rows = [
            [prob for _, prob in answer.probs] or [float("nan")] * len(self.scheme.labels)
            for answer in (self._one(text, options) for text in _texts(texts))
        ]
        return np.array(rows, dtype=float).reshape(-1, len(self.scheme.labels))

    def classify(
        self, text: str, options: PredictOptions = _DEFAULTS, *, title: str = ""
    ) -> Prediction:
        """Return the label of a text with probabilities, status, evidence and passages."""
        return self._classifiers.classify(text, options, title=title).predictions[0]

    def classify_document(
        self, document: Document, options: PredictOptions = _DEFAULTS
    ) -> Prediction:
        """Return the answer to a document that was read before."""
        return self._classifiers.classify_document(document, options).predictions[0]

    def _one(self, text: str, options: PredictOptions) -> Prediction:
        return self._classifiers.classify(text, options).predictions[0]


def _texts(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts, a missing value as an empty one; InputError for what holds no texts."""
    if isinstance(texts, str | bytes):
        raise InputError("this is one text; give a list of texts, such as [text]")
    if isinstance(texts, Mapping) or hasattr(texts, "columns"):
        raise InputError("this is a table; give one column of it, such as table['text']")
    if not isinstance(texts, Iterable):
        raise InputError(f"texts must be a list of strings, not {type(texts).__name__}")
    for text in texts:
        yield "" if _is_missing(text) else text


def _is_missing(value: object) -> bool:
    """Return whether a value is None, NaN or the missing value of a data frame."""
    if value is None or type(value).__name__ == "NAType":
        return True
    return isinstance(value, float) and isnan(value)


def read_document(text: str, title: str, options: PredictOptions) -> Document:
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


def _least(model: Model, options: PredictOptions) -> float:
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
