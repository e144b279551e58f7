"""What others answer on a labelled set: scikit-learn's classifiers, fastText, a fixed recipe."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from textclf.codebook.scheme import Scheme
from textclf.corpus.labelled_tables import Columns, read_labelled
from textclf.corpus.records import Corpus

try:
    import fasttext
except ImportError:
    fasttext = None

Answers = list[tuple[str, ...]]
COLUMNS = Columns("labels")
NONE = "__label__none"
LEVELS = np.arange(-1.5, 8.01, 0.1)


def theirs(make: Callable[[], object], train: Path, shown: Corpus, scheme: Scheme) -> Answers:
    """Return what a scikit-learn classifier on TF-IDF answers."""
    learned, _ = read_labelled([str(train)], COLUMNS, scheme=scheme)
    answers = learned.answers(scheme)
    words = TfidfVectorizer() if make is LogisticRegression else TfidfVectorizer(ngram_range=(1, 2))
    texts = [record.text for record in learned.records]
    unseen = [record.text for record in shown.records]
    if scheme.kind == "single":
        model = make_pipeline(words, make()).fit(texts, [one[0] for one in answers])
        return [(str(one),) for one in model.predict(unseen)]
    rows = [[name in one for name in scheme.label_names] for one in answers]
    model = make_pipeline(words, OneVsRestClassifier(make())).fit(texts, np.array(rows, int))
    return [
        tuple(n for n, yes in zip(scheme.label_names, row, strict=True) if yes)
        for row in model.predict(unseen)
    ]


def fasttext_answers(train: Path, shown: Corpus, scheme: Scheme) -> Answers:
    """Return what fastText answers on words (50 epochs, rate 1): one, or those over a half."""
    learned, _ = read_labelled([str(train)], COLUMNS, scheme=scheme)
    names = scheme.label_names
    # A line without a label would be passed over: no label is one of its own.
    lines = [
        " ".join([*(f"__label__{names.index(x)}" for x in answer), flat(record.text)])
        if answer
        else f"{NONE} {flat(record.text)}"
        for record, answer in zip(learned.records, learned.answers(scheme), strict=True)
    ]
    file = train.with_suffix(".fasttext")
    file.write_text("\n".join(lines) + "\n", "utf-8")
    single = scheme.kind == "single"
    model = fasttext.train_supervised(
        str(file),
        epoch=50,
        lr=1.0,
        thread=1,
        verbose=0,
        loss="softmax" if single else "ova",
    )
    most, least = (1, 0.0) if single else (-1, 0.5)
    found = (model.f.predict(flat(r.text) + "\n", most, least, "strict") for r in shown.records)
    return [tuple(names[int(x[9:])] for _, x in one if x != NONE) for one in found]


def flat(text: str) -> str:
    """Return a text as fastText is fed it: lower case, one line, words apart from punctuation."""
    return " ".join(re.findall(r"\w+|[^\w\s]", text.lower()))


class LogCountRatio(TransformerMixin, BaseEstimator):
    """Scales each term by its Naive Bayes log-count ratio for a 0/1 label."""

    def fit(self, X: sparse.csr_matrix, y: NDArray[Any]) -> Self:
        there = (X > 0).astype(float)
        yes, no = 1 + there.T @ y, 1 + there.T @ (1 - y)
        self.ratio_ = np.log((yes / yes.sum()) / (no / no.sum()))
        return self

    def transform(self, X: sparse.csr_matrix) -> sparse.csr_matrix:
        return X @ sparse.diags(self.ratio_)


def scaled(analyzer: str, low: int, high: int, min_df: int) -> Pipeline:
    """Return a linear machine for each label on Naive Bayes scaled n-grams."""
    terms = TfidfVectorizer(
        analyzer=analyzer, ngram_range=(low, high), min_df=min_df, binary=True, use_idf=False
    )
    each = make_pipeline(LogCountRatio(), LinearSVC(C=0.5, random_state=0))
    return make_pipeline(terms, OneVsRestClassifier(each))


def recipe_pipelines() -> list[Pipeline]:
    balanced = LinearSVC(C=0.5, class_weight="balanced", random_state=0)
    return [
        scaled("word", 1, 2, 1),
        scaled("char_wb", 3, 5, 3),
        make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), OneVsRestClassifier(balanced)
        ),
    ]


def recipe_scores(
    texts: Sequence[str], rows: NDArray[np.int_], unseen: Sequence[str]
) -> NDArray[np.float64]:
    """Return the mean of the standardised scores of the recipe's three pipelines."""
    total = np.zeros((len(unseen), rows.shape[1]))
    for pipeline in recipe_pipelines():
        pipeline.fit(texts, rows)
        seen = pipeline.decision_function(texts)
        middle, spread = seen.mean(axis=0), seen.std(axis=0)
        if (rows.sum(axis=1) == 1).all():
            # Of one label of many, only differences count: a rare label keeps its low scores.
            middle, spread = 0.0, seen.std()
        total += (pipeline.decision_function(unseen) - middle) / spread / 3
    return total


def example_f1(truth: NDArray[np.int_], given: NDArray[np.bool_]) -> float:
    sizes = truth.sum(axis=1) + given.sum(axis=1)
    return float((2 * (truth & given).sum(axis=1) / np.maximum(sizes, 1))[sizes > 0].mean())


def recipe(train: Path, shown: Corpus, scheme: Scheme) -> Answers:
    """Return what one fixed recipe answers: three pipelines, thresholds set out of fold.

    One threshold is set for all labels, then one for each, along smoothed curves of
    example-based F1; labels that 99.5% of the rows with another have are closed over; the
    likeliest label is given where no row goes without one. One label of many: the best score.
    """
    learned, _ = read_labelled([str(train)], COLUMNS, scheme=scheme)
    names, texts = scheme.label_names, [record.text for record in learned.records]
    rows = np.array([[name in one for name in names] for one in learned.answers(scheme)], int)
    trained = np.flatnonzero(rows.any(axis=0))
    rows, names = rows[:, trained], tuple(names[place] for place in trained)
    scores = recipe_scores(texts, rows, [record.text for record in shown.records])
    if scheme.kind == "single":
        return [(names[place],) for place in scores.argmax(axis=1)]
    held = np.zeros(rows.shape)
    for seen, test in KFold(5, shuffle=True, random_state=0).split(texts):
        held[test] = recipe_scores([texts[i] for i in seen], rows[seen], [texts[i] for i in test])
    implied = (rows.T @ rows) >= 0.995 * rows.sum(axis=0)[:, None]
    always = bool(rows.any(axis=1).all())

    def given(found: NDArray[np.float64], threshold: NDArray[np.float64]) -> NDArray[np.bool_]:
        yes = found >= threshold
        if always:
            yes[np.arange(len(yes)), found.argmax(axis=1)] |= ~yes.any(axis=1)
        return np.asarray((yes.astype(int) @ implied) > 0)

    def best(tries: list[NDArray[np.float64]]) -> int:
        curve = [example_f1(rows, given(held, one)) for one in tries]
        return int(np.argmax(np.convolve(np.pad(curve, 2, "edge"), np.full(5, 0.2), "valid")))

    flat = [np.full(len(names), level) for level in LEVELS]
    threshold = flat[best(flat)]
    for label in range(len(names)):
        own = np.arange(len(names)) == label
        threshold = np.where(
            own, LEVELS[best([np.where(own, x, threshold) for x in LEVELS])], threshold
        )
    return [
        tuple(name for name, yes in zip(names, row, strict=True) if yes)
        for row in given(scores, threshold)
    ]
