"""Evaluate a model on labelled texts that it was not trained on."""

from collections.abc import Callable, Sequence

from textclf.classifier.classifier import Classifier
from textclf.classifier.loading import load
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import Status
from textclf.corpus.labelled_tables import Columns, read_labelled
from textclf.corpus.records import Corpus
from textclf.evaluation.metrics import Metrics, evaluate
from textclf.io.input_documents import ReadOptions


def evaluate_file(
    model: str,
    inputs: Sequence[str],
    columns: Columns = Columns(),
    reading: ReadOptions = ReadOptions(),
    report: Callable[[str], None] = lambda _: None,
) -> Metrics:
    """Return the metrics of a model on labelled files; `report` gets how these are read."""
    classifier = load(model)
    corpus, _ = read_labelled(inputs, columns, reading, scheme=classifier.scheme, report=report)
    return evaluate_model(classifier, corpus)


def evaluate_model(
    classifier: Classifier, corpus: Corpus, options: PredictOptions = PredictOptions(evidence=0)
) -> Metrics:
    """Return the metrics of a model on the labels of a corpus.

    A prediction whose status is not ok counts as wrong. Passages of one article are resampled
    together. Each text is read by itself, so paragraphs that several texts share are read too.
    """
    answers = [
        classifier.classify_document(record.document(), options) for record in corpus.records
    ]
    return evaluate(
        corpus.answers(classifier.scheme),
        [one.labels if one.status is Status.OK else None for one in answers],
        classifier.scheme.label_names,
        [record.group for record in corpus.records],
    )
