"""Labels documents under the schemes of several models, and reads each document once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import repeat

from textclf._lazy_numpy import np
from textclf.classifier.evidence import ScoredLabel, all_evidence, strongest_evidence
from textclf.classifier.labels_and_abstention import LabelDecider
from textclf.classifier.passage_aggregation import Row
from textclf.classifier.predict_options import PredictOptions, read_document
from textclf.classifier.prediction import DocumentResult, Evidence, Prediction, Status
from textclf.errors import InputError
from textclf.model.model import Model
from textclf.model.priors import assumed_by, estimate_prior, with_prior
from textclf.scoring.scorer import ScorerMaker
from textclf.scoring.weights import Scores, with_first_words
from textclf.text.document import Document
from textclf.text.language import COMMON_WORDS, is_other_language
from textclf.text.sentences import Span
from textclf.text.tokens import first_words_spans

_MOST = 0.5
"""A model that knows a greater share of the commonest words of English reads English."""


class MultiClassifier:
    """Several models that label the same texts. Each text is read once for all of them.

    `textclf.load_all` makes it. `models` are the models, in the order of the predictions.
    It serves one thread. A copy in another process makes its own scorer.
    """

    def __init__(self, models: Sequence[Model], make: ScorerMaker) -> None:
        names = [model.scheme.name for model in models]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise InputError(f"two models answer scheme {twice!r}; give one of them")
        if not models:
            raise InputError("there is no model to answer with; give one or more")
        self.models = tuple(models)
        self._make = make
        self._scorer = make([model.linear_weights for model in models])
        self._deciders = [LabelDecider(model) for model in models]
        self._by_passage = {n for n, model in enumerate(models) if model.scheme.by_passage}
        self._with_first_words = {n for n, model in enumerate(models) if model.scheme.lead_words}
        self._first_words = sorted({n for model in models for n in model.scheme.lead_words})

    def __repr__(self) -> str:
        return f"MultiClassifier({', '.join(model.scheme.name for model in self.models)})"

    def __reduce__(self) -> tuple[type[MultiClassifier], tuple[tuple[Model, ...], ScorerMaker]]:
        return MultiClassifier, (self.models, self._make)

    def classify(
        self, text: str, options: PredictOptions = PredictOptions(), *, title: str = ""
    ) -> DocumentResult:
        """Return the predictions of all schemes for one text, with evidence.

        A title is read before the text. The result holds text and title, so that a notebook shows
        the text with its evidence marked. Raises InputError if either is not a string.
        """
        document = read_document(text, title, options)
        (predictions,) = self.predict_documents([document], options)
        return _result(document, predictions)

    def classify_all(
        self,
        texts: Sequence[str],
        options: PredictOptions = PredictOptions(),
        *,
        titles: Sequence[str] | None = None,
    ) -> list[DocumentResult]:
        """Return the results of texts, in their order.

        `titles` has the title of each text, if they are given separately. With `evidence=0` this
        takes less time than one call of `classify` for each text.
        """
        with_titles = zip(texts, titles or repeat(""), strict=titles is not None)
        documents = [read_document(text, title, options) for text, title in with_titles]
        return list(map(_result, documents, self.predict_documents(documents, options)))

    def predict_documents(
        self, documents: Sequence[Document], options: PredictOptions = PredictOptions()
    ) -> list[tuple[Prediction, ...]]:
        """Return for each document the predictions of all schemes."""
        if not options.evidence:
            return self._without_evidence(documents, options)
        # One by one: the scorer remembers the text whose evidence is asked for.
        return [self._with_evidence(document, options) for document in documents]

    def adapted(self, batches: Iterable[Sequence[Document]]) -> MultiClassifier:
        """Return a copy that assumes labels to be as frequent as they are in some documents.

        `estimate_prior` estimates the shares, among passages where the scheme labels passages.
        They stand in the `models` of the copy. A model that states no prior stays as it is. Raises
        InputError if no model states one.
        """
        stating = [n for n, model in enumerate(self.models) if model.decision.prior is not None]
        if not stating:
            assumed_by(self.models[0])
        rows: list[list[Row]] = [[] for _ in self.models]
        for documents in batches:
            read = [document for document in documents if not document.is_empty]
            for number, scores in enumerate(self._scores(read) if read else ()):
                if number in stating:
                    rows[number] += self._units(number, scores, read)
        models = list(self.models)
        for number in stating:
            model = models[number]
            probs = np.array(rows[number]).reshape(-1, len(model.scheme.labels))
            models[number] = with_prior(model, estimate_prior(probs, assumed_by(model)))
        return MultiClassifier(models, self._make)

    def unanswered(self, status: Status) -> tuple[Prediction, ...]:
        """Return for each scheme the prediction of a text that has no label, with this status."""
        return tuple(decider.unanswered(status) for decider in self._deciders)

    def explained(
        self,
        text: str,
        name: str = "",
        options: PredictOptions = PredictOptions(),
        *,
        title: str = "",
    ) -> tuple[DocumentResult, list[tuple[Evidence, ...]]]:
        """Return the result of one text, and for each scheme every span that adds to a score.

        The spans speak for a label or against it. The weights of a passage, or of a document that
        is read whole, and the bias of the label add up to the score.
        """
        document = read_document(text, title, options)
        (predictions,) = self.predict_documents([document], options)
        return _result(document, predictions, name), [
            all_evidence(document, self._scorer, self._scored_labels(number, document, prediction))
            for number, prediction in enumerate(predictions)
        ]

    def _without_evidence(
        self, documents: Sequence[Document], options: PredictOptions
    ) -> list[tuple[Prediction, ...]]:
        read = [document for document in documents if not document.is_empty]
        predictions = iter(self._predictions(read, options) if read else [])
        return [
            self.unanswered(Status.EMPTY) if document.is_empty else next(predictions)
            for document in documents
        ]

    def _predictions(
        self, documents: Sequence[Document], options: PredictOptions
    ) -> Iterator[tuple[Prediction, ...]]:
        """Yield the predictions of all schemes for each document, none of which is empty."""
        passages = [
            document.passages_in_original() if self._by_passage else () for document in documents
        ]
        columns = [
            self._deciders[number].answers(
                scores,
                passages,
                _lowest_prob(self.models[number], options),
                partial(self._is_other_language, number, documents),
            )
            for number, scores in enumerate(self._scores(documents))
        ]
        return zip(*columns, strict=True)

    def _is_other_language(self, number: int, documents: Sequence[Document], at: int) -> bool:
        """Return whether a document is in another language, and a model reads English."""
        return self._reads_english[number] and is_other_language(documents[at].text)

    @cached_property
    def _reads_english(self) -> list[bool]:
        """Whether each model knows most of the commonest words of English.

        A model of your own may read another language.
        """
        shares = [one.shares.tolist()[0] for one in self._scorer.score([COMMON_WORDS])]
        return [share > _MOST for share in shares]

    def _scores(self, documents: Sequence[Document]) -> Sequence[Scores]:
        """Return for each scheme the rows of the documents, as its aggregator takes them.

        One call scores the documents with their passages and first words. Each scheme keeps its
        own rows.
        """
        passages = [document.passages if self._by_passage else () for document in documents]
        first_words = [
            first_words_spans(document.text, self._first_words) for document in documents
        ]
        spans = [(*one, *other) for one, other in zip(passages, first_words, strict=True)]
        with_spans = self._by_passage | self._with_first_words
        scores = self._scorer.score(
            [document.text for document in documents], spans if with_spans else (), with_spans
        )
        if not self._first_words:
            return scores
        counts = [len(one) for one in passages]
        return [
            self._own_rows(number, one, counts) if number in with_spans else one
            for number, one in enumerate(scores)
        ]

    def _units(self, number: int, scores: Scores, documents: Sequence[Document]) -> list[Row]:
        """Return the probabilities of what a scheme labels in documents: passages, or the whole."""
        counts = [len(one.passages) if number in self._by_passage else 0 for one in documents]
        return self._deciders[number].each(scores, counts)

    def _own_rows(self, number: int, scores: Scores, passages: Sequence[int]) -> Scores:
        """Return the rows of documents and passages, or of documents with first words mixed in.

        `scores` has for each document a row for the whole, one for each of its `passages`, and one
        for each number of first words.
        """
        limits = self.models[number].scheme.lead_words
        labels, at = scores.labels, 0
        numbers: list[float] = []
        shares: list[float] = []
        rows, known = scores.numbers.tolist(), scores.shares.tolist()
        for count in passages:
            end = at + 1 + count
            if number in self._by_passage:
                numbers += rows[at * labels : end * labels]
                shares += known[at:end]
            else:
                whole = rows[at * labels : (at + 1) * labels]
                indices = (end + self._first_words.index(limit) for limit in limits)
                parts = [rows[index * labels : (index + 1) * labels] for index in indices]
                numbers += with_first_words(whole, parts)
                shares.append(known[at])
            at = end + len(self._first_words)
        return Scores(memoryview(array("d", numbers)), memoryview(array("d", shares)), labels)

    def _with_evidence(self, document: Document, options: PredictOptions) -> tuple[Prediction, ...]:
        """Return the predictions for one document, each with its evidence."""
        (predictions,) = self._without_evidence([document], options)
        return tuple(
            prediction
            if self._gives_default(number, prediction)
            else prediction.with_evidence(
                strongest_evidence(
                    document,
                    self._scorer,
                    self._scored_labels(number, document, prediction),
                    options.evidence,
                )
            )
            for number, prediction in enumerate(predictions)
        )

    def _gives_default(self, number: int, prediction: Prediction) -> bool:
        """Return whether the label is one that no term of a text speaks for."""
        default = self.models[number].scheme.default_label
        return bool(default) and (prediction.labels or _nearest(prediction)) == (default,)

    def _scored_labels(
        self, number: int, document: Document, prediction: Prediction
    ) -> list[ScoredLabel]:
        """Return the labels to give evidence for, with the spans that their scores come from."""
        scheme = self.models[number].scheme
        spans = [document.passages[index] for index in prediction.supporting_passages]
        return [
            ScoredLabel(
                label,
                number,
                scheme.index(label),
                spans or [Span(0, len(document.text))],
                first_words_spans(document.text, scheme.lead_words),
            )
            for label in prediction.labels or _nearest(prediction)
        ]


def _result(
    document: Document, predictions: tuple[Prediction, ...], name: str = ""
) -> DocumentResult:
    """Return the result of a document that did not come from a file."""
    return DocumentResult(
        predictions,
        name,
        removed=document.removed,
        text=document.original,
        title=document.title,
    )


def _lowest_prob(model: Model, options: PredictOptions) -> float:
    """Return the probability below which no label is given."""
    if options.coverage == 1:
        return options.abstain
    return max(options.abstain, model.abstain_for(options.coverage))


def _nearest(prediction: Prediction) -> tuple[str, ...]:
    """Return the most probable label of an abstention; an empty set of labels has none."""
    if prediction.kind == "multi" and prediction.status is Status.OK:
        return ()
    best = max(prediction.probs, key=lambda pair: pair[1], default=None)
    return (best[0],) if best else ()
