"""Evaluate a column of predicted labels against a column of true ones, in tables of any origin."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from textclf.corpus.coded_table import CodedColumns, CodedTable, joined_rows, read_coded_table
from textclf.corpus.label_cells import Spelling, spelling_warnings
from textclf.corpus.records import Answer
from textclf.errors import InputError, counted
from textclf.evaluation.bayesian_bootstrap import few_groups
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
                f"{counted(len(alone), 'row')} of {human.path} left out, not in {machine.path}; "
                f"the first is {alone[0]!r}"
            )
        machine, human = machine.taken(rows), human.taken(gold_rows)
    else:
        more = replace(columns, labels=more.labels, others=more.others, prefixes=more.prefixes)
        machine = human = read_coded_table(inputs, more, reading, report)
    names = _prob_labels(machine, predicted)
    truth, answers = _spelled([human.labels[gold], _answers(machine, predicted)], spelling, names)
    labelled = _labelled_rows(truth, human.path, gold, report)
    machine, human = machine.taken(labelled), human.taken(labelled)
    truth, answers = (tuple(of[row] for row in labelled) for of in (truth, answers))
    used = {label for one in (*truth, *answers) for label in one or ()}
    for line in (*spelling_warnings(used), *few_groups(human.groups, columns.group)):
        report(line)
    name = prob or f"{predicted}_prob"
    return LabelPairs(
        tuple(one or () for one in truth),
        answers,
        human.ids,
        human.weights,
        human.groups,
        machine.probabilities(name) if name in machine.others else None,
        *_label_probs(machine, predicted, used, report),
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
    prefixes = (f"{first}_status", f"{second}_status")
    wanted = replace(columns, labels=(first, second, gold), prefixes=prefixes)
    table = read_coded_table(inputs, wanted, reading, report)
    read = [table.labels[gold], _answers(table, first), _answers(table, second)]
    spelled = _spelled(read, spelling)
    rows = _labelled_rows(spelled[0], table.path, gold, report)
    table = table.taken(rows)
    truth, one, other = ([of[row] for row in rows] for of in spelled)
    used = {label for answer in (*truth, *one, *other) for label in answer or ()}
    for line in (*spelling_warnings(used), *few_groups(table.groups, columns.group)):
        report(line)
    return compare_answers(
        [answer or () for answer in truth], one, other, weights=table.weights, groups=table.groups
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
    columns: Sequence[Sequence[Answer | None]], spelling: Spelling, names: Sequence[str] = ()
) -> list[tuple[Answer | None, ...]]:
    """Return columns of answers in one spelling; an answer that loses all its labels is None."""
    if spelling == Spelling():
        return [tuple(of) for of in columns]
    spelled = iter(spelling.apply([one or () for of in columns for one in of], names))
    return [
        tuple(new if new or one == () else None for one, new in zip(of, spelled, strict=False))
        for of in columns
    ]


def _labelled_rows(
    truth: Sequence[Answer | None], path: str, gold: str, report: Callable[[str], None]
) -> list[int]:
    """Return the rows with a true label; raises InputError if there is none."""
    rows = [row for row, one in enumerate(truth) if one is not None]
    if not rows:
        raise InputError(f"{path}: no row has a label in {gold!r}")
    if left := len(truth) - len(rows):
        report(f"{counted(left, 'row')} without a label in {gold!r}: left out")
    return rows


def _prob_labels(machine: CodedTable, predicted: str) -> tuple[str, ...]:
    """Return the labels with a column of probabilities, as predict writes them."""
    prefix = f"{predicted}_prob_"
    return tuple(name.removeprefix(prefix) for name in machine.others if name.startswith(prefix))


def _label_probs(
    machine: CodedTable, predicted: str, used: set[str], report: Callable[[str], None]
) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    """Return the probabilities of all labels, if each label that is used has a column."""
    labels = _prob_labels(machine, predicted)
    if not labels:
        return None, ()
    for missing in sorted(used - set(labels)):
        report(
            f"no figures of the probabilities of labels: {missing!r} is a label, and there is no "
            f"column {predicted}_prob_{missing}"
        )
        return None, ()
    probs = [machine.probabilities(f"{predicted}_prob_{label}") for label in labels]
    return np.stack(probs, axis=1), labels
