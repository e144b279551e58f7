"""The training data: labelled texts and seed terms, counted once, and the folds of the texts."""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from textclf.codebook.scheme import Scheme
from textclf.corpus.near_duplicates import DuplicateGroups, group_near_duplicates
from textclf.corpus.records import Answer, Corpus, Record
from textclf.corpus.term_lists import TermList
from textclf.errors import TrainingError
from textclf.text.features import FeatureGroup
from textclf.training.counts import Counts, count

Folds = list[tuple[NDArray[np.intp], NDArray[np.intp]]]
"""The training rows and the test rows of each fold."""

_ENOUGH_TEXTS = 50
"""With fewer labelled texts, seed terms are texts like others, and metrics include them."""
_FEWEST_FOLDS = 2
_RARE = 5
"""A label of fewer texts is not in the training and the test texts of each fold."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """The training data: the texts of the records first, then the seed terms."""

    texts: tuple[str, ...]
    counts: Counts
    truth: NDArray[Any]
    """Label indices (texts,) of a single scheme, a 0/1 matrix (texts, labels) of a multi one."""
    term_weight: NDArray[np.float64]
    """Shape (terms,): the weight of each seed term for a share of 1, beside 1 for a text."""
    record_weight: NDArray[np.float64]
    """Shape (records,)."""
    records: int
    duplicate_groups: DuplicateGroups
    """Which records belong together, and which are near-duplicates."""

    def only(self, index: int) -> "Examples":
        """Return the examples with the counts of one feature group."""
        return replace(self, counts=self.counts.only(index))

    def with_weights(self, weight: NDArray[np.float64]) -> "Examples":
        """Return the examples with other weights of the records."""
        return replace(self, record_weight=weight)

    @property
    def record_truth(self) -> NDArray[Any]:
        """The truth of the records alone."""
        return self.truth[: self.records]


def training_records(corpus: Corpus, scheme: Scheme, terms: TermList | None) -> tuple[Corpus, bool]:
    """Return the training records in a fixed order, and whether seed terms are among them.

    If fewer than 50 texts are labelled, each seed term is a record of its own. Raises TrainingError
    for a label that has neither a text nor a seed term.
    """
    labelled = corpus.labelled(scheme).records
    if terms is not None and terms.scheme != scheme.name:
        raise TrainingError(f"the terms are those of scheme {terms.scheme!r}, not {scheme.name!r}")
    by_label = terms.by_label() if terms else {}
    if not labelled and not by_label:
        raise TrainingError(f"no text is labelled under scheme {scheme.name!r}; label some first")
    present = {label for record in labelled for label in record.labels[scheme.name]} | set(by_label)
    missing = [name for name in scheme.label_names if name not in present]
    if missing:
        raise TrainingError(
            f"label {missing[0]!r} of scheme {scheme.name!r} has no text to learn from, and no "
            "seed term; label some, or train with a scheme that leaves it out"
        )
    few = bool(by_label) and len(labelled) < _ENOUGH_TEXTS
    if few:
        labelled += tuple(
            Record(f"term: {label}: {term}", term, {scheme.name: _answer(scheme, label)})
            for label, phrases in by_label.items()
            for term in phrases
        )
    return Corpus(tuple(sorted(labelled, key=lambda one: (one.id, one.text)))), few


def rare_labels(corpus: Corpus, scheme: Scheme, terms: TermList | None) -> Iterator[str]:
    """Yield a warning for each label of so few texts that its score says nothing.

    A label with seed terms is learned from these.
    """
    counts = Counter(label for answer in corpus.answers(scheme) for label in answer)
    if max(counts.values(), default=0) < _FEWEST_FOLDS:
        return  # nothing can be measured at all, which is an error
    for label in scheme.label_names:
        if 0 < counts[label] < _RARE and label not in (terms.by_label() if terms else {}):
            texts = "1 text" if counts[label] == 1 else f"{counts[label]} texts"
            yield (
                f"warning: label {label!r} has {texts}, too few to learn from and to measure; "
                f"label {_RARE - counts[label]} or more others, or leave it out with "
                f"--rename {label}="
            )


def make_examples(
    corpus: Corpus, scheme: Scheme, terms: TermList | None, groups: Sequence[FeatureGroup]
) -> Examples:
    """Return the examples of records, and of seed terms that are not among the records."""
    texts = [record.document().text for record in corpus.records]
    answers = list(corpus.answers(scheme))
    records = len(corpus)
    weight: list[float] = []
    by_label = terms.by_label() if terms else {}
    for label, phrases in by_label.items():
        texts += phrases
        answers += [_answer(scheme, label)] * len(phrases)
        # All labels weigh the same, however many terms each has.
        weight += [records / (len(by_label) * len(phrases))] * len(phrases)
    related = group_near_duplicates(texts[:records], [record.group for record in corpus.records])
    counts = count(texts, groups)
    truth = truth_of(scheme, answers)
    return Examples(
        tuple(texts), counts, truth, np.array(weight), np.ones(records), records, related
    )


def truth_of(scheme: Scheme, answers: Sequence[Answer]) -> NDArray[Any]:
    """Return label indices (texts,) of a single scheme, a 0/1 matrix (texts, labels) of a multi."""
    if scheme.kind == "single":
        return np.array([scheme.index(answer[0]) for answer in answers])
    matrix = np.zeros((len(answers), len(scheme.labels)), int)
    for row, answer in enumerate(answers):
        matrix[row, [scheme.index(label) for label in answer]] = 1
    return matrix


def folds_of(
    examples: Examples,
    scheme: Scheme,
    most: int,
    seed: int,
    *,
    own: NDArray[np.bool_] | None = None,
) -> Folds:
    """Return the folds of the records, `most` or fewer; none divides a group of records.

    A near-duplicate of a test row is no training row. Labels are spread evenly over the folds of a
    single scheme, those of the `own` rows and those of the others, each by themselves.
    """
    folds = min(most, len(set(examples.duplicate_groups.groups)))
    if scheme.kind == "single":
        if np.bincount(examples.record_truth).max() < _FEWEST_FOLDS:
            raise TrainingError(
                "each label is that of a single text, so that nothing is left to measure on; "
                "give several texts of each label, or name another field with --label-field"
            )
        folds = min(folds, max(_FEWEST_FOLDS, int(np.bincount(examples.record_truth).max())))
    nothing = TrainingError(
        "all texts belong to one article or are near-duplicates, so that nothing is left "
        "to measure on; give more articles"
    )
    if folds < _FEWEST_FOLDS:
        raise nothing
    splitter = StratifiedGroupKFold if scheme.kind == "single" else GroupKFold
    split = splitter(n_splits=folds, shuffle=True, random_state=seed)
    strata = examples.record_truth
    if own is not None and scheme.kind == "single":
        strata = strata + len(scheme.labels) * own
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a label in fewer texts than folds: its score shows it
        sides = list(split.split(strata, strata, examples.duplicate_groups.groups))
    dealt = [(examples.duplicate_groups.drop_leaking(train, test), test) for train, test in sides]
    if not all(len(train) for train, _ in dealt):
        raise nothing
    return dealt


def refuse_one_label(examples: Examples, scheme: Scheme, folds: Folds) -> None:
    """Raise TrainingError if the training rows of a fold all have one label, and no seed term."""
    if scheme.kind != "single" or len(examples.term_weight):
        return
    for train, _ in folds:
        labels = np.unique(examples.record_truth[train])
        if len(labels) < _FEWEST_FOLDS:
            name = scheme.label_names[labels[0]]
            raise TrainingError(
                f"without the texts of one fold, all {len(train)} others have the label {name!r}; "
                "give more texts of the other labels, from several articles"
            )


def _answer(scheme: Scheme, label: str) -> Answer:
    return scheme.close((label,)) if scheme.kind == "multi" else (label,)
