"""What is learned from: labelled texts and seed terms, counted once, and the folds they fall into.

It knows records, schemes and terms; no estimator and no disk.
"""

import warnings
from collections.abc import Sequence
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
"""The rows to learn from and the rows to score, fold by fold."""

_ENOUGH_TEXTS = 50
"""With fewer labelled texts than this, seed terms are texts like others, and measured on."""
_FEWEST_FOLDS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What is learned from: the records' texts first, then the seed terms."""

    texts: tuple[str, ...]
    counts: Counts
    truth: NDArray[Any]
    """Label places (texts,) for a single scheme, a 0/1 matrix for a multi one."""
    term_weight: NDArray[np.float64]
    """What each seed term weighs for a share of 1, beside 1 for a text."""
    record_weight: NDArray[np.float64]
    """What each record weighs."""
    records: int
    duplicate_groups: DuplicateGroups
    """Which records belong together, and which are alike."""

    def only(self, place: int) -> "Examples":
        """Return the examples as one view sees them."""
        return replace(self, counts=self.counts.only(place))

    def weighing(self, weight: NDArray[np.float64]) -> "Examples":
        """Return the examples with other weights of the records."""
        return replace(self, record_weight=weight)

    @property
    def answers(self) -> NDArray[Any]:
        """The truth of the records alone."""
        return self.truth[: self.records]


def taught(corpus: Corpus, scheme: Scheme, terms: TermList | None) -> tuple[Corpus, bool]:
    """Return the records to learn from in a fixed order, and whether seed terms are among them.

    Where few texts are labelled, or none, each seed term is a record of its own. Raises
    TrainingError for a label that nothing teaches.
    """
    labelled = corpus.labelled(scheme).records
    if terms is not None and terms.scheme != scheme.name:
        raise TrainingError(f"the terms are those of scheme {terms.scheme!r}, not {scheme.name!r}")
    by_label = terms.by_label() if terms else {}
    if not labelled and not by_label:
        raise TrainingError(f"no text is labelled under scheme {scheme.name!r}; label some first")
    found = {label for record in labelled for label in record.labels[scheme.name]} | set(by_label)
    missing = [name for name in scheme.label_names if name not in found]
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


def examples(
    corpus: Corpus, scheme: Scheme, terms: TermList | None, views: Sequence[FeatureGroup]
) -> Examples:
    """Return the examples of records, and of seed terms that are not among them."""
    texts = [record.document().text for record in corpus.records]
    answers = list(corpus.answers(scheme))
    records = len(corpus)
    weight: list[float] = []
    by_label = terms.by_label() if terms else {}
    for label, phrases in by_label.items():
        texts += phrases
        answers += [_answer(scheme, label)] * len(phrases)
        # Labels weigh the same, however many terms each has.
        weight += [records / (len(by_label) * len(phrases))] * len(phrases)
    related = group_near_duplicates(texts[:records], [record.group for record in corpus.records])
    counts = count(texts, views)
    truth = truth_of(scheme, answers)
    return Examples(
        tuple(texts), counts, truth, np.array(weight), np.ones(records), records, related
    )


def truth_of(scheme: Scheme, answers: Sequence[Answer]) -> NDArray[Any]:
    """Return answers as numbers: label places for a single scheme, a 0/1 matrix for a multi one."""
    if scheme.kind == "single":
        return np.array([scheme.index(answer[0]) for answer in answers])
    matrix = np.zeros((len(answers), len(scheme.labels)), int)
    for row, answer in enumerate(answers):
        matrix[row, [scheme.index(label) for label in answer]] = 1
    return matrix


def folds_of(
    found: Examples,
    scheme: Scheme,
    most: int,
    seed: int,
    *,
    apart: NDArray[np.bool_] | None = None,
) -> Folds:
    """Return the folds of the records, `most` or fewer; a group is never on both sides of one.

    A record that is nearly the same as one that is scored is left out of what is learned from.
    Of a single scheme, those that stand `apart` are dealt out as evenly as the others.
    """
    folds = min(most, len(set(found.duplicate_groups.groups)))
    if scheme.kind == "single":
        folds = min(folds, max(_FEWEST_FOLDS, int(np.bincount(found.answers).max())))
    nothing = TrainingError(
        "all texts belong to one article or are near-duplicates, so that nothing is left "
        "to measure on; give more articles"
    )
    if folds < _FEWEST_FOLDS:
        raise nothing
    splitter = StratifiedGroupKFold if scheme.kind == "single" else GroupKFold
    split = splitter(n_splits=folds, shuffle=True, random_state=seed)
    strata = found.answers
    if apart is not None and scheme.kind == "single":
        strata = strata + len(scheme.labels) * apart
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a label rarer than the folds is told by its score
        sides = list(split.split(strata, strata, found.duplicate_groups.groups))
    dealt = [(found.duplicate_groups.drop_leaking(train, test), test) for train, test in sides]
    if not all(len(train) for train, _ in dealt):
        raise nothing
    return dealt


def _answer(scheme: Scheme, label: str) -> Answer:
    return scheme.close((label,)) if scheme.kind == "multi" else (label,)
