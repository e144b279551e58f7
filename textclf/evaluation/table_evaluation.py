"""Evaluate a column of predicted labels against a column of true ones, in tables of any origin."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from textclf.corpus.coded_table import CodedColumns, CodedTable, joined_rows, read_coded_table
from textclf.corpus.label_cells import Spelling, alike
from textclf.corpus.records import Answer
from textclf.errors import InputError
from textclf.evaluation.bootstrap import Interval
from textclf.evaluation.comparison import Comparison, compare_answers
from textclf.evaluation.label_evaluation import Evaluation, evaluate_labels
from textclf.evaluation.probability_figures import average_precision, probability_figures
from textclf.io.input_documents import ReadOptions

_OK = "ok"
"""The status that predict writes beside an answer; it may be an answer without a label."""


@dataclass(frozen=True, slots=True)
class LabelPairs:
    """Rows with a true label, and what was predicted for them."""

    truth: tuple[Answer, ...]
    answers: tuple[Answer | None, ...]
    """None for an abstention."""
    ids: tuple[str, ...]
    weights: NDArray[np.float64] | None
    groups: tuple[str, ...] | None
    stated: NDArray[np.float64] | None = None
    """Shape (rows,): the probability of each answer; NaN where there is none."""
    probs: NDArray[np.float64] | None = None
    """Shape (rows, labels): the probability of each label."""
    labels: tuple[str, ...] = ()
    """The labels of the columns of `probs`, or of the scheme; empty: those that occur."""
    others: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    """Other columns by name, such as the source of each row; None where a cell is missing."""


def read_pairs(
    inputs: Sequence[str],
    predicted: str,
    gold: str,
    *,
    gold_inputs: Sequence[str] = (),
    columns: CodedColumns = CodedColumns(()),
    prob: str = "",
    spelling: Spelling = Spelling(),
    reading: ReadOptions = ReadOptions(),
    report: Callable[[str], None] = lambda _: None,
) -> LabelPairs:
    """Return the rows with a true label of one table, or of two that are joined by id.

    `predicted` and `gold` name the columns of labels; with `gold_inputs`, `gold`, weights and
    groups are columns of these. `columns` names these and the other columns that are kept. `prob`
    names the probability of the predicted labels; without it, the columns that `textclf predict`
    writes are used where they are. Raises InputError for a column or a row that cannot be read, or
    if no row has both.
    """
    named = (prob,) if prob else ()
    more = CodedColumns(
        (predicted,) if gold_inputs else (predicted, gold),
        columns.id,
        others=named if gold_inputs else (*columns.others, *named),
        prefixes=(f"{predicted}_prob", f"{predicted}_status"),
        separator=columns.separator,
    )
    if gold_inputs:
        machine = read_coded_table(inputs, more, reading, report)
        human = read_coded_table(gold_inputs, replace(columns, labels=(gold,)), reading, report)
        rows, gold_rows, alone = joined_rows(machine, human)
        if alone:
            report(
                f"{len(alone):,} rows of {human.path} have no row in {machine.path}: left out; "
                f"the first is {alone[0]!r}"
            )
        machine, human = machine.taken(rows), human.taken(gold_rows)
    else:
        more = replace(columns, labels=more.labels, others=more.others, prefixes=more.prefixes)
        machine = human = read_coded_table(inputs, more, reading, report)
    labelled = [row for row, one in enumerate(human.labels[gold]) if one is not None]
    if not labelled:
        raise InputError(f"{human.path}: no row has a label in {gold!r}")
    if left := len(human) - len(labelled):
        report(f"{left:,} rows without a label in {gold!r}: left out")
    machine, human = machine.taken(labelled), human.taken(labelled)
    truth = tuple(one or () for one in human.labels[gold])
    answers = _answers(machine, predicted)
    truth, answers = _spelled(truth, answers, spelling)
    for several in alike({label for one in (*truth, *answers) for label in one or ()}):
        listed = ", ".join(map(repr, several))
        report(
            f"warning: {listed} are {len(several)} labels; make them one with --fold-case, or "
            f"--rename {several[0]!r}={several[1]!r}"
        )
    name = prob or f"{predicted}_prob"
    return LabelPairs(
        truth,
        answers,
        human.ids,
        human.weights,
        human.groups,
        machine.probabilities(name) if name in machine.others else None,
        *_label_probs(machine, predicted, {label for one in truth for label in one}),
        {name: human.others[name] for name in columns.others},
    )


def evaluate_pairs(
    pairs: LabelPairs, baselines: dict[str, Sequence[Answer | None]] | None = None
) -> Evaluation:
    """Return the figures of labels, and those of probabilities where there are some.

    The majority baseline, which always gives the most frequent true answer, is among them.
    """
    counts = Counter(pairs.truth)
    majority = min(counts, key=lambda answer: (-counts[answer], answer))
    found = evaluate_labels(
        pairs.truth,
        pairs.answers,
        () if pairs.probs is None else pairs.labels,
        weights=pairs.weights,
        groups=pairs.groups,
        baselines={"majority": [majority] * len(pairs.truth), **(baselines or {})},
    )
    if pairs.stated is None and pairs.probs is None:
        return found
    both = zip(pairs.truth, pairs.answers, strict=True)
    right = np.array([b is not None and set(a) == set(b) for a, b in both])
    single = all(len(one) == 1 for one in pairs.truth)
    stated = np.full(len(right), np.nan) if pairs.stated is None else pairs.stated
    weights, groups = pairs.weights, pairs.groups
    if pairs.probs is None:
        figures = probability_figures(
            stated[:, None], right[:, None], stated, right, weights, groups
        )
        return replace(found, figures={**found.figures, **figures})
    true = np.array([[label in one for label in pairs.labels] for one in pairs.truth])
    if single:
        figures = probability_figures(pairs.probs, true, stated, right, weights, groups)
    else:
        figures = _of_each_label(pairs, true)
    labels = tuple(
        replace(
            one,
            average_precision=average_precision(
                pairs.probs[:, column], true[:, column], weights, groups
            ),
        )
        for column, one in enumerate(found.labels)
    )
    return replace(found, figures={**found.figures, **figures}, labels=labels)


def compare_columns(
    inputs: Sequence[str],
    first: str,
    second: str,
    gold: str,
    columns: CodedColumns = CodedColumns(()),
    *,
    spelling: Spelling = Spelling(),
    reading: ReadOptions = ReadOptions(),
    report: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Return how two columns of predicted labels differ against the labels of people.

    Raises InputError for a column or a row that cannot be read.
    """
    read = partial(read_pairs, inputs, columns=columns, spelling=spelling, reading=reading)
    one, other = read(first, gold, report=report), read(second, gold)
    return compare_answers(
        one.truth, one.answers, other.answers, weights=one.weights, groups=one.groups
    )


def _of_each_label(pairs: LabelPairs, true: NDArray[np.bool_]) -> dict[str, Interval | None]:
    """Return the figures of yes or no for each label of each text: a text is a group."""
    assert pairs.probs is not None  # noqa: S101 - for the type checker
    times = len(pairs.labels)
    groups = pairs.groups or tuple(map(str, range(len(pairs.truth))))
    probs, outcomes = pairs.probs.ravel(), true.ravel()
    return probability_figures(
        probs[:, None],
        outcomes[:, None],
        probs,
        outcomes,
        None if pairs.weights is None else np.repeat(pairs.weights, times),
        [group for group in groups for _ in range(times)],
    )


def _answers(machine: CodedTable, predicted: str) -> tuple[Answer | None, ...]:
    """Return the predicted answers; an empty cell whose status is ok is an answer of no label."""
    answers = machine.labels[predicted]
    status = machine.others.get(f"{predicted}_status")
    if status is None:
        return answers
    return tuple(
        () if one is None and beside == _OK else one
        for one, beside in zip(answers, status, strict=True)
    )


def _spelled(
    truth: Sequence[Answer], answers: Sequence[Answer | None], spelling: Spelling
) -> tuple[tuple[Answer, ...], tuple[Answer | None, ...]]:
    if spelling == Spelling():
        return tuple(truth), tuple(answers)
    spelled = spelling.apply([*truth, *(one or () for one in answers)])
    given = spelled[len(truth) :]
    return tuple(spelled[: len(truth)]), tuple(
        None if one is None else new for one, new in zip(answers, given, strict=True)
    )


def _label_probs(
    machine: CodedTable, predicted: str, true: set[str]
) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    """Return the probabilities of all labels, if each label has a column that predict writes."""
    prefix = f"{predicted}_prob_"
    labels = tuple(name.removeprefix(prefix) for name in machine.others if name.startswith(prefix))
    if not labels or not true <= set(labels):
        return None, ()
    return np.stack([machine.probabilities(prefix + label) for label in labels], axis=1), labels
