"""Likely label errors: labels that a model trained on the other texts confidently contradicts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textclf.codebook.scheme import Scheme
from textclf.corpus.records import Corpus, Record
from textclf.training.config import Progress, TrainConfig, mixes
from textclf.training.cross_validation import out_of_fold_predictions
from textclf.training.dataset import folds_of, make_examples, training_records
from textclf.training.fitting import choose_term_share, make_learners, out_of_fold_scores
from textclf.training.stacking import best_mix


@dataclass(frozen=True, slots=True)
class Suspect:
    """A record whose label may be wrong."""

    record: Record
    label: str
    """The label that it has, or, for schemes with several labels, that it has or lacks."""
    suggested: str
    """The label that is likelier; for schemes with several labels `add` or `remove`."""
    given_prob: float
    """The out-of-fold probability of what the record says."""
    suggested_prob: float


def find_suspects(
    corpus: Corpus,
    scheme: Scheme,
    *,
    config: TrainConfig = TrainConfig(),
    jobs: int = 1,
    progress: Progress = lambda *_: None,
) -> list[Suspect]:
    """Return the records whose labels are likely wrong, the likeliest error first.

    Their probabilities come from the cross-validation of `train`, in which near-duplicates and
    groups stay on one side of each split. Nothing is removed. Raises what `train` raises.
    """
    records, probs = _out_of_fold_probabilities(corpus, scheme, config, jobs, progress)
    answers = records.answers(scheme)
    names = scheme.label_names
    if scheme.kind == "single":
        given = np.array([names.index(answer[0]) for answer in answers])
        return [
            Suspect(
                records.records[row],
                names[given[row]],
                names[other],
                float(probs[row, given[row]]),
                float(probs[row, other]),
            )
            for row, other in confident_errors(given, probs)
        ]
    found: list[Suspect] = []
    for index, name in enumerate(names):
        given = np.array([name in answer for answer in answers]).astype(int)
        both = np.column_stack([1 - probs[:, index], probs[:, index]])
        found += [
            Suspect(
                records.records[row],
                name,
                "add" if other else "remove",
                float(both[row, given[row]]),
                float(both[row, other]),
            )
            for row, other in confident_errors(given, both)
        ]
    return sorted(found, key=lambda one: one.given_prob - one.suggested_prob)


def confident_errors(given: NDArray[np.intp], probs: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the rows whose label is likely wrong, each with the likelier label, the surest first.

    `given` has shape (rows,) and the number of each row's label; `probs` are out of fold, shape
    (rows, labels). A row is counted for the likeliest of the labels whose probability is as high
    as it is on average where a person gave the label; it is an error if that is another label than
    its own (the confident joint of Northcutt, Jiang and Chuang 2021). Rows are ordered by the
    probability of their label less that of the other.
    """
    labels = probs.shape[1]
    own = [given == label for label in range(labels)]
    least = np.array([probs[of, label].mean() if of.any() else 2 for label, of in enumerate(own)])
    confident = np.where(probs >= least - 1e-6, probs, -1.0)
    likeliest = confident.argmax(axis=1)
    wrong = np.flatnonzero((confident.max(axis=1) >= 0) & (likeliest != given))
    margin = probs[wrong, given[wrong]] - probs[wrong, likeliest[wrong]]
    order = wrong[np.argsort(margin, kind="stable")]
    return [(int(row), int(likeliest[row])) for row in order]


def _out_of_fold_probabilities(
    corpus: Corpus, scheme: Scheme, config: TrainConfig, jobs: int, progress: Progress
) -> tuple[Corpus, NDArray[np.float64]]:
    """Return the records, and their probabilities, shape (records, labels)."""
    records, _ = training_records(corpus, scheme, None)
    texts: Sequence[str] = [record.text for record in records.records]
    learners = make_learners(config, scheme, None, texts, of_terms=False)
    groups = [learner.group for learner in learners]
    steps = len(learners) * config.folds + 1
    progress("counting n-grams", 0, steps)
    examples = make_examples(records, scheme, None, groups)
    truth = examples.record_truth
    folds = folds_of(examples, scheme, config.folds, config.seed)
    share = choose_term_share(learners[0], examples, scheme, folds, config)
    scores = out_of_fold_scores(
        learners,
        examples,
        folds,
        share,
        scheme,
        jobs=jobs,
        report=lambda name, done: progress(name, 1 + done, steps),
    )
    options = mixes(groups, vectors=learners[-1].vectors, of_terms=False, fixed=False)
    mix = best_mix(scheme, scores, truth, options)
    probs, _ = out_of_fold_predictions(scheme, scores, truth, folds, mix)
    progress("done", steps, steps)
    return records, probs
