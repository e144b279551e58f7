"""The scikit-learn estimator: TF-IDF feature groups, a linear model on each, averaged.

It takes strings and labels, and gives linear weights. It does not clean texts. Both scorers are
tested against its scores.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from textclf.errors import InputError
from textclf.scoring.decision_rule import DecisionRule
from textclf.scoring.vocabulary import Vocabulary
from textclf.scoring.weights import FeatureWeights, LinearWeights
from textclf.text.features import CharNgrams, FeatureGroup, Weighting, WordNgrams
from textclf.training.config import KIND_RULES
from textclf.training.counts import (
    Counts,
    TermCounts,
    columns,
    count,
    features,
    presence,
    stacked,
    weighted,
)
from textclf.training.svm import LinearSVM

Doubles = NDArray[np.float64]

_SEED_SHARE = 0.75
"""The largest share of a full vocabulary that is kept for the words of seed terms."""


class LinearTextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A linear text classifier over n-grams of words and characters, for use with scikit-learn.

    X is a sequence of strings. y is a sequence of labels (single-label; two or more classes)
    or a 0/1 indicator matrix of shape (texts, labels) (multi-label).

    Words and characters are a feature group in each of the `weightings`. `log` is sublinear TF-IDF,
    L2-normalized. `binary` is whether a text has a term, L2-normalized, then scaled for each label
    by the Naive Bayes log-count ratios of terms (Wang and Manning 2012). A linear support vector
    machine is fitted on each group (Fan et al. 2008, LIBLINEAR), its scores are divided by their
    standard deviation over the training texts, and the scores of the groups are averaged.

    Parameters follow scikit-learn: `word_ngrams` and `char_ngrams` are ranges or None,
    `min_df` and `char_min_df` counts of texts, `max_features` a limit for each group. Terms of the
    highest document frequency are kept, ties in the order of terms, and words of seed terms first.
    `feature_groups` take the place of `word_ngrams`, `char_ngrams` and `weightings`, where groups
    of other kinds or with other options are wanted.

    After fit: `classes_`, and `linear_weights_` in the precision of a model file. Raises InputError
    (a ValueError) for what is not a sequence of strings.

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
        weightings: tuple[Weighting, ...] = ("log",),
        feature_groups: tuple[FeatureGroup, ...] | None = None,
        min_df: int = 1,
        char_min_df: int = 2,
        max_features: int | None = None,
        C: float = 0.5,
        class_weight: str | None = "balanced",
        random_state: int = 0,
    ) -> None:
        self.word_ngrams = word_ngrams
        self.char_ngrams = char_ngrams
        self.weightings = weightings
        self.feature_groups = feature_groups
        self.min_df = min_df
        self.char_min_df = char_min_df
        self.max_features = max_features
        self.C = C
        self.class_weight = class_weight
        self.random_state = random_state

    def groups(self) -> tuple[FeatureGroup, ...]:
        """Return the feature groups that the parameters ask for."""
        if self.feature_groups is not None:
            return self.feature_groups
        groups: list[FeatureGroup] = []
        for weighting in self.weightings:
            if self.word_ngrams:
                groups.append(WordNgrams(*self.word_ngrams, weighting))
            if self.char_ngrams:
                groups.append(CharNgrams(*self.char_ngrams, weighting))
        if not groups:
            raise InputError(
                "word_ngrams and char_ngrams are None, and there are no feature_groups; "
                "give one of them"
            )
        return tuple(groups)

    def fit(self, X: Sequence[str], y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn from texts and their labels; the weight of a text is 1 unless given."""
        return self.fit_counts(count(_texts(X), self.groups()), y, sample_weight)

    def fit_counts(
        self,
        counts: Counts,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        seed_terms: int = 0,
    ) -> Self:
        """Learn from texts that were counted before, for the feature groups of these parameters.

        The last `seed_terms` rows are seed terms, not texts. Groups of words and characters learn
        from them, but they do not take part in standardizing scores. They fill up to three quarters
        of `max_features` words before others: most are in no text, and whoever wrote them wants
        them in the vocabulary.
        """
        answers = _answers(y, len(counts))
        self._multilabel = answers.ndim == 2  # noqa: PLR2004
        self.classes_ = np.arange(answers.shape[1]) if self._multilabel else np.unique(answers)
        if not self._multilabel and len(self.classes_) < 2:  # noqa: PLR2004
            raise InputError(
                f"all {len(answers)} texts have the label {self.classes_.tolist()[0]!r}; "
                "a classifier needs two or more classes"
            )
        weight = np.ones(len(counts)) if sample_weight is None else np.asarray(sample_weight, float)
        if weight.shape != (len(counts),) or not (weight >= 0).all():
            raise InputError(f"sample_weight needs {len(counts)} numbers of 0 or more")
        texts = len(counts) - seed_terms
        with threadpool_limits(1):
            parts = [self._fit_group(part, answers, weight, texts) for part in counts.parts]
        self.linear_weights_ = self._linear_weights(parts)
        return self

    def scores(self, counts: Counts) -> NDArray[np.float64]:
        """Return the scores of counted texts, shape (texts, labels), from the linear weights."""
        check_is_fitted(self, "linear_weights_")
        total = np.tile(self.linear_weights_.bias.astype(float), (len(counts), 1))
        for part, counted in zip(self.linear_weights_.groups, counts.parts, strict=True):
            total += np.vstack(
                [_scores(part, counted.vocabulary, block) for block in counted.blocks()]
            )
        return total

    def decision_function(self, X: Sequence[str]) -> NDArray[np.float64]:
        """Return scores in scikit-learn's shapes: (texts, labels), or (texts,) for two."""
        check_is_fitted(self, "linear_weights_")
        scores = self.scores(count(_texts(X), self.groups()))
        binary = not self._multilabel and len(self.classes_) == 2  # noqa: PLR2004
        return scores[:, 1] - scores[:, 0] if binary else scores

    def predict_proba(self, X: Sequence[str]) -> NDArray[np.float64]:
        """Return probabilities of shape (texts, labels): uncalibrated, the scores as logits.

        `textclf.training.train` calibrates them; so does scikit-learn's CalibratedClassifierCV.
        """
        check_is_fitted(self, "linear_weights_")
        scores = self.scores(count(_texts(X), self.groups()))
        flat = np.zeros(scores.shape[1])
        kind: Literal["single", "multi"] = "multi" if self._multilabel else "single"
        return DecisionRule(kind, flat + 1, flat, flat + 0.5).probabilities(scores)

    def predict(self, X: Sequence[str]) -> NDArray[Any]:
        """Return a label for each text, or for multi-label a 0/1 matrix (texts, labels)."""
        check_is_fitted(self, "linear_weights_")
        scores = self.scores(count(_texts(X), self.groups()))
        if self._multilabel:
            return (scores >= 0).astype(int)
        return np.asarray(self.classes_[scores.argmax(axis=1)])

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.classifier_tags.multi_label = True
        return tags

    def candidates(self, counts: TermCounts) -> NDArray[np.intp]:
        """Return the columns that may enter the vocabulary, if they are not of seed terms."""
        return self._most_frequent(counts.group, counts.frequency())[: self.max_features]

    def _fit_group(
        self,
        counts: TermCounts,
        answers: NDArray[Any],
        weight: Doubles,
        texts: int,
    ) -> tuple[FeatureWeights, Doubles, Doubles]:
        """Return the group without weights; its weights in full precision; and its biases.

        `counts` are those of texts and after them of seed terms.
        """
        group = counts.group
        if not KIND_RULES[type(group)].learns_seed_terms:
            counts, answers, weight = counts.take(np.arange(texts)), answers[:texts], weight[:texts]
        frequency = counts.frequency()
        seeds = counts.take(texts + np.flatnonzero(weight[texts:]))
        chosen = self._choose_terms(group, frequency, seeds.frequency() > 0)
        kept = tuple(counts.vocabulary[i] for i in chosen)
        idf = np.ones(len(kept))
        if group.weighting == "log":
            # Smoothed, as in scikit-learn's TfidfTransformer; in the precision of the model file.
            idf = np.log((1 + len(answers)) / (1 + frequency[chosen])) + 1
            idf = idf.astype(np.float32).astype(float)
        entries = int(frequency[chosen].sum())
        svm = LinearSVM(self.C, self.class_weight, self.random_state)
        if group.weighting == "log":
            blocks = features(counts, idf, lambda block: block[:, chosen])
            made = stacked(blocks, entries)
            coefficients, bias = svm.fit(made, answers, weight)
            scores = made @ coefficients
        else:
            made = stacked(presence(counts, chosen), entries)
            coefficients, bias = svm.fit_scaled(made, answers, weight)
            blocks = features(counts, idf, lambda block: block[:, chosen])
            scores = np.vstack([block @ coefficients for block in blocks])
        return self._standardized(group, kept, idf, coefficients, bias, scores[:texts], weight)

    def _standardized(
        self,
        group: FeatureGroup,
        kept: Sequence[str],
        idf: Doubles,
        coefficients: Doubles,
        bias: Doubles,
        scores: Doubles,
        weight: Doubles,
    ) -> tuple[FeatureWeights, Doubles, Doubles]:
        """Return what `_fit_group` does, with scores that deviate by 1 over the training texts.

        `coefficients` have the shape (terms, labels); `scores`, without the bias, (texts, labels).
        """
        scores, weight = scores + bias, weight[: len(scores)]
        mean = np.average(scores, axis=0, weights=weight)
        variance = np.average((scores - mean) ** 2, axis=0, weights=weight)
        if not self._multilabel and self.class_weight is None:
            # A rare label keeps its low scores: one deviation for all labels that are compared.
            variance = np.full_like(variance, variance.mean())
        deviation = np.sqrt(variance)
        deviation[deviation == 0] = 1
        no_weights = np.zeros((len(kept), 0), np.float32)
        part = FeatureWeights.of(group, Vocabulary(kept), idf.astype(np.float32), no_weights)
        if not self._multilabel and self.class_weight is not None:
            bias = bias - mean
        # A weight includes the idf, so that scoring multiplies once.
        return part, idf[:, None] * coefficients / deviation, bias / deviation

    def _choose_terms(
        self, group: FeatureGroup, frequency: NDArray[np.intp], of_seeds: NDArray[np.bool_]
    ) -> NDArray[np.intp]:
        """Return the columns that enter the vocabulary.

        Of shape (terms,): the texts that have a term, and whether it is of a seed term.
        """
        chosen = self._most_frequent(group, frequency)
        if self.max_features is not None and KIND_RULES[type(group)].prefers_seed_terms:
            of_seeds = of_seeds[chosen]
            first = of_seeds & (np.cumsum(of_seeds) <= _SEED_SHARE * self.max_features)
            chosen = np.concatenate([chosen[first], chosen[~first]])
        if not len(chosen):
            raise InputError(f"no {group.kind} n-gram is left to learn from; give more text")
        return np.sort(chosen[: self.max_features])

    def _most_frequent(self, group: FeatureGroup, frequency: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the columns of terms in enough texts, by falling frequency."""
        # If no term is in so many texts, the most frequent terms have to do.
        least = getattr(self, KIND_RULES[type(group)].min_df)
        least = max(1, min(least, int(frequency.max(initial=0))))
        chosen = np.flatnonzero(frequency >= least)
        return chosen[np.argsort(-frequency[chosen], kind="stable")]

    def _linear_weights(
        self, parts: list[tuple[FeatureWeights, Doubles, Doubles]]
    ) -> LinearWeights:
        """Return the average of the groups; single-label weights sum to 0 over the labels.

        Only differences between labels decide there, and small numbers keep precision.
        """
        groups = []
        bias = np.mean([part_bias for _, _, part_bias in parts], axis=0)
        bias = bias if self._multilabel else bias - bias.mean()
        for part, full, _ in parts:
            weights = full / len(parts)
            if not self._multilabel:
                weights = weights - weights.mean(axis=1, keepdims=True)
            groups.append(part.with_weights(weights.astype(np.float32)).by_idf())
        return LinearWeights(tuple(groups), bias.astype(np.float32))


def _scores(part: FeatureWeights, vocabulary: tuple[str, ...], counts: sparse.csr_array) -> Doubles:
    """Return the scores of one group, shape (texts, labels)."""
    counted = weighted(columns(counts, vocabulary, part.terms[:]), part.group.weighting)
    norm = np.sqrt(counted.power(2) @ part.idf.astype(float) ** 2)
    norm[norm == 0] = 1
    return np.asarray((counted @ part.weights.astype(float)) / norm[:, None])


def _texts(X: Iterable[str]) -> list[str]:
    if isinstance(X, str | bytes):
        raise InputError("X is one text; give a list of texts, such as [text]")
    if getattr(X, "ndim", 1) != 1:
        raise InputError(f"X has {X.ndim} dimensions; give one column of texts")  # type: ignore[attr-defined]
    try:
        texts = list(X)
    except TypeError:
        raise InputError(f"X is a {type(X).__name__}; give a list of texts") from None
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            kind = "bytes: decode it first" if isinstance(text, bytes) else type(text).__name__
            raise InputError(f"text {index} is not a string but {kind}")
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
