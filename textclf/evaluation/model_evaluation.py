"""Evaluate a model on labelled texts that it was not trained on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from textclf.classifier.classifier import Classifier
from textclf.classifier.loading import load
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import Status
from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import bundled_schemes
from textclf.corpus.coded_table import CodedColumns, read_coded_table
from textclf.corpus.given_answers import FEWEST_DRAWN, RANDOM
from textclf.corpus.labelled_tables import Columns, read_labelled
from textclf.corpus.records import Answer, Corpus
from textclf.corpus.text_hashes import known_texts, text_hashes
from textclf.errors import InputError
from textclf.evaluation.bayesian_bootstrap import few_groups
from textclf.evaluation.comparison import Comparison, compare_answers
from textclf.evaluation.label_evaluation import Evaluation
from textclf.evaluation.metrics import Metrics, evaluate
from textclf.evaluation.table_evaluation import LabelPairs, evaluate_pairs
from textclf.io.input_documents import ReadOptions
from textclf.model.card import ModelCard

Baselines = Callable[[Corpus, Scheme], Mapping[str, Sequence[Answer | None]]]
"""Returns the answers of each baseline for the records of a corpus."""


INCLUSION = "answer.inclusion"
"""The field in which an answer from the review page states its inclusion probability."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelPairs:
    """A model, labelled texts, and what the model and the baselines predict for these."""

    name: str
    """The name or the file of the model."""
    classifier: Classifier
    corpus: Corpus
    pairs: LabelPairs
    baselines: Mapping[str, Sequence[Answer | None]]

    def evaluation(self) -> Evaluation:
        """Return the figures of the model, with those of the baselines."""
        return evaluate_pairs(self.pairs, dict(self.baselines))


def predict_labelled(
    model: str,
    inputs: Sequence[str],
    columns: Columns = Columns(),
    reading: ReadOptions = ReadOptions(),
    report: Callable[[str], None] = lambda _: None,
    *,
    weighting: CodedColumns = CodedColumns(()),
    baselines: Baselines = lambda *_: {},
    allow_training_rows: bool = False,
) -> ModelPairs:
    """Return what a model predicts for labelled files; `report` gets how these are read.

    `weighting` names the column of sampling weights or inclusion probabilities, if there is one,
    and other columns that are kept. Of answers from the review page, those to a random sample are
    taken if there are 20 or more. Raises InputError if the model was trained on some of the texts,
    unless that is allowed.
    """
    classifier = load(model)
    corpus, _ = read_labelled(inputs, columns, reading, scheme=classifier.scheme, report=report)
    corpus = _random_part(corpus, report)
    _refuse_training_rows(corpus, classifier, report, allowed=allow_training_rows)
    pairs = model_pairs(classifier, corpus)
    if weighting.probability == INCLUSION and any(one.answer for one in corpus.records):
        pairs = replace(pairs, weights=_stated_weights(corpus))
        weighting = replace(weighting, probability="")
    if weighting.weight or weighting.probability or weighting.others:
        table = read_coded_table(inputs, replace(weighting, group=""), reading)
        row_of = {place: row for row, place in enumerate(table.places)}
        table = table.taken([row_of[record.place] for record in corpus.records])
        weights = pairs.weights if table.weights is None else table.weights
        pairs = replace(pairs, weights=weights, others=table.others)
    for line in few_groups(pairs.groups, columns.group or "group"):
        report(line)
    return ModelPairs(model, classifier, corpus, pairs, baselines(corpus, classifier.scheme))


def evaluate_file(
    model: str,
    inputs: Sequence[str],
    columns: Columns = Columns(),
    reading: ReadOptions = ReadOptions(),
    report: Callable[[str], None] = lambda _: None,
    *,
    weighting: CodedColumns = CodedColumns(()),
    baselines: Baselines = lambda *_: {},
    allow_training_rows: bool = False,
) -> Evaluation:
    """Return the figures of a model on labelled files, as `predict_labelled` reads them."""
    return predict_labelled(
        model,
        inputs,
        columns,
        reading,
        report,
        weighting=weighting,
        baselines=baselines,
        allow_training_rows=allow_training_rows,
    ).evaluation()


def model_pairs(
    classifier: Classifier, corpus: Corpus, options: PredictOptions = PredictOptions(evidence=0)
) -> LabelPairs:
    """Return the labels of a corpus, and what a model predicts for its texts.

    A prediction whose status is not ok is an abstention. Passages of one article are one group.
    Each text is read by itself, so paragraphs that several texts share are read too.
    """
    scheme = classifier.scheme
    found = [classifier.classify_document(record.document(), options) for record in corpus.records]
    probs = [dict(one.probs) for one in found]
    nothing = float("nan")
    return LabelPairs(
        tuple(corpus.answers(scheme)),
        tuple(one.labels if one.status is Status.OK else None for one in found),
        tuple(record.id for record in corpus.records),
        None,
        tuple(record.group for record in corpus.records),
        np.array([nothing if one.prob is None else one.prob for one in found]),
        np.array([[one.get(label, nothing) for label in scheme.label_names] for one in probs]),
        scheme.label_names,
    )


def compare_files(
    first: str,
    second: str,
    inputs: Sequence[str],
    columns: Columns = Columns(),
    reading: ReadOptions = ReadOptions(),
    report: Callable[[str], None] = lambda _: None,
    *,
    allow_training_rows: bool = False,
) -> Comparison:
    """Return how two models differ on labelled files.

    Raises InputError if their schemes have different labels, or if one of them was trained on some
    of the texts, unless that is allowed.
    """
    one, other = load(first), load(second)
    if set(one.scheme.label_names) != set(other.scheme.label_names):
        raise InputError(
            f"{first} and {second} have different labels: {', '.join(one.scheme.label_names)} and "
            f"{', '.join(other.scheme.label_names)}; compare models of one scheme"
        )
    corpus, _ = read_labelled(inputs, columns, reading, scheme=one.scheme, report=report)
    corpus = _random_part(corpus, report)
    for classifier in (one, other):
        _refuse_training_rows(corpus, classifier, report, allowed=allow_training_rows)
    pairs = model_pairs(one, corpus)
    renamed = Corpus(
        tuple(
            replace(record, labels={other.scheme.name: record.labels[one.scheme.name]})
            for record in corpus.records
        )
    )
    answers = model_pairs(other, renamed).answers
    return compare_answers(pairs.truth, pairs.answers, answers, groups=pairs.groups)


def evaluate_model(
    classifier: Classifier, corpus: Corpus, options: PredictOptions = PredictOptions(evidence=0)
) -> Metrics:
    """Return the metrics of a model on the labels of a corpus.

    A prediction whose status is not ok counts as wrong. Passages of one article are resampled
    together.
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


def training_texts(card: ModelCard, scheme: Scheme) -> str:
    """Return the hashes of the texts that a model was trained on; empty if they are not known."""
    trained = card.trained_on
    if trained.text_hashes is None and trained.texts and scheme.name in bundled_schemes():
        return text_hashes(record.text for record in Corpus.read().labelled(scheme).records)
    return trained.text_hashes or ""


def _random_part(corpus: Corpus, report: Callable[[str], None]) -> Corpus:
    """Return a corpus without answers to texts that were not drawn at random, if enough were.

    Texts that a coder was shown because they are hard would make every model look bad.
    """
    answered = [one for one in corpus.records if one.answer]
    drawn = [one for one in answered if one.answer and one.answer.order == RANDOM]
    if not answered:
        return corpus
    found = f"{len(drawn):,} of {len(answered):,} answered texts are of the random sample"
    if len(drawn) == len(answered):
        report(f"{found}: scores are of these")
        return corpus
    if len(drawn) < FEWEST_DRAWN:
        report(
            f"warning: {found}, and {FEWEST_DRAWN} are needed: scores are of all answered texts, "
            "also of those that were chosen because they are hard"
        )
        return corpus
    report(f"{found}: scores are of these, and the others are left out")
    return Corpus(
        tuple(one for one in corpus.records if not one.answer or one.answer.order == RANDOM)
    )


def _stated_weights(corpus: Corpus) -> NDArray[np.float64]:
    """Return the weights of texts by the inclusion probabilities that their answers state."""
    stated = [one.answer.inclusion if one.answer else 0.0 for one in corpus.records]
    for record, inclusion in zip(corpus.records, stated, strict=True):
        if not 0 < inclusion <= 1:
            raise InputError(
                f"{record.place}: states no inclusion probability; leave out --inclusion-field, or "
                f"answer {FEWEST_DRAWN} or more texts with --order random"
            )
    return 1 / np.array(stated)


def _refuse_training_rows(
    corpus: Corpus, classifier: Classifier, report: Callable[[str], None], *, allowed: bool
) -> None:
    hashes = training_texts(classifier.model.card, classifier.scheme)
    known = known_texts([record.text for record in corpus.records], hashes)
    if not known:
        return
    first = corpus.records[known[0]]
    found = (
        f"{len(known):,} of {len(corpus):,} texts are among those that the model was trained on, "
        f"the first is {first.place or first.id}"
    )
    if not allowed:
        raise InputError(
            f"{found}; such scores are too high: give other texts, or --allow-training-rows"
        )
    report(f"warning: {found}; such scores are too high")
