"""Coded tables of any origin: ids, columns of labels, weights, groups and dates of the rows.

A row needs no text. The columns are read by name, from every format that `textclf.io` reads.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from textclf.corpus.records import Answer
from textclf.errors import InputError
from textclf.io.fields import ID_FIELDS, Path, field_path, like, value_at
from textclf.io.input_documents import ReadOptions
from textclf.io.problems import Problem, Problems, problem_of
from textclf.io.read_inputs import read_items

SEPARATOR = "|"
"""What `textclf predict` writes between the labels of one cell."""
MISSING = frozenset(
    ("", "nan", "NaN", "NAN", "NA", "N/A", "n/a", "<NA>", "#N/A", "#NA", "None", "null", "NULL")
)
"""Cells that hold no label. `none` is not among them: it is a label of many codebooks."""


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

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return one of the other columns as numbers, shape (rows,); NaN where a cell is missing.

        Raises InputError with file and line for a cell that is not a number.
        """
        return _numbers(self.others[column], self.places, column)

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
    places: list[str] = []
    kept: dict[str, list[object]] = {name: [] for name in names}
    ids: list[object] = []
    paths: dict[tuple[str, ...], tuple[Path, dict[str, Path]]] = {}
    for item in read_items(inputs, reading._replace(columns=names)):
        if item.error:
            raise InputError(item.error)
        if item.row is None:
            raise InputError(f"{item.path}: is not a table; give .csv, .xlsx, .parquet or .jsonl")
        for note in item.notes:
            report(note)
        problems.add(problem_of(item.path, warning) for warning in item.warnings)
        header = tuple(item.row)
        if header not in paths:
            paths[header] = _paths(header, columns)
        id_path, path_of = paths[header]
        places.append(item.place)
        ids.append(value_at(item.row, id_path) if id_path else None)
        for name, values in kept.items():
            values.append(value_at(item.row, path_of[name]) if path_of[name] else None)
    if not places:
        raise InputError(
            f"{', '.join(inputs)}: holds no rows; give a table with {', '.join(names)}"
        )
    unnamed = [place for one, place in zip(ids, places, strict=True) if _is_missing(one)]
    if columns.id and unnamed:
        problems.add(Problem(place, f"has no {columns.id}") for place in unnamed)
    for line in problems.lines():
        report(line)
    return CodedTable(
        path=", ".join(inputs),
        ids=tuple(
            place if _is_missing(one) else _as_text(one)
            for one, place in zip(ids, places, strict=True)
        ),
        places=tuple(places),
        labels={name: answers_of(kept[name], columns.separator) for name in columns.labels},
        weights=_weights(kept, columns, places),
        groups=_texts(kept[columns.group], places) if columns.group else None,
        dates=_texts(kept[columns.date]) if columns.date else None,
        others={
            name: tuple(None if _is_missing(one) else one for one in kept[name])
            for name in columns.others
        },
    )


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


def _paths(header: tuple[str, ...], columns: CodedColumns) -> tuple[Path, dict[str, Path]]:
    """Return where a row with this header has its id and each wanted column."""
    name = columns.id or next((found for usual in ID_FIELDS if (found := like(header, usual))), "")
    paths = {name: field_path(header, name) for name in columns.named}
    return (field_path(header, name) if name else ()), paths


def _answer(cell: str, separator: str) -> Answer | None:
    if cell.strip() in MISSING:
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
        return value.strip() in MISSING
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
    wrong = ~(numbers > 0)
    if columns.probability:
        wrong |= numbers > 1
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        allowed = "above 0, and at most 1" if columns.probability else "above 0"
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
