"""How much sooner feature groups are weighed by default than chosen by scikit-learn's GridSearchCV.

    python benchmarks/grid_search_cost.py [TABLE --label-field F] [--texts N] [--rounds N]

Both have the same four feature groups (TF-IDF and Naive Bayes scaled, of words and of characters)
and the same five folds. textclf counts each text once, fits each group once a fold, weighs the
groups, and also calibrates, measures itself and fits the model. GridSearchCV chooses among all sets
of groups, a model being the mean of its groups' SVMs; it fits a Pipeline for each group of each
candidate, and the best one again. Prints CPU seconds of both and the median of the ratios. Without
a table the texts are those of the bundled corpus. For a table of long texts, textclf has two more
groups, of the first words.
"""

import argparse
import time
from itertools import combinations
from statistics import median
from typing import Any, Self

import numpy as np
from common.other_learners import LogCountRatio, example_f1
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import find_scheme
from textclf.corpus.labelled_tables import Columns, read_labelled
from textclf.corpus.records import Corpus
from textclf.reports.tables import table
from textclf.training.config import TrainConfig
from textclf.training.dataset import truth_of
from textclf.training.train import train

GROUPS = ("word log", "char_wb log", "word binary", "char_wb binary")
RANGES = {"word": (1, 2), "char_wb": (3, 5)}
FEATURES = 60_000


def pipeline(group: str) -> Pipeline:
    analyzer, weighting = group.split()
    log = weighting == "log"
    vectorizer = TfidfVectorizer(
        analyzer=analyzer,
        ngram_range=RANGES[analyzer],
        min_df=1 if analyzer == "word" else 2,
        max_features=FEATURES,
        sublinear_tf=log,
        binary=not log,
        use_idf=log,
    )
    machine = LinearSVC(C=0.5, random_state=0)
    each = machine if log else make_pipeline(LogCountRatio(), machine)
    return make_pipeline(vectorizer, OneVsRestClassifier(each))


class MeanOfGroups(ClassifierMixin, BaseEstimator):
    """The mean of the standardised scores of a pipeline for each group."""

    def __init__(self, groups: tuple[str, ...] = GROUPS) -> None:
        self.groups = groups

    def fit(self, X: list[str], y: NDArray[Any]) -> Self:
        self.classes_ = np.arange(y.shape[1])
        self.fitted_ = [pipeline(group).fit(X, y) for group in self.groups]
        self.spread_ = [one.decision_function(X).std(axis=0) for one in self.fitted_]
        return self

    def predict(self, X: list[str]) -> NDArray[Any]:
        scores = [
            one.decision_function(X) / spread
            for one, spread in zip(self.fitted_, self.spread_, strict=True)
        ]
        return (np.mean(scores, axis=0) > 0).astype(int)


def theirs(corpus: Corpus, scheme: Scheme) -> tuple[float, str]:
    """Return the CPU seconds of GridSearchCV, and the groups it takes."""
    truth = truth_of(scheme, corpus.answers(scheme))
    indicator = truth if scheme.kind == "multi" else np.eye(len(scheme.labels), dtype=int)[truth]
    sets = [chosen for size in range(1, 5) for chosen in combinations(GROUPS, size)]
    began = time.process_time()
    search = GridSearchCV(
        MeanOfGroups(), {"groups": sets}, scoring=make_scorer(example_f1), cv=GroupKFold(5)
    )
    search.fit(
        [r.text for r in corpus.records], indicator, groups=[r.group for r in corpus.records]
    )
    return time.process_time() - began, ", ".join(search.best_params_["groups"])


def ours(corpus: Corpus, scheme: Scheme) -> tuple[float, str]:
    """Return the CPU seconds of our training, and the groups it takes."""
    began = time.process_time()
    model = train(corpus, scheme, config=TrainConfig(max_features=FEATURES))
    seconds = time.process_time() - began
    return seconds, ", ".join(one.name for one in model.card.feature_groups if one.share)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", nargs="?")
    parser.add_argument("--label-field", default="label")
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.table:
        corpus, scheme = read_labelled([given.table], Columns(given.label_field))
    else:
        scheme = find_scheme("stance")
        corpus = Corpus.read().labelled(scheme)
    corpus = Corpus(corpus.records[: given.texts])
    rows = []
    for number in range(1, given.rounds + 1):
        fast, chosen = ours(corpus, scheme)
        slow, theirs_chosen = theirs(corpus, scheme)
        rows.append([number, round(fast, 1), chosen, round(slow, 1), theirs_chosen, slow / fast])
        print(table(rows, ["round", "textclf", "takes", "GridSearchCV", "takes", "ratio"]))
    print(f"median ratio {median(row[-1] for row in rows):.1f} over {len(corpus)} texts")


if __name__ == "__main__":
    main()
