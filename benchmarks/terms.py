"""What seed terms are worth: each scheme trained with several shares of them.

    python benchmarks/terms.py [LABELLED.jsonl]

Prints macro-F1 out of fold on the shipped corpus and, where a file of labelled records is
given, on that file, which no model has seen.
"""

import sys
import time

from textclf.classifier import Classifier
from textclf.corpus import Corpus
from textclf.engine import NumpyEngine
from textclf.judging import judge
from textclf.reports import table
from textclf.scheme import find_scheme, shipped_schemes
from textclf.terms import TermList, shipped_terms
from textclf.training import Config, fit

SHARES = (0.0, 0.5, 1.0, 2.0, 4.0)


def main(paths: list[str]) -> None:
    corpus = Corpus.read()
    rows = []
    for name in shipped_schemes():
        scheme = find_scheme(name)
        path = shipped_terms(scheme)
        terms = TermList.read(path, scheme) if path else None
        for share in SHARES:
            began = time.process_time()
            model = fit(
                corpus, scheme, terms=terms if share else None, config=Config(term_share=share)
            )
            seconds = time.process_time() - began
            out_of_fold = model.card["out_of_fold"]["model"]["macro_f1"][0]
            row = [name, share, out_of_fold]
            for path_given in paths:
                records = Corpus.read([path_given]).labelled(scheme)
                row.append(str(judge(Classifier(model, NumpyEngine), records).macro_f1))
            rows.append([*row, round(seconds, 1)])
    print(table(rows, ["scheme", "share of terms", "out of fold", *paths, "CPU s"]))


if __name__ == "__main__":
    main(sys.argv[1:])
