"""The scikit-learn estimator that learns: TF-IDF views, a linear model on each, averaged.

It strips nothing and knows no scheme, no document and no file: strings and labels in, a
linear form out. What it predicts is the reference for every engine.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.svm import LinearSVC
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from textclf.errors import InputError
from textclf.scoring.vocabulary import Vocabulary
from textclf.scoring.weights import DecisionRule, FeatureWeights, LinearWeights
from textclf.text.features import FeatureGroup, Weighting
from textclf.text.lexicon import Lexicon
from textclf.training.counts import Counts, columns, count, narrow, normed, weighted

_OF_SEEDS = 0.75
"""This share of a full vocabulary, at most, is kept for the words of seed terms."""


class LinearTextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A linear text classifier over word and character n-grams, with scikit-learn's manners.

    X is a sequence of strings. y is a sequence of labels (single-label; two or more classes)
    or a 0/1 indicator matrix of shape (texts, labels) (multi-label).

    Words and characters are a view in each of the `weightings`. `log` is sublinear TF-IDF,
    L2-normalised. `binary` is whether a term is there at all, L2-normalised, then scaled for each
    label by the terms' Naive Bayes log-count ratios (Wang and Manning 2012). A linear support
    vector machine is fitted on each view (Fan et al. 2008, LIBLINEAR), its scores are divided by
    their deviation over the training texts, and the views' scores are averaged.

    Parameters follow scikit-learn: `word_ngrams` and `char_ngrams` are ranges or None,
    `min_df` and `char_min_df` counts of texts, `max_features` a limit for each view, kept by
    document frequency with ties in the terms' own order, words of seed terms first. With a
    `lexicon`, n-grams of the marks of its groups, `group_ngrams` long, and the groups' links are a
    view as well; with `word_within`, `word_without`, `char_within` or `char_without`, names of its
    groups, words and characters are looked at only in sentences that hold a mark of one of these,
    or none. With `leads`, so are the first so many words of each text, in the weighting given.

    After fit: `classes_`, and `form_`, the linear form in the precision in which it is stored.
    Raises InputError (a ValueError) for what is not a sequence of strings.

    >>> texts = ["the team won the match", "a late goal won it", "rain and wind", "snow and rain"]
    >>> model = LinearTextClassifier().fit(texts, ["sport", "sport", "weather", "weather"])
    >>> model.predict(["rain tomorrow", "a goal"]).tolist()
    ['weather', 'sport']
    """

    def __init__(
        self,
        *,
        word_ngrams: tuple[int, int] | None = (1, 2),
        char_ngrams: tuple[int, int] | None = (3, 5),
        lexicon: Lexicon | None = None,
        group_ngrams: tuple[int, int] = (1, 2),
        word_within: tuple[str, ...] = (),
        word_without: tuple[str, ...] = (),
        char_within: tuple[str, ...] = (),
        char_without: tuple[str, ...] = (),
        weightings: tuple[Weighting, ...] = ("log",),
        leads: tuple[tuple[int, Weighting], ...] = (),
        min_df: int = 1,
        char_min_df: int = 2,
        max_features: int | None = None,
        C: float = 0.5,
        class_weight: str | None = "balanced",
        random_state: int = 0,
    ) -> None:
        self.word_ngrams = word_ngrams
        self.char_ngrams = char_ngrams
        self.lexicon = lexicon
        self.group_ngrams = group_ngrams
        self.word_within = word_within
        self.word_without = word_without
        self.char_within = char_within
        self.char_without = char_without
        self.weightings = weightings
        self.leads = leads
        self.min_df = min_df
        self.char_min_df = char_min_df
        self.max_features = max_features
        self.C = C
        self.class_weight = class_weight
        self.random_state = random_state

    def views(self) -> tuple[FeatureGroup, ...]:
        """Return the views that the parameters ask for."""
        words, chars = self.word_ngrams, self.char_ngrams
        found: list[FeatureGroup] = []
        for weighting in self.weightings:
            if words:
                chosen = self._sentences(self.word_within, self.word_without)
                found.append(FeatureGroup("word", *words, weighting, **chosen))
            if chars:
                chosen = self._sentences(self.char_within, self.char_without)
                found.append(FeatureGroup("char_wb", *chars, weighting, **chosen))
        if words:
            found += [
                FeatureGroup("word", *words, kind, first_words=first_words)
                for first_words, kind in self.leads
            ]
        if self.lexicon:
            found.append(FeatureGroup("group", *self.group_ngrams, "log", self.lexicon))
        if not found:
            raise InputError("word_ngrams, char_ngrams and lexicon are all None: give one of them")
        return tuple(found)

    def fit(self, X: Sequence[str], y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn from texts and their labels; a text's weight is 1 unless given."""
        return self.fit_counts(count(_texts(X), self.views()), y, sample_weight)

    def fit_counts(
        self,
        counts: Counts,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        seed_terms: int = 0,
    ) -> Self:
        """Learn from texts that were counted before, with the views of these parameters.

        So many of the last rows are seed terms and no texts: they teach the views of words and
        of characters, and have no say in how scores are standardised. Of `max_features` words,
        three quarters are theirs before others: most stand in no text, and whoever wrote them
        wants them known.
        """
        answers = _answers(y, len(counts))
        self._multilabel = answers.ndim == 2  # noqa: PLR2004
        self.classes_ = np.arange(answers.shape[1]) if self._multilabel else np.unique(answers)
        if not self._multilabel and len(self.classes_) < 2:  # noqa: PLR2004
            raise InputError(
                f"all {len(answers)} texts have the label {self.classes_[0]!r}; "
                "a classifier needs two or more classes"
            )
        weight = np.ones(len(counts)) if sample_weight is None else np.asarray(sample_weight, float)
        if weight.shape != (len(counts),) or not (weight >= 0).all():
            raise InputError(f"sample_weight needs {len(counts)} numbers of 0 or more")
        texts = len(counts) - seed_terms
        with threadpool_limits(1):
            parts = [
                self._fit_view(view, vocabulary, matrix, answers, weight, texts)
                for view, vocabulary, matrix in zip(
                    counts.views, counts.vocabularies, counts.matrices, strict=True
                )
            ]
        self.form_ = self._form(parts)
        return self

    def scores(self, counts: Counts) -> NDArray[np.float64]:
        """Return the scores of counted texts, shape (texts, labels), from the linear form."""
        check_is_fitted(self, "form_")
        total = np.tile(self.form_.bias.astype(float), (len(counts), 1))
        for view, vocabulary, matrix in zip(
            self.form_.views, counts.vocabularies, counts.matrices, strict=True
        ):
            seen = weighted(columns(matrix, vocabulary, view.terms[:]), view.view.weighting)
            norm = np.sqrt(seen.power(2) @ view.scale.astype(float) ** 2)
            norm[norm == 0] = 1
            total += (seen @ view.weights.astype(float)) / norm[:, None]
        return total

    def decision_function(self, X: Sequence[str]) -> NDArray[np.float64]:
        """Return scores in scikit-learn's shapes: (texts, labels), or (texts,) for two."""
        check_is_fitted(self, "form_")
        scores = self.scores(count(_texts(X), self.views()))
        binary = not self._multilabel and len(self.classes_) == 2  # noqa: PLR2004
        return scores[:, 1] - scores[:, 0] if binary else scores

    def predict_proba(self, X: Sequence[str]) -> NDArray[np.float64]:
        """Return probabilities of shape (texts, labels): uncalibrated, the scores as logits.

        `textclf.training.train` calibrates them; so does scikit-learn's CalibratedClassifierCV.
        """
        check_is_fitted(self, "form_")
        scores = self.scores(count(_texts(X), self.views()))
        flat = np.zeros(scores.shape[1])
        kind: Literal["single", "multi"] = "multi" if self._multilabel else "single"
        return DecisionRule(kind, flat + 1, flat, flat + 0.5).probabilities(scores)

    def predict(self, X: Sequence[str]) -> NDArray[Any]:
        """Return a label for each text, or for multi-label a 0/1 matrix (texts, labels)."""
        check_is_fitted(self, "form_")
        scores = self.scores(count(_texts(X), self.views()))
        if self._multilabel:
            return (scores >= 0).astype(int)
        return np.asarray(self.classes_[scores.argmax(axis=1)])

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.classifier_tags.multi_label = True
        return tags

    def _sentences(self, within: tuple[str, ...], without: tuple[str, ...]) -> dict[str, Any]:
        """Return what of a view says which sentences it looks at: all, or some."""
        if not (within or without):
            return {}
        return {"lexicon": self.lexicon, "within": within, "without": without}

    def _fit_view(
        self,
        view: FeatureGroup,
        vocabulary: tuple[str, ...],
        matrix: sparse.csr_array,
        answers: NDArray[Any],
        weight: NDArray[np.float64],
        texts: int,
    ) -> tuple[FeatureWeights, NDArray[np.float64], NDArray[np.float64]]:
        """Return the view's part, its weights in full precision, and its bias."""
        if view.analyzer == "group":
            matrix, answers, weight = matrix[:texts], answers[:texts], weight[:texts]
        chosen = self._choose(view, matrix, texts + np.flatnonzero(weight[texts:]))
        kept = tuple(vocabulary[i] for i in chosen)
        seen = weighted(matrix[:, chosen], view.weighting)
        idf = np.ones(len(kept))
        if view.weighting == "log":
            present = np.diff(seen.tocsc().indptr)
            idf = (np.log((1 + len(answers)) / (1 + present)) + 1).astype(np.float32).astype(float)
        ready = normed(seen, idf)
        if view.weighting == "log":
            coefficients, bias = self._solve(ready, answers, weight)
        else:
            coefficients, bias = self._solve_scaled(ready, answers, weight, seen)
        return self._standardised(view, kept, idf, coefficients, bias, ready[:texts], weight)

    def _standardised(
        self,
        view: FeatureGroup,
        kept: Sequence[str],
        scale: NDArray[np.float64],
        coefficients: NDArray[np.float64],
        bias: NDArray[np.float64],
        ready: sparse.csr_array,
        weight: NDArray[np.float64],
    ) -> tuple[FeatureWeights, NDArray[np.float64], NDArray[np.float64]]:
        """Return what `_fit_view` does, by the scores of texts that are weighed and of norm 1."""
        scores = ready @ coefficients + bias
        middle = np.average(scores, axis=0, weights=weight[: len(scores)])
        varies = np.average((scores - middle) ** 2, axis=0, weights=weight[: len(scores)])
        if not self._multilabel and self.class_weight is None:
            # A rare label keeps its low scores: one deviation for all that are compared.
            varies = np.full_like(varies, varies.mean())
        spread = np.sqrt(varies)
        spread[spread == 0] = 1
        nothing = np.zeros((len(kept), 0), np.float32)
        part = FeatureWeights.of(view, Vocabulary(kept), scale.astype(np.float32), nothing)
        if not self._multilabel and self.class_weight is not None:
            bias = bias - middle
        return part, scale[:, None] * coefficients / spread, bias / spread

    def _choose(
        self, view: FeatureGroup, matrix: sparse.csr_array, seeds: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """Return the columns that enter the vocabulary; `seeds` are the rows of seed terms."""
        frequency = np.bincount(matrix.indices, minlength=matrix.shape[1])
        least = self.min_df if view.analyzer == "word" else self.char_min_df
        # Of so little text that nothing stands in two, what stands in one must do.
        chosen = np.flatnonzero(frequency >= max(1, min(least, int(frequency.max(initial=0)))))
        if self.max_features is not None and len(chosen) > self.max_features:
            chosen = chosen[np.argsort(-frequency[chosen], kind="stable")]
            if view.analyzer == "word":
                theirs = np.isin(chosen, matrix[seeds].indices)
                first = theirs & (np.cumsum(theirs) <= _OF_SEEDS * self.max_features)
                chosen = np.concatenate([chosen[first], chosen[~first]])
            chosen = np.sort(chosen[: self.max_features])
        if not len(chosen):
            raise InputError(f"no {view.analyzer} n-gram is left to learn from; give more text")
        return chosen

    def _solve(
        self, ready: sparse.csr_array, answers: NDArray[Any], weight: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return coefficients of shape (terms, labels) and the bias of each label."""
        if self._multilabel:
            return self._solve_each(ready, answers, weight)
        solver = self._solver().fit(ready, answers, sample_weight=weight)
        return _both_sides(solver.coef_.T, solver.intercept_)

    def _solve_scaled(
        self,
        ready: sparse.csr_array,
        answers: NDArray[Any],
        weight: NDArray[np.float64],
        there: sparse.csr_array,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what `_solve` does, each label's machine fitted on terms scaled by its ratios."""
        if self._multilabel:
            return self._solve_each(ready, answers, weight, there)
        two = len(self.classes_) == 2  # noqa: PLR2004
        targets = (answers[:, None] == self.classes_[int(two) :]).astype(int)
        return _both_sides(*self._solve_each(ready, targets, weight, there))

    def _solve_each(
        self,
        ready: sparse.csr_array,
        targets: NDArray[Any],
        weight: NDArray[np.float64],
        there: sparse.csr_array | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Fit a machine for each 0/1 column; with `there`, on terms scaled for that column."""
        columns, biases = [], []
        for column in targets.T:
            if column.min() == column.max():
                columns.append(np.zeros(ready.shape[1]))
                biases.append(1.0 if column.max() else -1.0)
                continue
            ratio, scaled = np.ones(ready.shape[1]), ready
            if there is not None:
                ratio = _log_count_ratio(there, column, weight)
                scaled = narrow(ready @ sparse.diags_array(ratio))
            solver = self._solver().fit(scaled, column, sample_weight=weight)
            columns.append(ratio * solver.coef_[0])
            biases.append(float(solver.intercept_[0]))
        return np.stack(columns, axis=1), np.array(biases)

    def _solver(self) -> LinearSVC:
        return LinearSVC(
            C=self.C, class_weight=self.class_weight, random_state=self.random_state, max_iter=5000
        )

    def _form(
        self, parts: list[tuple[FeatureWeights, NDArray[np.float64], NDArray[np.float64]]]
    ) -> LinearWeights:
        """Average the views; centre single-label weights, since only differences decide."""
        views = []
        bias = np.mean([part_bias for _, _, part_bias in parts], axis=0)
        bias = bias if self._multilabel else bias - bias.mean()
        for part, full, _ in parts:
            weights = full / len(parts)
            if not self._multilabel:
                weights = weights - weights.mean(axis=1, keepdims=True)
            views.append(part.weighing(weights.astype(np.float32)).by_scale())
        return LinearWeights(tuple(views), bias.astype(np.float32))


def _texts(X: Iterable[str]) -> list[str]:
    if isinstance(X, str | bytes):
        raise InputError("X is one text; give a list of texts, such as [text]")
    if getattr(X, "ndim", 1) != 1:
        raise InputError(f"X has {X.ndim} dimensions; give one column of texts")  # type: ignore[attr-defined]
    try:
        texts = list(X)
    except TypeError:
        raise InputError(f"X is a {type(X).__name__}; give a list of texts") from None
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            kind = "bytes: decode it first" if isinstance(text, bytes) else type(text).__name__
            raise InputError(f"text {place} is not a string but {kind}")
    if not texts:
        raise InputError("X holds no texts; give at least one")
    return texts


def _answers(y: ArrayLike, texts: int) -> NDArray[Any]:
    if y is None:
        raise InputError("y is None; give a label for each text")
    answers = np.asarray(y)
    if len(answers) != texts:
        raise InputError(f"there are {texts} texts and {len(answers)} labels; give one for each")
    kind = type_of_target(answers)
    if kind == "multilabel-indicator":
        return answers.astype(int)
    if answers.ndim != 1 or kind not in {"binary", "multiclass"}:
        raise InputError(
            f"y is {kind}, shape {answers.shape}; give a label for each text, or a 0/1 matrix"
        )
    return answers


def _both_sides(
    coefficients: NDArray[np.float64], bias: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return one machine for two labels as half for the one and half against the other."""
    if len(bias) > 1:
        return coefficients, bias
    return np.hstack([-coefficients, coefficients]) / 2, np.r_[-bias, bias] / 2


def _log_count_ratio(
    there: sparse.csr_array, column: NDArray[Any], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how much likelier each term is with the label than without it, as a logarithm."""
    with_label = 1 + there.T @ (weight * column)
    without = 1 + there.T @ (weight * (1 - column))
    return np.asarray(np.log((with_label / with_label.sum()) / (without / without.sum())))
