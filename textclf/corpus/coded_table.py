"""Coded tables of any origin: ids, columns of labels, weights, groups and dates of the rows.

A row needs no text. The columns are read by name, from every format that `textclf.io` reads.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from textclf.corpus.label_cells import means_no_label
from textclf.corpus.records import Answer
from textclf.errors import InputError
from textclf.io.fields import ID_FIELDS, Path, field_path, like, value_at
from textclf.io.input_documents import ReadOptions
from textclf.io.problems import Problem, Problems, problem_of
from textclf.io.read_inputs import read_items

SEPARATOR = "|"
"""What `textclf predict` writes between the labels of one cell."""
_ROUNDING = 1e-6
"""How far a probability may be outside 0 to 1: sums of small floats are."""


@dataclass(frozen=True, slots=True)
class CodedColumns:
    """Which columns of a table are wanted, by name; an empty name is none."""

    labels: tuple[str, ...]
    id: str = ""
    """Empty: the most usual column of ids, if there is one; else rows are named by their place."""
    weight: str = ""
    """The sampling weight: how many rows of the population a row stands for."""
    probability: str = ""
    """The inclusion probability, whose inverse is the weight."""
    group: str = ""
    """Rows with the same value, such as passages of one article, are not independent."""
    date: str = ""
    others: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    """The other columns whose names begin so are read too, where there are any."""
    separator: str = SEPARATOR
    """What stands between the labels of one cell; empty: each cell is one label."""

    @property
    def named(self) -> tuple[str, ...]:
        """The names of all columns that the table must have."""
        one = (self.id, self.weight, self.probability, self.group, self.date)
        return tuple(dict.fromkeys((*self.labels, *filter(None, one), *self.others)))


@dataclass(frozen=True, slots=True, eq=False)
class CodedTable:
    """The rows of a coded table, column by column; every column has one value for each row."""

    path: str
    ids: tuple[str, ...]
    """The ids of the rows; the place of a row (file and line) where the table has no ids."""
    places: tuple[str, ...]
    """File and line of each row, for messages."""
    labels: Mapping[str, tuple[Answer | None, ...]]
    """The labels by column, as the user names it; None where the cell holds no label."""
    weights: NDArray[np.float64] | None
    """Shape (rows,): above 0; None if neither weights nor inclusion probabilities were named."""
    groups: tuple[str, ...] | None
    """None if no column was named. A row without a value is a group of its own."""
    dates: tuple[str, ...] | None
    """As they are written, empty where missing; None if no column was named."""
    others: Mapping[str, tuple[object, ...]]
    """The other columns by name: cells as they were read, None where missing."""

    def __len__(self) -> int:
        return len(self.ids)

    def probabilities(self, column: str) -> NDArray[np.float64]:
        """Return one of the other columns as probabilities, shape (rows,); NaN for no value.

        Raises InputError with file and line for a cell that is not a number from 0 to 1.
        """
        cells = self.others[column]
        numbers = _numbers(cells, self.places, column)
        for row in np.flatnonzero((numbers < -_ROUNDING) | (numbers > 1 + _ROUNDING)):
            raise InputError(
                f"{self.places[row]}: {column} is {cells[row]!r}; give a probability from 0 to 1, "
                "such as 0.87 and not 87"
            )
        return np.clip(numbers, 0, 1)

    def taken(self, rows: Sequence[int] | NDArray[np.intp]) -> "CodedTable":
        """Return the table of these rows, in this order."""
        chosen = [int(row) for row in rows]
        return replace(
            self,
            ids=tuple(self.ids[row] for row in chosen),
            places=tuple(self.places[row] for row in chosen),
            labels={name: tuple(of[row] for row in chosen) for name, of in self.labels.items()},
            weights=None if self.weights is None else self.weights[chosen],
            groups=None if self.groups is None else tuple(self.groups[row] for row in chosen),
            dates=None if self.dates is None else tuple(self.dates[row] for row in chosen),
            others={name: tuple(of[row] for row in chosen) for name, of in self.others.items()},
        )

    def row_of(self) -> dict[str, int]:
        """Return the row of each id; raises InputError for an id that two rows have."""
        rows: dict[str, int] = {}
        for row, name in enumerate(self.ids):
            if (first := rows.setdefault(name, row)) != row:
                raise InputError(
                    f"{self.places[row]}: the id {name!r} is that of {self.places[first]} too; "
                    "name a column whose values differ with --id-field"
                )
        return rows


def read_coded_table(
    inputs: Sequence[str],
    columns: CodedColumns,
    reading: ReadOptions = ReadOptions(),
    report: Callable[[str], None] = lambda _: None,
) -> CodedTable:
    """Return the rows of a table, or of several with the same columns.

    `report` gets how the files are read. Raises InputError for a column that is missing, a row
    that cannot be read, a weight that is not above 0, and a table without rows.
    """
    names = columns.named
    problems = Problems()
    read = _Cells(columns)
    for item in read_items(inputs, reading._replace(columns=names)):
        if item.error:
            raise InputError(item.error)
        if item.row is None:
            raise InputError(f"{item.path}: is not a table; give .csv, .xlsx, .parquet or .jsonl")
        for note in item.notes:
            report(note)
        problems.add(problem_of(item.path, warning) for warning in item.warnings)
        read.add(item.row, item.place)
    if not read.places:
        raise InputError(
            f"{', '.join(inputs)}: holds no rows; give a table with {', '.join(names)}"
        )
    if columns.id:
        problems.add(
            Problem(place, f"has no {columns.id}")
            for one, place in zip(read.ids, read.places, strict=True)
            if _is_missing(one)
        )
    for line in problems.lines():
        report(line)
    return read.table(", ".join(inputs))


def answers_of(cells: Iterable[object], separator: str = SEPARATOR) -> tuple[Answer | None, ...]:
    """Return the labels of cells; None for a cell without one.

    >>> answers_of(["rain", "law | money", "NA", 1.0, ["law"], []])
    (('rain',), ('law', 'money'), None, ('1',), ('law',), ())
    """
    known: dict[str, Answer | None] = {}
    answers: list[Answer | None] = []
    for cell in cells:
        if isinstance(cell, str):
            if cell not in known:
                known[cell] = _answer(cell, separator)
            answers.append(known[cell])
        elif isinstance(cell, list):
            answers.append(_unique(map(_as_text, cell)))
        else:
            answers.append(None if _is_missing(cell) else (_as_text(cell),))
    return tuple(answers)


def joined_rows(first: CodedTable, second: CodedTable) -> tuple[list[int], list[int], list[str]]:
    """Return the rows of two tables that have the same id, and the ids of the second alone.

    Raises InputError for an id that two rows of one table have, and if no id is in both.
    """
    row_of = first.row_of()
    pairs = [(row_of[name], row) for name, row in second.row_of().items() if name in row_of]
    if not pairs:
        raise InputError(
            f"{second.path}: no id is in {first.path} too: {second.ids[0]!r} here, "
            f"{first.ids[0]!r} there; name the column of ids of both with --id-field"
        )
    alone = [name for name in second.ids if name not in row_of]
    return [one for one, _ in pairs], [other for _, other in pairs], alone


class _Cells:
    """The cells of the wanted columns, row after row."""

    def __init__(self, columns: CodedColumns) -> None:
        self._columns = columns
        self._cells: dict[str, list[object]] = {name: [] for name in columns.named}
        self._optional: tuple[str, ...] = ()
        self._paths: dict[tuple[str, ...], tuple[Path, list[Path]]] = {}
        """For each header, where a row has its id and each wanted column."""
        self.ids: list[object] = []
        self.places: list[str] = []

    def add(self, row: Mapping[str, object], place: str) -> None:
        """Add a row; the first one says which columns with a wanted prefix there are."""
        header = tuple(row)
        if not self.places:
            self._optional = tuple(
                name
                for name in header
                if name.startswith(self._columns.prefixes) and name not in self._cells
            )
            self._cells |= {name: [] for name in self._optional}
        if header not in self._paths:
            self._paths[header] = self._found(header)
        id_path, paths = self._paths[header]
        self.places.append(place)
        self.ids.append(value_at(row, id_path) if id_path else None)
        for values, path in zip(self._cells.values(), paths, strict=True):
            values.append(value_at(row, path) if path else None)

    def table(self, path: str) -> CodedTable:
        """Return the table of all rows."""
        columns, cells = self._columns, self._cells
        return CodedTable(
            path=path,
            ids=_texts(self.ids, self.places),
            places=tuple(self.places),
            labels={name: answers_of(cells[name], columns.separator) for name in columns.labels},
            weights=_weights(cells, columns, self.places),
            groups=_texts(cells[columns.group], self.places) if columns.group else None,
            dates=_texts(cells[columns.date]) if columns.date else None,
            others={
                name: tuple(None if _is_missing(one) else one for one in cells[name])
                for name in (*columns.others, *self._optional)
            },
        )

    def _found(self, header: tuple[str, ...]) -> tuple[Path, list[Path]]:
        usual = (name for one in ID_FIELDS if (name := like(header, one)))
        name = self._columns.id or next(usual, "")
        return field_path(header, name) if name else (), [
            field_path(header, one) for one in self._cells
        ]


def _answer(cell: str, separator: str) -> Answer | None:
    if _is_missing(cell):
        return None
    return _unique(cell.split(separator) if separator else [cell])


def _unique(labels: Iterable[str]) -> Answer:
    return tuple(dict.fromkeys(label.strip() for label in labels if label.strip()))


def _as_text(value: object) -> str:
    """Return a value as a person writes it: a whole number without a point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _is_missing(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip() or means_no_label(value.strip())
    return value is None or value != value  # noqa: PLR0124 - NaN of JSON


def _texts(values: Sequence[object], places: Sequence[str] = ()) -> tuple[str, ...]:
    """Return values as text; a missing one is the place of its row, or empty."""
    return tuple(
        (places[row] if places else "") if _is_missing(one) else _as_text(one)
        for row, one in enumerate(values)
    )


def _weights(
    kept: Mapping[str, Sequence[object]], columns: CodedColumns, places: Sequence[str]
) -> NDArray[np.float64] | None:
    name = columns.weight or columns.probability
    if columns.weight and columns.probability:
        raise InputError(
            f"there are weights in {columns.weight!r} and inclusion probabilities in "
            f"{columns.probability!r}; name one of them"
        )
    if not name:
        return None
    numbers = _numbers(kept[name], places, name)
    wrong = ~((numbers > 0) & np.isfinite(numbers))
    if columns.probability:
        wrong |= numbers > 1
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        allowed = "above 0, and at most 1" if columns.probability else "above 0, and finite"
        raise InputError(f"{places[row]}: {name} is {kept[name][row]!r}; give a number {allowed}")
    return 1 / numbers if columns.probability else numbers


def _numbers(values: Sequence[object], places: Sequence[str], name: str) -> NDArray[np.float64]:
    numbers = np.full(len(values), np.nan)
    for row, value in enumerate(values):
        if not _is_missing(value):
            try:
                numbers[row] = float(value)  # type: ignore[arg-type]
            except (TypeError, ValueError):
                raise InputError(f"{places[row]}: {name} is {value!r}; give a number") from None
    return numbers
