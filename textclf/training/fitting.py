"""Fits feature groups to some rows, and scores other rows with what was fitted."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.base import clone

from textclf.codebook.scheme import Scheme
from textclf.corpus.term_lists import TermList
from textclf.errors import InputError, TrainingError
from textclf.scoring.scorer import make_scorer
from textclf.scoring.weights import LinearWeights, weighted_sum
from textclf.text.features import FeatureGroup
from textclf.text.tokens import first_words_spans
from textclf.training.config import (
    KIND_RULES,
    TrainConfig,
    feature_groups,
    first_words_limits,
    may_use_vectors,
    vocabulary_limit,
)
from textclf.training.dataset import Examples, Folds
from textclf.training.estimator import LinearTextClassifier
from textclf.training.stacking import score_of_best_rule

Doubles = NDArray[np.float64]

_FOLDS_FOR_SHARE = 2
"""Folds that the share of seed terms is chosen on: two rank shares as well as all folds do."""


@dataclass(frozen=True, slots=True, eq=False)
class Learner:
    """A feature group and the estimator that learns it, not yet fitted."""

    estimator: LinearTextClassifier
    group: FeatureGroup
    vectors: bool = False
    """Whether the group has the weights of word vectors."""

    @property
    def name(self) -> str:
        """The name of the group on the model card."""
        return f"{self.group.name}, vectors" if self.vectors else self.group.name


def make_learners(
    config: TrainConfig,
    scheme: Scheme,
    terms: TermList | None,
    texts: Iterable[str],
    *,
    of_terms: bool,
) -> list[Learner]:
    """Return a learner for each feature group that a model may have, that of vectors last.

    `texts` are the training texts; `of_terms` says that they are seed terms.
    """
    limits = () if terms else first_words_limits(texts)
    vectors = may_use_vectors(config, scheme, of_terms=of_terms)
    most = vocabulary_limit(config, scheme, terms, limits, vectors=vectors)
    # Without seed terms, balanced classes are no better out of fold for many labels, whose
    # thresholds do the same, at three times the cost. A prior would shift probabilities that
    # balanced classes have bent.
    class_weight = "balanced" if terms and not scheme.prior else None
    estimator = LinearTextClassifier(
        feature_groups=feature_groups(config, terms, limits, of_terms=of_terms),
        min_df=config.min_df,
        char_min_df=config.char_min_df,
        max_features=most,
        C=config.C,
        class_weight=class_weight,
        random_state=config.seed,
    )
    learners = [Learner(estimator, group) for group in estimator.groups()]
    if vectors:
        from textclf.training.vector_estimator import VectorClassifier  # noqa: PLC0415 - a table of three megabytes
        from textclf.training.word_vectors import bundled_vectors  # noqa: PLC0415 - the same

        of_vectors = VectorClassifier(bundled_vectors(), most=most, class_weight=class_weight)
        learners += [Learner(of_vectors, group, vectors=True) for group in of_vectors.groups()]
    return learners


def without_useless_terms(
    learners: Sequence[Learner], examples: Examples, folds: Folds
) -> Examples:
    """Return the examples without terms that no estimator would take, whichever rows it learns.

    Those that stay are in a seed term, or among the most frequent terms of a training set. Of many
    texts they are a small part of all terms. What is learned is the same with them alone.
    """
    seeds = np.arange(examples.records, len(examples.counts))
    training = [train for train, _ in folds] + [np.arange(examples.records)]
    useful: dict[FeatureGroup, NDArray[np.bool_]] = {}
    for learner, counts in zip(learners, examples.counts.parts, strict=True):
        group = learner.group
        own = useful.setdefault(group.unweighted(), np.zeros(len(counts.vocabulary), bool))
        own |= counts.take(seeds).frequency() > 0
        learned = seeds if KIND_RULES[type(group)].learns_seed_terms else seeds[:0]
        for rows in training:
            own[learner.estimator.candidates(counts.take(np.r_[rows, learned]))] = True
    return replace(examples, counts=examples.counts.keep(useful))


def choose_term_share(
    learner: Learner, examples: Examples, scheme: Scheme, folds: Folds, config: TrainConfig
) -> float:
    """Return the share of seed terms with which one feature group scores best out of fold."""
    if not len(examples.term_weight):
        return 0.0
    folds = folds[:_FOLDS_FOR_SHARE]
    own = examples.only(0)
    truth = examples.truth[np.concatenate([test for _, test in folds])]
    scores = [
        np.concatenate(
            [held_out_scores(learner.estimator, own, *fold, share, scheme) for fold in folds]
        )
        for share in config.term_shares
    ]
    best = int(np.argmax([score_of_best_rule(scheme, one, truth) for one in scores]))
    return config.term_shares[best]


def out_of_fold_scores(
    learners: Sequence[Learner],
    examples: Examples,
    folds: Folds,
    share: float,
    scheme: Scheme,
    *,
    jobs: int = 1,
    report: Callable[[str, int], None] = lambda *_: None,
) -> Doubles:
    """Return the scores of each group for each record, shape (groups, records, labels).

    The scores of a record are those of an estimator fitted to the training rows of its fold.
    `report` receives what is being done, and how many pairs of a group and a fold are done.
    """
    scores = np.zeros((len(learners), examples.records, len(scheme.labels)))
    work = [(index, number) for index in range(len(learners)) for number in range(len(folds))]
    results = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_in_worker)(
            os.getpid(),
            learners[index].estimator,
            examples.only(index),
            *folds[number],
            share,
            scheme,
        )
        for index, number in work
    )
    for step, (index, number) in enumerate(work):
        report(f"{learners[index].group.name}, fold {number + 1} of {len(folds)}", step)
        scores[index, folds[number][1]] = next(results)
    return scores


def _in_worker(parent: int, *work: Any) -> Doubles:  # noqa: ANN401 - what held_out_scores takes
    """Return held-out scores; the process ends soon after `parent`, which gave it the work."""
    if os.getpid() != parent:
        _end_with(parent)
    return held_out_scores(*work)


@cache
def _end_with(parent: int) -> None:
    """Let this process end within a second of its parent, even if that is killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    # On other systems, a process whose parent has ended keeps the number of it.
    if os.name == "posix":
        threading.Thread(target=watch, daemon=True).start()


def held_out_scores(
    estimator: LinearTextClassifier,
    examples: Examples,
    train: NDArray[np.intp],
    test: NDArray[np.intp],
    share: float,
    scheme: Scheme,
) -> Doubles:
    """Return the scores of test rows, shape (rows, labels), after fitting to training rows.

    A label of the scheme without a training row gets the lowest score of each test row.
    """
    fitted = fitted_to(estimator, examples, train, share)
    scores = _scores(fitted, examples, test, scheme.lead_words)
    if scheme.kind == "multi" or len(fitted.classes_) == len(scheme.labels):
        return scores
    all_labels = np.repeat(scores.min(axis=1, keepdims=True), len(scheme.labels), axis=1)
    all_labels[:, fitted.classes_] = scores
    return all_labels


def fit_model(
    learners: Sequence[Learner],
    examples: Examples,
    share: float,
    weights: Doubles,
    report: Callable[[str, int], None],
) -> LinearWeights:
    """Return the weighted sum of all groups that have a weight, each fitted to all records.

    `weights` has the shape (groups, labels). `report` receives each group and its index.
    """
    used = [index for index in range(len(learners)) if weights[index].any()]
    every = np.arange(examples.records)
    weight_sets = []
    for index in used:
        report(f"{learners[index].group.name}, all texts", index)
        fitted = fitted_to(learners[index].estimator, examples.only(index), every, share)
        weight_sets.append(fitted.linear_weights_)
    return weighted_sum(weight_sets, list(weights[used]))


def fitted_to(
    estimator: LinearTextClassifier, examples: Examples, rows: NDArray[np.intp], share: float
) -> LinearTextClassifier:
    """Return the estimator fitted to some of the records and all seed terms."""
    seeds = np.arange(examples.records, len(examples.counts))
    chosen = np.concatenate([rows, seeds])
    # A term never weighs more than a text.
    weight = np.r_[examples.record_weight[rows], np.minimum(1.0, share * examples.term_weight)]
    replica: LinearTextClassifier = clone(estimator)
    try:
        return replica.fit_counts(
            examples.counts.take(chosen), examples.truth[chosen], weight, seed_terms=len(seeds)
        )
    except InputError as reason:
        raise TrainingError(f"a fold cannot be learned from: {reason}") from None


def _scores(
    fitted: LinearTextClassifier,
    examples: Examples,
    rows: NDArray[np.intp],
    first_words: Sequence[int],
) -> Doubles:
    """Return the scores of some rows, shape (rows, labels), as prediction computes them.

    If the scheme has limits for first words, half of a score is the mean score of these spans.
    """
    if not first_words:
        return fitted.scores(examples.counts.take(rows))
    texts = [examples.texts[row] for row in rows]
    spans = [first_words_spans(text, first_words) for text in texts]
    scores = make_scorer([fitted.linear_weights_]).score(texts, spans, {0})[0].scores
    # The row of a text, and then those of its spans.
    parts = scores.reshape(len(texts), 1 + len(first_words), -1)
    return np.asarray((parts[:, 0] + parts[:, 1:].mean(axis=1)) / 2)
