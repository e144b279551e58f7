"""What more text would bring: each scheme trained on an eighth, a quarter, a half of the corpus.

    python benchmarks/learning_curve.py [LABELLED.jsonl ...]

Articles and contrast pairs are taken whole. Prints macro-F1 out of fold on the part, and on
each file of labelled records given, which no model has seen.
"""

import sys
from hashlib import sha256

from textclf.classifier.classifier import Classifier
from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.records import Corpus
from textclf.corpus.term_lists import bundled_terms
from textclf.evaluation.model_evaluation import evaluate_model
from textclf.reports.tables import table
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.training.train import train

FRACTIONS = (1 / 8, 1 / 4, 1 / 2, 1.0)


def part(corpus: Corpus, fraction: float) -> Corpus:
    """Return the records whose group falls into the first part of all, by its digest."""
    border = int(fraction * 2**32)
    return Corpus(
        tuple(
            record
            for record in corpus.passages
            if int(sha256(record.group.encode()).hexdigest()[:8], 16) < border
        )
    )


def main(paths: list[str]) -> None:
    corpus = Corpus.read()
    rows = []
    for name in bundled_schemes():
        scheme = find_scheme(name)
        terms = bundled_terms(scheme)
        for fraction in FRACTIONS:
            some = part(corpus, fraction)
            model = train(some, scheme, terms=terms)
            row = [name, f"{fraction:.3f}", len(some)]
            row.append(model.card.cross_validation.model.macro_f1.value)
            for given in paths:
                records = Corpus.read([given]).labelled(scheme)
                row.append(str(evaluate_model(Classifier(model, NumpyScorer), records).macro_f1))
            rows.append(row)
    print(table(rows, ["scheme", "fraction", "passages", "out of fold", *paths]))


if __name__ == "__main__":
    main(sys.argv[1:])
