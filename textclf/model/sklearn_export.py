"""Exports a model as a plain scikit-learn Pipeline.

The file is a joblib pickle that needs scikit-learn and not textclf. textclf never loads one.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import LabelBinarizer

from textclf._atomic_file import open_atomic
from textclf.errors import ModelError
from textclf.model.model import Model
from textclf.scoring.weights import FeatureWeights
from textclf.text.features import WordNgrams
from textclf.text.tokens import WORD


def export(model: Model, path: Path) -> None:
    """Write the model's Pipeline; raises ModelError where the file cannot be written."""
    try:
        with open_atomic(path) as stream:
            joblib.dump(to_pipeline(model), stream, compress=3)
    except OSError as reason:
        raise ModelError(f"{path}: cannot be written: {reason.strerror}") from None


def to_pipeline(model: Model) -> Pipeline:
    """Return a fitted Pipeline that takes strings and gives labels.

    Its `predict_proba` is not calibrated. It has the slope and the intercept of the decision rule,
    but these were fitted to scores that the Pipeline does not compute: it reads the whole text,
    removes no boilerplate, and gives first words and passages no weight of their own. Nor does it
    mix in the uniform distribution (`epsilon`) or use the thresholds of labels. Raises ModelError
    for a model with lexicon features, which scikit-learn cannot compute.
    """
    if any(part.group.lexicon for part in model.linear_weights.groups):
        raise ModelError(
            f"the model of scheme {model.scheme.name!r} reads groups of phrases, which a plain "
            "scikit-learn Pipeline cannot; export one without them, such as 'topic'"
        )
    groups = [
        (f"group{n}", _vectorizer(part)) for n, part in enumerate(model.linear_weights.groups)
    ]
    weights = np.vstack(
        [
            part.weights.astype(float) / part.idf.astype(float)[:, None]
            for part in model.linear_weights.groups
        ]
    )
    decision = model.decision
    coefficients = (weights * decision.slope).T
    intercept = model.linear_weights.bias.astype(float) * decision.slope + decision.intercept
    names = np.array(model.scheme.label_names)
    union = FeatureUnion(groups)
    if model.scheme.kind == "multi":
        return Pipeline([("features", union), ("labels", _each(coefficients, intercept))])
    return Pipeline([("features", union), ("labels", _one(coefficients, intercept, names))])


def _vectorizer(part: FeatureWeights) -> TfidfVectorizer:
    group = part.group
    limit = group.first_words if isinstance(group, WordNgrams) else 0
    vectorizer = TfidfVectorizer(
        analyzer=group.kind,
        ngram_range=(group.low, group.high),
        token_pattern=WORD,
        strip_accents=_first(limit) if limit else None,
        vocabulary={term: place for place, term in enumerate(part.terms)},
        sublinear_tf=group.weighting == "log",
        binary=group.weighting == "binary",
    )
    vectorizer.idf_ = part.idf.astype(float)
    return vectorizer


def _first(words: int) -> Callable[[str], str]:
    """Return what cuts a text behind its first so many words.

    It takes the place of stripping accents, which comes after lower-casing and before words are
    found. Nothing in the pattern is ever tried twice, however long a text has no word.
    """
    no_words = r"\W*+(?:\w\b\W*+)*+"  # of one letter
    return partial(re.sub, rf"(?s)\A((?:{no_words}\w++){{0,{words}}}+).*+", r"\1")


def _one(
    coefficients: NDArray[np.float64], intercept: NDArray[np.float64], names: NDArray[np.str_]
) -> LogisticRegression:
    """Return a softmax over the labels; of two labels, a sigmoid of their difference."""
    order = np.argsort(names)
    coefficients, intercept = coefficients[order], intercept[order]
    classifier = LogisticRegression()
    classifier.classes_ = names[order]
    two = len(names) == 2  # noqa: PLR2004
    classifier.coef_ = coefficients[1:] - coefficients[:1] if two else coefficients
    classifier.intercept_ = intercept[1:] - intercept[:1] if two else intercept
    classifier.n_features_in_ = coefficients.shape[1]
    return classifier


def _each(coefficients: NDArray[np.float64], intercept: NDArray[np.float64]) -> OneVsRestClassifier:
    """Return one sigmoid for each label; its answer is a 0/1 row in the order of the scheme."""
    classifier = OneVsRestClassifier(LogisticRegression())
    classifier.estimators_ = []
    for row, bias in zip(coefficients, intercept, strict=True):
        one = LogisticRegression()
        one.classes_ = np.array([0, 1])
        one.coef_, one.intercept_ = row[None, :], np.array([bias])
        one.n_features_in_ = len(row)
        classifier.estimators_.append(one)
    binarizer = LabelBinarizer(sparse_output=True)
    classifier.label_binarizer_ = binarizer.fit(np.eye(len(coefficients), dtype=int))
    return classifier
