"""Shares and counts of labels, by group, with their intervals."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from textclf.corpus.answer_files import are_answers, sample_of_answers
from textclf.corpus.coded_table import CodedColumns, CodedTable, read_coded_table
from textclf.corpus.label_cells import Spelling, alike
from textclf.corpus.records import Answer
from textclf.errors import InputError, choices
from textclf.io.fields import field_path
from textclf.io.input_documents import ReadOptions
from textclf.prevalence.archive import (
    Archive,
    ArchiveColumns,
    Report,
    column_beside,
    header_of,
    number_of_rows,
    read_archive,
)
from textclf.prevalence.estimators import Estimate, naive
from textclf.prevalence.recommend import (
    REPORT,
    GoldSample,
    advice,
    all_estimates,
    recommended,
    refusal,
    synthetic,
)

INCLUSION = "inclusion_probability"
"""The column in which `textclf sample` writes the probability with which a row was drawn."""
GOLD = "gold"
"""The column of a sample that holds what a person said, where none is named."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows of a group have a label, by one method."""

    group: tuple[str, ...]
    """The values of the columns to group by."""
    label: str
    rows: int
    coded: int
    """Hand-coded rows of the group."""
    estimate: Estimate
    advice: str = ""
    """What to do with the best estimate: `report`, or what to code before; empty for others."""

    @property
    def report(self) -> bool:
        """Whether this is the estimate to report."""
        return self.advice == REPORT


@dataclass(frozen=True, slots=True, eq=False)
class Gold:
    """The hand-coded rows of an archive."""

    rows: NDArray[np.intp]
    """Their row numbers in the archive, shape (sample,)."""
    answers: tuple[Answer, ...]
    inclusion: NDArray[np.float64] | None
    simple_random: bool
    outside: int
    """Rows that are not in the archive."""
    uncoded: int
    """Rows that were drawn, and have not been coded."""

    def sample(self, archive: Archive, label: str) -> GoldSample:
        """Return the sample for one label."""
        machine = np.array([label in archive.answers[row] for row in self.rows], bool)
        gold = np.array([label in answer for answer in self.answers], bool)
        known = archive.probability
        return GoldSample(
            machine,
            gold,
            self.inclusion,
            None if known is None else known[self.rows],
            self.simple_random,
            self.outside,
            self.uncoded,
        )


def count_files(
    inputs: Sequence[str],
    columns: ArchiveColumns,
    *,
    gold: str = "",
    gold_field: str = GOLD,
    simple_random: bool = False,
    labels: Sequence[str] = (),
    spelling: Spelling = Spelling(),
    prior: float | None = None,
    reading: ReadOptions = ReadOptions(),
    report: Report = lambda _: None,
) -> list[Count]:
    """Return the counts of the labels of a coded archive, for each group and method.

    All labels are counted by default, also those that a person alone gave.

    The probability of one label is read from the column that `textclf predict` writes, if there is
    one. `gold` is the table of a hand-coded sample, which has the ids of the archive and, in
    `gold_field`, what a person said; or a file of answers from the review page. `gold_field` then
    names the scheme if there are several. `report` gets what is left out. Raises InputError for
    tables that cannot be read, and for a sample that supports no corrected share.
    """
    if len(labels) == 1 and not columns.probability and not spelling.rename:
        own = column_beside(columns.label, f"prob_{labels[0]}")
        if field_path(header_of(inputs, columns.label, reading), own):
            columns = replace(columns, probability=own)
    archive = read_archive(inputs, columns, reading, report)
    for reason, number in archive.left_out.items():
        report(f"not counted: {number_of_rows(number)}, {reason}")
    if prior is not None and (archive.probability is None or not gold or columns.by):
        raise InputError(
            "--prior is for EMQ, an estimate of one label in a whole archive; give --gold, --only "
            "and, where no column is named after the label, --probability-field, and no --by"
        )
    coded = None
    if gold:
        coded = _read_gold(gold, archive, columns, gold_field, simple_random, reading, report)
    archive, coded = _spelled(archive, coded, spelling)
    known = _all_labels(archive, coded, gold, report)
    for label in labels:
        if label not in known:
            raise InputError(f"{archive.path}: no label {label!r}; {choices(label, known)}")
    return list(_counts(archive, coded, labels or known, prior))


def _spelled(
    archive: Archive, gold: Gold | None, spelling: Spelling
) -> tuple[Archive, Gold | None]:
    """Return the archive and the sample with their labels in one spelling, the machine's first."""
    for old, new in spelling.rename:
        if not new:
            raise InputError(f"--rename {old}=: a label that is counted needs a name")
    frequent = Counter(label for answer in archive.answers for label in answer)
    several = [*archive.answers, *(gold.answers if gold else ())]
    answers = spelling.apply(several, [label for label, _ in frequent.most_common()])
    count = len(archive.answers)
    spelled = replace(archive, answers=tuple(answers[:count]))
    return spelled, replace(gold, answers=tuple(answers[count:])) if gold else None


def _all_labels(archive: Archive, gold: Gold | None, path: str, report: Report) -> list[str]:
    """Return the labels that the machine or a person gave, in alphabetical order.

    Raises InputError if the machine and the person have no label in common.
    """
    human = {label for answer in gold.answers for label in answer} if gold else set()
    machine = set(archive.labels)
    if human and not human & machine:
        here, there = (", ".join(sorted(one)) or "none" for one in (human, machine))
        raise InputError(
            f"{path}: has no label of {archive.path}: {here} here, {there} there; make them alike "
            "with --fold-case, or --rename OLD=NEW"
        )
    for several in alike(human | machine):
        listed = ", ".join(map(repr, several))
        folded = len({label.casefold() for label in several}) == 1
        report(
            f"warning: {listed} are {len(several)} labels; make them one with "
            f"{'--fold-case, or ' if folded else ''}--rename {several[0]!r}={several[1]!r}"
        )
    if human and (alone := sorted(human - machine)):
        report(f"labels that the machine never gives: {', '.join(alone)}")
    return sorted(human | machine)


def _counts(
    archive: Archive, gold: Gold | None, labels: Sequence[str], prior: float | None
) -> Iterator[Count]:
    rows_of: dict[tuple[str, ...], list[int]] = {key: [] for key in product(*archive.every)}
    for row, key in enumerate(archive.groups):
        rows_of[key].append(row)
    group_of = np.empty(len(archive.ids), np.intp)
    for number, rows in enumerate(rows_of.values()):
        group_of[rows] = number
    for label in labels:
        machine = archive.having(label)
        sample = gold.sample(archive, label) if gold else None
        for number, (key, rows) in enumerate(rows_of.items()):
            own = machine[rows]
            inside = group_of[gold.rows] == number if gold else np.zeros(0, bool)
            for one, about in _estimates(archive, own, machine, sample, inside, prior, rows):
                yield Count(key, label, len(rows), int(inside.sum()), one, about)


def _estimates(
    archive: Archive,
    own: NDArray[np.bool_],
    machine: NDArray[np.bool_],
    sample: GoldSample | None,
    inside: NDArray[np.bool_],
    prior: float | None,
    rows: Sequence[int],
) -> Iterator[tuple[Estimate, str]]:
    """Yield the estimates of a group, the best first with advice on it."""
    if not len(own):
        nothing = float("nan")
        yield Estimate(nothing, nothing, nothing, "none", "no rows"), ""
    elif sample is None:
        note = "a count of the classifier's labels; give --gold to correct it"
        yield replace(naive(own), note=note), ""
    elif len(rows) == len(machine):
        first, *others = all_estimates(machine, sample, archive.probability, prior)
        yield first, advice(machine, sample)
        for one in others:
            yield one, ""
    else:
        part = _part(sample, inside)
        found = advice(own, part)
        yield (
            (recommended(own, part) if found == REPORT else synthetic(own, machine, sample)),
            found,
        )
        yield naive(own), ""


def _part(sample: GoldSample, inside: NDArray[np.bool_]) -> GoldSample:
    return replace(
        sample,
        machine=sample.machine[inside],
        gold=sample.gold[inside],
        inclusion=None if sample.inclusion is None else sample.inclusion[inside],
        probability=None if sample.probability is None else sample.probability[inside],
    )


def _read_gold(
    path: str,
    archive: Archive,
    columns: ArchiveColumns,
    field: str,
    simple_random: bool,
    reading: ReadOptions,
    report: Report,
) -> Gold:
    """Return the coded rows of a sample; raises InputError for one that supports no estimate."""
    answered = are_answers([path])
    if answered:
        scheme = "" if field == GOLD else field
        table = sample_of_answers(path, field, scheme, all_texts=simple_random)
    else:
        header = header_of([path], field, reading)
        inclusion = INCLUSION if field_path(header, INCLUSION) else ""
        wanted = CodedColumns((field,), columns.id, probability=inclusion)
        table = read_coded_table([path], wanted, reading, report)
    row_of = _rows_by_id(archive)
    table.row_of()
    why = [_left_out(table, row, field, archive) for row in range(len(table))]
    for reason, number in Counter(filter(None, why)).items():
        report(f"{path}: {number_of_rows(number)} left out: {reason}")
    kept = table.taken([row for row, reason in enumerate(why) if not reason])
    inside = kept.taken([row for row, name in enumerate(kept.ids) if name in row_of])
    if answered and kept.ids and not inside.ids:
        raise InputError(
            f"{path}: no id is in {archive.path} too: {kept.ids[0]!r} here, "
            f"{archive.ids[0]!r} there; answer about articles of this archive, or name the column "
            "of its ids with --id-field"
        )
    gold = Gold(
        np.array([row_of[name] for name in inside.ids], np.intp),
        tuple(answer or () for answer in inside.labels[field]),
        None if inside.weights is None else 1 / inside.weights,
        simple_random,
        len(kept) - len(inside),
        sum(one is None for one in table.labels[field]),
    )
    if reason := refusal(gold.sample(archive, "")):
        raise InputError(f"{path}: {reason}")
    return gold


def _rows_by_id(archive: Archive) -> Mapping[str, int]:
    rows: dict[str, int] = {}
    for row, name in enumerate(archive.ids):
        if rows.setdefault(name, row) != row:
            raise InputError(
                f"{archive.path}: two rows have the id {name!r}; name a column whose values differ "
                "with --id-field"
            )
    return rows


def _left_out(table: CodedTable, row: int, field: str, archive: Archive) -> str:
    if table.labels[field][row] is None:
        return f"nothing in {field!r}"
    return "not counted in the archive" if table.ids[row] in archive.outside else ""
