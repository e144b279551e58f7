"""A small model of the answers given so far, trained again in the background.

It tells which articles to ask about next. It learns from the words of an article and from what
the bundled model says of it; it is fast enough to be trained every few answers, and is not the
model that `train` makes.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclf.classifier.classifier import Classifier
from textclf.classifier.loading import load
from textclf.codebook.scheme import Scheme
from textclf.corpus.given_answers import Answer
from textclf.review_page.order import teach_order
from textclf.review_page.pool import Article
from textclf.review_page.units import Unit, by_passage, unit_texts

Doubles = NDArray[np.float64]

RETRAIN_EVERY = 20
"""Answers after which the learner is trained again."""
_BATCH = 40
"""Units that it chooses at a time: more than are answered before the next training."""
_DIMENSIONS = 50
"""Features by which it is told whether two articles are alike."""
_LEAST_PROB = 1e-4
_WORTH_OF_MODEL = 100
_UNKNOWN = 0.5
"""The probability of each label of a text that the bundled model cannot read."""
_STABLE = 0.99
"""Where three learners in a row agree on at least this share of the articles, more answers will
hardly change it (Bloodgood and Vijay-Shanker 2009 stop there)."""
_IN_A_ROW = 3


class Labelled(NamedTuple):
    """A text that a coder has answered."""

    text: str
    labels: Answer


class Advice(NamedTuple):
    """What a learner says."""

    units: tuple[Unit, ...]
    """What to ask about next, the most useful first."""
    answers: int
    """How many answers it was trained on."""
    agreement: float
    """The share of the candidates that it and the learner before call alike; 0 for the first."""
    enough: bool
    """Whether more answers will hardly change it."""


def learn_from(
    articles: Sequence[Article], scheme: Scheme, model: str
) -> Callable[[Sequence[Labelled]], Advice | None]:
    """Return a function that trains on answers and says which units to ask about next.

    `articles` may be asked about. `model` is the name of the bundled model, or empty. This runs in
    a process of its own.
    """
    units, texts = [], []
    for article in articles:
        for position, text in enumerate(unit_texts(article, scheme), start=int(by_passage(scheme))):
            units.append(Unit(article.number, position))
            texts.append(text)
    learner = Learner(scheme, texts, load(model) if model else None)
    agreements: list[float] = []
    before: list[NDArray[Any]] = []

    def work(answers: Sequence[Labelled]) -> Advice | None:
        fitted = learner.fit(answers)
        if fitted is None:
            return None
        probs, counts = fitted
        called = probs.argmax(axis=1) if scheme.kind == "single" else probs >= 1 / 2
        agreement = float((called == before[0]).mean()) if before else 0.0
        before[:] = [called]
        agreements.append(agreement)
        rows = teach_order(probs, learner.vectors, counts, _BATCH, multi=scheme.kind == "multi")
        last = agreements[-_IN_A_ROW:]
        return Advice(
            tuple(units[row] for row in rows),
            len(answers),
            agreement,
            len(last) == _IN_A_ROW and min(last) >= _STABLE,
        )

    return work


class Learner:
    """A logistic regression on words and on the log-odds of the bundled model."""

    def __init__(self, scheme: Scheme, texts: Sequence[str], classifier: Classifier | None) -> None:
        from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415 - only in its process
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
        from sklearn.preprocessing import normalize  # noqa: PLC0415

        self._scheme = scheme
        self._classifier = classifier
        self._tfidf = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=50_000)
        try:
            words = self._tfidf.fit_transform(texts)
        except ValueError:  # hardly a word in all of the texts
            self._tfidf = TfidfVectorizer(analyzer="char", sublinear_tf=True)
            words = self._tfidf.fit_transform(texts)
        self._base = self._predicted(texts)
        self._rows = self._with_model(words, self._base)
        size = min(_DIMENSIONS, words.shape[1] - 1, words.shape[0] - 1)
        dense = (
            TruncatedSVD(size, random_state=0).fit_transform(words) if size > 1 else words.toarray()
        )
        self.vectors: Doubles = normalize(dense)

    def fit(self, answers: Sequence[Labelled]) -> tuple[Doubles, list[int]] | None:
        """Return the probabilities of all candidates, and the number of answers of each label.

        The probabilities have shape (candidates, labels). None: the answers
        show one label alone, and there is no bundled model.
        """
        texts = [answer.text for answer in answers]
        rows = self._with_model(self._tfidf.transform(texts), self._predicted(texts))
        return self.fit_rows(rows, [answer.labels for answer in answers])

    def fit_candidates(
        self, indices: Sequence[int], answers: Sequence[Answer]
    ) -> tuple[Doubles, list[int]] | None:
        """Return what `fit` returns, for answers to candidates, given by their indices."""
        return self.fit_rows(self._rows[list(indices)], answers)

    def fit_rows(
        self,
        rows: Any,  # noqa: ANN401 - sparse
        answers: Sequence[Answer],
    ) -> tuple[Doubles, list[int]] | None:
        """Return what `fit` returns, for texts whose features are given."""
        names = self._scheme.label_names
        truth = np.array([[name in answer for name in names] for answer in answers])
        counts = truth.sum(axis=0)
        learnable = np.flatnonzero((counts > 0) & (counts < len(answers)))
        if not len(learnable) and self._base is None:
            return None
        probs = np.full((self._rows.shape[0], len(names)), _LEAST_PROB)
        if self._base is not None:
            probs = np.maximum(probs, self._base)
        # The bundled model counts as much as so many answers.
        share = 1.0 if self._base is None else len(answers) / (len(answers) + _WORTH_OF_MODEL)
        for label in learnable:
            learned = self._one(rows, truth[:, label])
            probs[:, label] = share * learned + (1 - share) * probs[:, label]
        if self._scheme.kind == "single":
            probs /= probs.sum(axis=1, keepdims=True)
        return probs, counts.tolist()

    def _one(self, rows: Any, truth: NDArray[np.bool_]) -> Doubles:  # noqa: ANN401 - sparse
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - only in its process

        fitted = LogisticRegression(C=10.0, solver="liblinear", random_state=0).fit(rows, truth)
        return np.asarray(fitted.predict_proba(self._rows)[:, 1])

    def _predicted(self, texts: Sequence[str]) -> Doubles | None:
        """Return the probabilities of the bundled model, shape (texts, labels)."""
        if self._classifier is None:
            return None
        return np.nan_to_num(self._classifier.predict_proba(list(texts)), nan=_UNKNOWN)

    @staticmethod
    def _with_model(words: Any, probs: Doubles | None) -> Any:  # noqa: ANN401 - sparse
        """Return the features of texts: words, and the log-odds of each label."""
        from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415 - only in its process

        if probs is None:
            return words
        safe = np.clip(probs, _LEAST_PROB, 1 - _LEAST_PROB)
        odds = np.log(safe / (1 - safe)) / -np.log(_LEAST_PROB)
        return hstack([words, csr_matrix(odds)]).tocsr()
