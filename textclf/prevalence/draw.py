"""Draw a sample of an archive into a file that a person codes.

The archive is read twice: for the strata of its rows, and for the rows that were drawn. Of its
texts, only those of the sample are held in memory.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from textclf._json import dumped
from textclf.corpus.coded_table import answers_of
from textclf.errors import InputError
from textclf.io.delimited import delimited_line
from textclf.io.fields import DATE_FIELDS, ID_FIELDS, field_path, like, value_at
from textclf.io.input_documents import InputDocument, ReadOptions
from textclf.io.output_file import write_text
from textclf.io.read_inputs import STDIN, read_items
from textclf.prevalence.archive import COPY_OF, NO_DATE, Report, column_beside, number_of_rows
from textclf.prevalence.dates import PERIODS, period_of, read_dates
from textclf.prevalence.sampling import Drawn, stratified
from textclf.prevalence.teaching import most_teaching

Purpose = Literal["counting", "labelling"]

GOLD = "gold"
"""The empty column in which a person writes the label."""
_ADDED = ("stratum", "inclusion_probability", GOLD)
_NUMBERING, _ORDER = 1, 2
"""Random numbers of their own for the numbers of strata and for the order of rows."""
_LESS_SURE = 1 / 3
_FEWEST_OF_LABEL = 30
"""A label with so many rows is two strata: its third of the least probable ones, and the others."""


@dataclass(frozen=True, slots=True)
class Design:
    """How a sample is drawn."""

    size: int
    label: str = ""
    """The column of the machine's labels: rows are stratified by label and probability."""
    by: tuple[str, ...] = ()
    """Columns, or periods of the date, that rows are stratified by as well."""
    date: str = ""
    day_first: bool | None = None
    seed: int = 0
    purpose: Purpose = "counting"
    show_machine: bool = False
    """Whether the sample has the machine's columns: who codes should not see them."""


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """The rows that can be drawn; all have one value for each of them."""

    numbers: list[int]
    """Their numbers among all rows of the inputs, from 0."""
    labels: list[str]
    probability: NDArray[np.float64]
    keys: list[tuple[str, ...]]
    """The values that they are stratified by, but for label and probability."""


def draw_sample(
    inputs: Sequence[str],
    output: Path,
    design: Design,
    reading: ReadOptions = ReadOptions(),
    report: Report = lambda _: None,
) -> int:
    """Write the rows of a sample as CSV, in random order; return how many.

    In random order, the rows that a person codes first are a sample too. Rows whose status is not
    ok, copies, and rows that cannot be read are never drawn. A row for counting has its inclusion
    probability and the number of its stratum; the numbers are random, for in the order of the
    labels they would tell the machine's. `gold` is empty. `report` gets what each stratum is.
    Raises InputError for a design that the archive cannot fill.
    """
    if STDIN in inputs:
        raise InputError("the archive is read twice; save standard input to a file")
    if design.purpose == "labelling" and not design.label:
        raise InputError(
            "--for labelling needs the machine's labels; name their column with --label"
        )
    reading = reading._replace(columns=(design.label, *_own(design))) if design.label else reading
    frame = _read_frame(inputs, design, reading, report)
    if design.purpose == "labelling":
        texts = reading._replace(columns=())
        rows, names = most_teaching(
            design.size,
            frame.labels,
            frame.probability,
            lambda wanted: _texts(inputs, texts, {frame.numbers[row] for row in wanted}),
        )
        drawn = {frame.numbers[row]: (name, "") for row, name in zip(rows, names, strict=True)}
        report(
            "drawn to learn from: the rows have no inclusion probability, so count nothing by them"
        )
    else:
        stratum, names = _strata(frame)
        chosen = stratified(design.size, stratum, design.seed)
        number = np.random.default_rng((design.seed, _NUMBERING)).permutation(len(names))
        drawn = {
            frame.numbers[row]: (str(number[stratum[row]] + 1), repr(float(chance)))
            for row, chance in zip(chosen.rows, chosen.inclusion, strict=True)
        }
        _describe(names, stratum, number, chosen, report)
        report(f"seed {design.seed}: the same archive and seed give the same sample")
    header, *lines = _lines(inputs, design, reading, drawn)
    np.random.default_rng((design.seed, _ORDER)).shuffle(lines)
    write_text(output, "".join([header, *lines]))
    return len(drawn)


def _own(design: Design) -> tuple[str, ...]:
    return tuple(name for name in design.by if name not in PERIODS)


def _read_frame(
    inputs: Sequence[str], design: Design, reading: ReadOptions, report: Report
) -> _Frame:
    frame = _Frame([], [], np.zeros(0), [])
    cells: list[object] = []
    probabilities: list[float] = []
    dates: list[str] = []
    places: list[str] = []
    left_out: Counter[str] = Counter()
    periods = [name for name in design.by if name in PERIODS]
    for number, item in enumerate(read_items(inputs, reading)):
        row = item.row or {}
        if reason := _reason(item, row, design):
            left_out[reason] += 1
            continue
        frame.numbers.append(number)
        frame.keys.append(tuple(_text(_value(row, name, item)) for name in _own(design)))
        cells.append(_value(row, design.label, item) if design.label else None)
        probabilities.append(_probability(row, design.label))
        if periods:
            dates.append(_text(_date_of(row, design, item)))
            places.append(item.place)
    for reason, count in left_out.items():
        report(f"never drawn: {number_of_rows(count)}, {reason}")
    if not frame.numbers:
        raise InputError(f"{', '.join(inputs)}: holds no rows to draw from")
    keys = frame.keys
    if periods:
        days = read_dates(dates, places, day_first=design.day_first)
        keys = [
            (
                *key,
                *(
                    NO_DATE if day is None else period_of(day, period)
                    for period in PERIODS
                    if period in periods
                ),
            )
            for key, day in zip(keys, days, strict=True)
        ]
    answers = answers_of(cells)
    frequent = Counter(label for answer in answers for label in answer or ())
    labels = [min(answer, key=frequent.__getitem__) if answer else "" for answer in answers]
    return _Frame(frame.numbers, labels, np.array(probabilities), keys)


def _reason(item: InputDocument, row: Mapping[str, Any], design: Design) -> str:
    """Return why a row cannot be drawn; empty if it can."""
    if item.error:
        return "cannot be read"
    if design.label:
        if _optional(row, COPY_OF):
            return "copy of another article"
        status = _optional(row, column_beside(design.label, "status"))
        if status not in {None, "", "ok"}:
            return f"status {status}"
    return ""


def _strata(frame: _Frame) -> tuple[NDArray[np.intp], list[str]]:
    """Return the number of each row's stratum, from 0, and what each stratum is."""
    labels = np.array(frame.labels)
    less_sure = np.zeros(len(labels), bool)
    for label in set(frame.labels):
        own = (labels == label) & ~np.isnan(frame.probability)
        if own.sum() >= _FEWEST_OF_LABEL:
            least = np.quantile(frame.probability[own], _LESS_SURE)
            less_sure |= own & (frame.probability < least)
    named = [
        ", ".join(filter(None, (label, "less sure" if unsure else "", *key))) or "all rows"
        for label, unsure, key in zip(frame.labels, less_sure, frame.keys, strict=True)
    ]
    names = sorted(set(named))
    number = {name: index for index, name in enumerate(names)}
    return np.array([number[name] for name in named], np.intp), names


def _describe(
    names: Sequence[str],
    stratum: NDArray[np.intp],
    number: NDArray[np.intp],
    chosen: Drawn,
    report: Report,
) -> None:
    sizes = np.bincount(stratum)
    given = np.bincount(stratum[chosen.rows], minlength=len(names))
    for row in np.argsort(number):
        report(f"stratum {number[row] + 1}: {given[row]:,} of {sizes[row]:,} rows ({names[row]})")


def _texts(inputs: Sequence[str], reading: ReadOptions, wanted: set[int]) -> list[str]:
    """Return the texts of some rows, in the order of the archive."""
    items = enumerate(read_items(inputs, reading))
    return [item.text for number, item in items if number in wanted]


def _lines(
    inputs: Sequence[str],
    design: Design,
    reading: ReadOptions,
    drawn: Mapping[int, tuple[str, str]],
) -> Iterator[str]:
    """Yield the header and the rows of the sample."""
    own: tuple[str, ...] = ()
    added = _added(design)
    begun = False
    for number, item in enumerate(read_items(inputs, reading)):
        if number not in drawn:
            continue
        row = item.row if item.row is not None else {"id": item.id, "text": item.text}
        if not begun:
            begun = True
            own = _columns(row, design, added, item)
            named = any(like(tuple(row), name) for name in ID_FIELDS)
            first = () if named else ("id",)
            yield delimited_line([*first, *own, *added], ",")
        cells = [_text(row.get(name)) for name in own]
        added_cells = dict(zip(_ADDED, (*drawn[number], ""), strict=True))
        tail = [added_cells[name] for name in added]
        yield delimited_line([*([item.place] if first else []), *cells, *tail], ",")


def _added(design: Design) -> tuple[str, ...]:
    """Return the columns that the sample adds.

    The stratum of a row to learn from is the machine's label in words.
    """
    if design.purpose == "counting":
        return _ADDED
    return (_ADDED[0], GOLD) if design.show_machine else (GOLD,)


def _columns(
    row: Mapping[str, Any], design: Design, added: Sequence[str], item: InputDocument
) -> tuple[str, ...]:
    if taken := next((name for name in added if name in row), None):
        raise InputError(f"{item.place}: already has a column {taken!r}; rename it")
    if design.show_machine or not design.label:
        return tuple(row)
    first = design.label.partition(".")[0]
    machine = {first, "error", COPY_OF}
    return tuple(name for name in row if name not in machine and not name.startswith(f"{first}_"))


def _optional(row: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever the row holds
    path = field_path(tuple(row), name)
    return value_at(row, path) if path else None


def _value(row: Mapping[str, Any], name: str, item: InputDocument) -> object:
    path = field_path(tuple(row), name)
    if not path:
        raise InputError(f"{item.place}: there is no column {name!r} to stratify by")
    return value_at(row, path)


def _date_of(row: Mapping[str, Any], design: Design, item: InputDocument) -> object:
    usual = (name for name in DATE_FIELDS if field_path(tuple(row), name))
    name = design.date or next(usual, "")
    if not name:
        raise InputError(f"{item.place}: there is no column of dates; name it with --date-field")
    return _value(row, name, item)


def _probability(row: Mapping[str, Any], label: str) -> float:
    found = _optional(row, column_beside(label, "prob")) if label else None
    try:
        return float(found) if found is not None else float("nan")
    except (TypeError, ValueError):
        return float("nan")


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else dumped(value)
