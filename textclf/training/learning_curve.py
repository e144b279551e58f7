"""Learning curve: cross-validated scores on nested subsets of the labelled texts."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from textclf.codebook.scheme import Scheme
from textclf.corpus.labelled_tables import Columns, read_labelled
from textclf.corpus.records import Corpus, Record
from textclf.corpus.term_lists import TermList
from textclf.errors import TrainingError
from textclf.evaluation.bootstrap import Interval
from textclf.evaluation.power_law import PowerLaw, fit_power_law
from textclf.evaluation.proportions import f1_interval
from textclf.io.input_documents import ReadOptions
from textclf.training.config import Progress, TrainConfig
from textclf.training.train import train

_SIZES = 5
"""Subsets, each 1.6 times as large as the one before."""
_STEP = 1.6
_FEWEST_POINTS = 3


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The scores of one subset."""

    texts: int
    macro_f1: Interval
    f1: dict[str, tuple[int, Interval]]
    """By label, the number of texts with it and its F1."""


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """How scores rise with the number of labelled texts."""

    points: tuple[CurvePoint, ...]
    macro_f1: PowerLaw
    labels: dict[str, PowerLaw]
    """By label, over the number of texts with it; a label of too few points is left out."""


def learning_curve(
    corpus: Corpus,
    scheme: Scheme,
    *,
    terms: TermList | None = None,
    config: TrainConfig = TrainConfig(),
    jobs: int = 1,
    report: Callable[[str], None] = lambda _: None,
    progress: Progress = lambda *_: None,
) -> LearningCurve:
    """Return cross-validated scores on nested subsets of labelled texts, and a fitted power law.

    A subset has whole groups, such as articles, and labels in the same shares as all texts. One
    that is too small to be split into folds is left out, and `report` gets why. Raises
    TrainingError if fewer than three subsets are left.
    """
    labelled = corpus.labelled(scheme)
    groups = _ordered(labelled, scheme, config.seed)
    points = []
    sizes = _group_counts(len(groups))
    for done, size in enumerate(sizes):
        progress("cross-validating subsets", done, len(sizes))
        subset = Corpus(tuple(chain.from_iterable(groups[:size])))
        if lone := _lone_label(groups[:size], scheme):
            report(f"{len(subset):,} texts are too few: one group alone has {lone!r}")
            continue
        try:
            model = train(subset, scheme, terms=terms, config=config, jobs=jobs)
        except TrainingError as reason:
            report(f"{len(subset):,} texts are too few: {reason}")
            continue
        measured = model.card.cross_validation.model
        points.append(
            CurvePoint(
                len(subset),
                Interval(*measured.macro_f1),
                {
                    name: (one.support, f1_interval(one.f1 / (2 - one.f1), one.support))
                    for name, one in measured.labels.items()
                    if one.support
                },
            )
        )
    progress("cross-validating subsets", len(sizes), len(sizes))
    if len(points) < _FEWEST_POINTS:
        raise TrainingError(
            f"{len(labelled):,} texts give {len(points)} subsets to train on; a learning curve "
            f"needs {_FEWEST_POINTS}: label more texts"
        )
    return LearningCurve(
        tuple(points),
        fit_power_law([one.texts for one in points], [one.macro_f1 for one in points]),
        {name: law for name in scheme.label_names if (law := _law_of(name, points))},
    )


def learning_curve_of_files(
    inputs: Sequence[str],
    columns: Columns = Columns(),
    reading: ReadOptions = ReadOptions(),
    *,
    scheme: Scheme | None = None,
    terms: TermList | None = None,
    config: TrainConfig = TrainConfig(),
    jobs: int = 1,
    report: Callable[[str], None] = lambda _: None,
    progress: Progress = lambda *_: None,
) -> LearningCurve:
    """Return the learning curve of labelled files; without a scheme, their labels make one."""
    corpus, found = read_labelled(inputs, columns, reading, scheme=scheme, report=report)
    return learning_curve(
        corpus, found, terms=terms, config=config, jobs=jobs, report=report, progress=progress
    )


def _group_counts(groups: int) -> list[int]:
    """Return how many groups each subset has, the smallest first and all of them last."""
    return sorted({max(2, round(groups / _STEP**step)) for step in range(_SIZES)})


def _ordered(corpus: Corpus, scheme: Scheme, seed: int) -> list[list[Record]]:
    """Return the groups in an order in which every beginning has labels in the same shares."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in corpus.records:
        groups[record.group].append(record)
    by_answer: dict[tuple[str, ...], list[list[Record]]] = defaultdict(list)
    for records in groups.values():
        by_answer[records[0].labels[scheme.name]].append(records)
    rng = np.random.default_rng(seed)
    placed = [
        ((place + float(rng.random())) / len(alike), records)
        for alike in by_answer.values()
        for place, records in enumerate(_shuffled(alike, rng))
    ]
    return [records for _, records in sorted(placed, key=lambda one: one[0])]


def _lone_label(groups: Sequence[Sequence[Record]], scheme: Scheme) -> str:
    """Return a label that one group alone has, so that the other folds lack it; or nothing."""
    having = Counter(
        label
        for records in groups
        for label in {one for record in records for one in record.labels[scheme.name]}
    )
    return next((name for name in scheme.label_names if having[name] == 1), "")


def _shuffled(groups: list[list[Record]], rng: np.random.Generator) -> Iterator[list[Record]]:
    for index in rng.permutation(len(groups)):
        yield groups[index]


def _law_of(label: str, points: Sequence[CurvePoint]) -> PowerLaw | None:
    measured = [one.f1[label] for one in points if label in one.f1]
    if len({texts for texts, _ in measured}) < _FEWEST_POINTS:
        return None
    return fit_power_law([texts for texts, _ in measured], [f1 for _, f1 in measured])
