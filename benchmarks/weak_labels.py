"""What labels proposed from seed terms are worth: models that have seen no label given by hand.

    python benchmarks/weak_labels.py [LABELLED.jsonl ...]

Half of the shipped corpus is the pool, by article; its labels are hidden. Prints macro-F1 on the
other half, and on each file of labelled records given, of a model of the terms alone, of the
terms and what they propose for the pool, of a second round on that model's surer answers, and of
the terms and the pool's true labels; and how many labels were taken from the pool, and how many
of those were right.
"""

import sys
from dataclasses import replace

import numpy as np

from textclf.classifier.classifier import Classifier
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import Status
from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.records import Corpus, Record
from textclf.corpus.term_lists import bundled_terms
from textclf.evaluation.model_evaluation import evaluate_model
from textclf.io.input_documents import InputDocument
from textclf.model.model import Model
from textclf.reports.tables import table
from textclf.scoring.scorer import make_scorer
from textclf.training.train import train
from textclf.training.weak_labels import propose_labels

SURE = 0.8


def halves(corpus: Corpus) -> tuple[Corpus, Corpus]:
    """Return the pool and the held-out half; an article is in one of them."""
    groups = sorted({record.group for record in corpus.records})
    taken = set(np.random.default_rng(0).permutation(groups)[: len(groups) // 2])
    return (
        Corpus(tuple(r for r in corpus.records if r.group in taken)),
        Corpus(tuple(r for r in corpus.records if r.group not in taken)),
    )


def answered(model: Model, pool: Corpus) -> list[Record]:
    """Return the texts that the model is sure of, with its answers."""
    classifier = Classifier(model, make_scorer)
    sure = PredictOptions(abstain=SURE, evidence=0, clean=False)
    answers = [classifier.classify(record.text, sure) for record in pool.records]
    return [
        replace(record, labels={model.scheme.name: answer.labels})
        for record, answer in zip(pool.records, answers, strict=True)
        if answer.status is Status.OK
    ]


def rows_of(scheme: Scheme, paths: list[str]) -> list[list[object]]:
    terms = bundled_terms(scheme)
    pool, unseen = halves(Corpus(Corpus.read().passages).labelled(scheme))
    truth = {record.id: record.labels[scheme.name] for record in pool.records}
    given = [Corpus.read([path]).labelled(scheme) for path in paths]
    found = propose_labels(
        [InputDocument(record.id, record.id, record.text) for record in pool.records],
        replace(scheme, unit="document"),
        terms,
    )
    proposed = [one.record for one in found.proposals if one.record.labels]
    rows = []
    model = None
    for name in ("terms alone", "and proposed", "second round", "and true labels"):
        taken: list[Record] = []
        if name == "and proposed":
            taken = proposed
        elif name == "second round":
            taken = answered(model, pool)
        elif name == "and true labels":
            taken = list(pool.records)
        right = [record.labels[scheme.name] == truth[record.id] for record in taken]
        model = train(Corpus(tuple(taken)), scheme, terms=terms)
        classifier = Classifier(model, make_scorer)
        scores = [str(evaluate_model(classifier, one).macro_f1) for one in (unseen, *given)]
        rows.append([scheme.name, name, len(taken), float(np.mean(right or [0])), *scores])
    return rows


def main(paths: list[str]) -> None:
    rows: list[list[object]] = []
    for name in bundled_schemes():
        rows += rows_of(find_scheme(name), paths)
        head = ["scheme", "learned from", "labels", "right", "held-out half", *paths]
        print(table(rows, head), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
