"""What each part of learning is worth: each scheme trained with and without it.

    python benchmarks/ablation.py [LABELLED.jsonl ...]

Prints macro-F1 out of fold on the shipped corpus and on each file of labelled records given,
which no model has seen, and the CPU seconds of training.
"""

import sys
import time

from textclf.classifier.classifier import Classifier
from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.records import Corpus
from textclf.corpus.term_lists import bundled_terms
from textclf.evaluation.model_evaluation import evaluate_model
from textclf.reports.tables import table
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.training.config import TrainConfig
from textclf.training.train import train

PARTS = {
    "words": TrainConfig(char_ngrams=None, group_ngrams=None, term_shares=(0.0,)),
    "words, characters": TrainConfig(group_ngrams=None, term_shares=(0.0,)),
    "words, characters, terms": TrainConfig(group_ngrams=None),
    "words, characters, categories": TrainConfig(term_shares=(0.0,)),
    "all": TrainConfig(),
    "all, terms weigh 0.25": TrainConfig(term_shares=(0.25,)),
    "all, terms weigh 1": TrainConfig(term_shares=(1.0,)),
    "all, terms weigh 4": TrainConfig(term_shares=(4.0,)),
    "all, category trigrams": TrainConfig(group_ngrams=(1, 3)),
}


def main(paths: list[str]) -> None:
    corpus = Corpus.read()
    rows = []
    for name in bundled_schemes():
        scheme = find_scheme(name)
        terms = bundled_terms(scheme)
        for part, config in PARTS.items():
            began = time.process_time()
            model = train(corpus, scheme, terms=terms, config=config)
            seconds = time.process_time() - began
            row = [name, part, model.card.cross_validation.model.macro_f1.value]
            for given in paths:
                records = Corpus.read([given]).labelled(scheme)
                row.append(str(evaluate_model(Classifier(model, NumpyScorer), records).macro_f1))
            rows.append([*row, round(seconds, 1)])
    print(table(rows, ["scheme", "learned from", "out of fold", *paths, "CPU s"]))


if __name__ == "__main__":
    main(sys.argv[1:])
