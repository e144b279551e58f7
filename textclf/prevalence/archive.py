"""The coded archive that is counted: which of its rows count, their labels, groups and dates."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textclf.corpus.coded_table import CodedColumns, CodedTable, read_coded_table
from textclf.corpus.records import Answer
from textclf.errors import InputError
from textclf.io.fields import DATE_FIELDS, field_path
from textclf.io.input_documents import ReadOptions
from textclf.io.read_inputs import STDIN, read_items
from textclf.prevalence.dates import (
    PERIODS,
    Period,
    period_of,
    periods_between,
    read_dates,
    wide_gap,
)

COPY_OF = "copy_of"
"""The column in which `textclf predict --copies` names the earlier article of a copy."""
NO_DATE = "no date"
_OK = "ok"

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ArchiveColumns:
    """Which columns of a coded archive are read."""

    label: str
    """The column of the machine's labels."""
    by: tuple[str, ...] = ()
    """Columns to group by; day, week, month, quarter and year are periods of the date."""
    id: str = ""
    date: str = ""
    """Empty: the most usual column of dates."""
    probability: str = ""
    """The column of the probability of the label, where one label is counted."""
    day_first: bool | None = None
    """Whether 03/04/2021 is 3 April; None: what the other dates show."""
    count_copies: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Archive:
    """The rows of a coded archive that count."""

    path: str
    ids: tuple[str, ...]
    answers: tuple[Answer, ...]
    """The machine's labels of each row."""
    groups: tuple[tuple[str, ...], ...]
    """The values by which each row is grouped."""
    every: tuple[tuple[str, ...], ...]
    """All values of each column to group by; all periods from the first to the last."""
    probability: NDArray[np.float64] | None
    """Shape (rows,); None if no column was named, or a cell of it is empty."""
    left_out: Mapping[str, int]
    """How many rows do not count, by reason."""
    outside: frozenset[str]
    """The ids of rows that do not count."""

    def having(self, label: str) -> NDArray[np.bool_]:
        """Return which rows have the label, shape (rows,)."""
        return np.array([label in answer for answer in self.answers], bool)

    @property
    def labels(self) -> list[str]:
        """All labels of the archive, in alphabetical order."""
        return sorted({label for answer in self.answers for label in answer})


def read_archive(
    inputs: Sequence[str],
    columns: ArchiveColumns,
    reading: ReadOptions = ReadOptions(),
    report: Report = lambda _: None,
) -> Archive:
    """Return the rows of a coded archive that count, and how many do not.

    A row whose status is not ok, or that has no label, is left out, and so is a copy of an earlier
    article. Raises InputError for a column that is missing, and if no row counts.
    """
    header = header_of(inputs, columns.label, reading)
    periods = [name for name in columns.by if name in PERIODS and not field_path(header, name)]
    date = columns.date or next((one for one in DATE_FIELDS if field_path(header, one)), "")
    if periods and not date:
        raise InputError(
            f"{inputs[0]}: has no column of dates for --by {periods[0]}; name it with --date-field"
        )
    status, copy = column_beside(columns.label, "status"), COPY_OF
    optional = [name for name in (status, copy) if field_path(header, name)]
    own = [name for name in columns.by if name not in periods]
    others = (*optional, *own, *filter(None, (columns.probability,)))
    wanted = CodedColumns(
        (columns.label,),
        columns.id,
        date=date if periods else "",
        others=tuple(dict.fromkeys(others)),
    )
    table = read_coded_table(inputs, wanted, reading, report)
    reasons = _reasons(table, columns.label, status, "" if columns.count_copies else copy)
    kept = [row for row, reason in enumerate(reasons) if not reason]
    if not kept:
        raise InputError(f"{table.path}: no row has a label in {columns.label!r} that counts")
    counted = table.taken(kept)
    groups, every = _groups(counted, columns, frozenset(periods), date, report)
    return Archive(
        path=table.path,
        ids=counted.ids,
        answers=tuple(answer or () for answer in counted.labels[columns.label]),
        groups=groups,
        every=every,
        probability=_probability(counted, columns.probability, report),
        left_out=Counter(filter(None, reasons)),
        outside=frozenset(table.ids) - frozenset(counted.ids),
    )


def column_beside(label: str, what: str) -> str:
    """Return the column in which `textclf predict` writes more of a prediction, such as its status.

    >>> column_beside("topic", "status"), column_beside("schemes.topic.label", "status")
    ('topic_status', 'schemes.topic.status')
    """
    scheme, _, last = label.rpartition(".")
    return f"{scheme}.{what}" if scheme and last in {"label", "labels"} else f"{label}_{what}"


def number_of_rows(count: int) -> str:
    """Return the number of rows in words.

    >>> number_of_rows(1), number_of_rows(2000)
    ('1 row', '2,000 rows')
    """
    return "1 row" if count == 1 else f"{count:,} rows"


def header_of(inputs: Sequence[str], column: str, reading: ReadOptions) -> tuple[str, ...]:
    """Return the names of the columns of a table with this column.

    Raises InputError for a table without it, without rows, or on standard input.
    """
    if STDIN in inputs:
        raise InputError("the table is read twice; save standard input to a file")
    first = next(read_items(inputs, reading._replace(columns=(column,))), None)
    if first is None or first.row is None:
        reason = first.error if first and first.error else f"{', '.join(inputs)}: holds no rows"
        raise InputError(reason)
    return tuple(first.row)


def _reasons(table: CodedTable, label: str, status: str, copy: str) -> list[str]:
    """Return why each row does not count; empty if it counts."""
    nothing: tuple[object, ...] = (None,) * len(table)
    copies = table.others.get(copy, nothing) if copy else nothing
    if status not in table.others:
        found = ["no label" if answer is None else "" for answer in table.labels[label]]
    else:
        found = ["" if one == _OK else f"status {one}" for one in table.others[status]]
    return [
        "copy of another article" if original else reason
        for reason, original in zip(found, copies, strict=True)
    ]


def _probability(table: CodedTable, column: str, report: Report) -> NDArray[np.float64] | None:
    """Return the probabilities of one label, shape (rows,); None if one is missing."""
    if not column:
        return None
    found = table.probabilities(column)
    missing = np.flatnonzero(np.isnan(found))
    if not missing.size:
        return found
    report(
        f"warning: {column!r} is empty in {number_of_rows(len(missing))}, the first at "
        f"{table.places[missing[0]]}: no estimate is made from probabilities"
    )
    return None


def _groups(
    table: CodedTable,
    columns: ArchiveColumns,
    periods: frozenset[str],
    date: str,
    report: Report,
) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """Return the values by which each row is grouped, and all values of each column."""
    days = []
    if periods and table.dates is not None:
        days = read_dates(table.dates, table.places, day_first=columns.day_first)
        wrong = [row for row, day in enumerate(days) if day is None]
        if wrong:
            example = f"{table.places[wrong[0]]}: {table.dates[wrong[0]]!r}"
            report(f"warning: no date can be read in {number_of_rows(len(wrong))} ({example})")
        if len(wrong) == len(days):
            raise InputError(f"{table.path}: no date in {date!r} can be read")
        if gap := wide_gap(days):
            before, after = (f"{table.dates[row]!r} ({table.places[row]})" for row in gap)
            raise InputError(f"no row is dated between {before} and {after}; correct the wrong one")
    values: list[list[str]] = []
    every: list[tuple[str, ...]] = []
    for name in columns.by:
        if name in periods:
            period: Period = next(one for one in PERIODS if one == name)
            own = [NO_DATE if day is None else period_of(day, period) for day in days]
            between = periods_between([day for day in days if day], period)
            every.append((*between, *([NO_DATE] if None in days else [])))
        else:
            own = ["" if value is None else str(value) for value in table.others[name]]
            every.append(tuple(sorted(set(own))))
        values.append(own)
    rows = tuple(zip(*values, strict=True)) if values else ((),) * len(table)
    return rows, tuple(every)
