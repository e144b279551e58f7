"""Rows of any kind of table to documents: its header is found, and its fields are chosen."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from textclf.errors import InputError
from textclf.io.fields import roles
from textclf.io.input_documents import (
    InputDocument,
    ReadOptions,
    check_fields,
    document_of_row,
    unreadable_row,
)

FIRST_ROWS = 40
"""Rows among which the header is looked for."""
_LONGEST_NAME = 60
"""Characters that the name of a column has at most, if nothing else shows that it is a name."""
_NUMBER = r"[-+]?[\d.,:/ ]*\d%?"
_SHOWN = 1_000
"""Characters of a row that cannot be read that are kept."""
_ROLES = 2
"""A row that names so many of the usual columns is a header, whatever is above it."""


class Row(NamedTuple):
    """One row of a table, as a spreadsheet counts it."""

    number: int
    cells: list[str]
    error: str = ""
    """Why the row cannot be read."""
    warnings: tuple[str, ...] = ()
    offset: int | None = None
    """The byte of the file that it begins at, if it is known."""
    raw: str = ""
    """How its line begins, if it has one."""
    blanks: int = 0
    """How many blank rows are between it and the row above."""


def read_rows(
    path: str,
    rows: Iterable[Row],
    reading: ReadOptions,
    notes: Sequence[str] = (),
    *,
    marked: bool = False,
    padded: bool = False,
) -> Iterator[InputDocument]:
    """Yield a document for each row under the header; the first one says how they are read.

    `padded` adds empty cells to a row that has fewer than the header. Raises InputError if no
    row names a column for the text, or the header names a column twice.
    """
    source = iter(rows)
    first = list(islice(source, FIRST_ROWS))
    if not first:
        return
    if reading.header:
        start, header = _header(path, first, reading)
    else:
        start, header = 0, [str(n) for n in range(1, len(first[0].cells) + 1)]
    place = f"{path}:{first[start].number}"
    fields = check_fields(header, place, reading)
    messages = [*notes, *([f"{fields} ({path})"] if fields else ())]
    if start:
        number = first[start].number
        above = "row 1 is" if number == 2 else f"rows 1 to {number - 1} are"  # noqa: PLR2004
        messages.insert(0, f"{path}: the header is row {number}; {above} not read")
    below = chain(first[start + reading.header :], source)
    documents = (
        _with_row(_document(path, row, header, reading, padded=padded), row) for row in below
    )
    for document in documents:
        yield document._replace(notes=tuple(messages), marked=marked)
        break
    yield from documents


def header_at(rows: Sequence[Row], reading: ReadOptions) -> int | None:
    """Return which of the first rows names the columns, the text's among them."""
    named = [n for n, row in enumerate(rows) if not row.error and _names_text(row.cells, reading)]
    heading = [n for n in named if _is_heading(rows[n].cells)]
    several = next((n for n in heading if roles(tuple(rows[n].cells)) >= _ROLES), None)
    if 0 in named and (_width(rows[0].cells) > 1 or several is None):
        return 0
    if several is not None:
        return several
    return next((n for n in heading if _stands_apart(rows, n)), None)


def is_data(cells: Sequence[str]) -> bool:
    """Return whether a row has a cell that no header has: a number or a long text."""
    return any(len(cell) > _LONGEST_NAME or re.fullmatch(_NUMBER, cell.strip()) for cell in cells)


def _header(path: str, rows: Sequence[Row], reading: ReadOptions) -> tuple[int, list[str]]:
    """Return which row is the header, and the names of the columns."""
    start = header_at(rows, reading)
    if start is not None:
        return start, _named(rows[start].cells)
    place = f"{path}:{rows[0].number}"
    if rows[0].error:
        raise InputError(f"{place}: {rows[0].error}: the header cannot be read")
    cells = rows[0].cells
    if is_data(cells) and not reading.columns:
        longest = max(range(len(cells)), key=lambda n: len(cells[n])) + 1
        raise InputError(
            f"{place}: the first row is not a header; add a row with the names of the columns, "
            f"or give --no-header and the number of the text's column: --text-field {longest}"
        )
    check_fields(_named(cells), place, reading)
    raise InputError(f"{place}: the header cannot be read")


def _named(cells: Sequence[str]) -> list[str]:
    """Return the names of columns; where several have none, these are named by their number."""
    cells = [cell.strip("\ufeff") for cell in cells]
    if cells.count("") <= 1:
        return cells
    return [cell or f"column {number}" for number, cell in enumerate(cells, start=1)]


def _names_text(cells: Sequence[str], reading: ReadOptions) -> bool:
    try:
        reading.fields(cells)
    except InputError:
        return False
    return True


def _is_heading(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return not is_data(filled) and len(set(filled)) == len(filled)


def _width(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _stands_apart(rows: Sequence[Row], number: int) -> bool:
    """Return whether no row above has as many filled cells as this one."""
    width = _width(rows[number].cells)
    return all(_width(row.cells) != width for row in rows[:number])


def _with_row(document: InputDocument, row: Row) -> InputDocument:
    """Return a document with what is told of its row."""
    if document.error:
        document = document._replace(offset=row.offset, raw=row.raw[:_SHOWN])
    return document._replace(blanks=row.blanks) if row.blanks else document


def _document(
    path: str, row: Row, header: Sequence[str], reading: ReadOptions, *, padded: bool
) -> InputDocument:
    place = f"{path}:{row.number}"
    cells = row.cells
    if row.error:
        return unreadable_row(place, path, dict.fromkeys(header, ""), f"{place}: {row.error}")
    if len(cells) != len(header):
        beyond = any(cells[len(header) :])
        if beyond or (len(cells) < len(header) and not padded):
            own = dict(zip(header, cells + [""] * len(header), strict=False))
            count = f"{place}: has {len(cells)} cells where the header has {len(header)}"
            return unreadable_row(place, path, own, count)
        cells = [*cells, *[""] * len(header)]
    warnings = tuple([f"{place}: {one}" for one in row.warnings]) if row.warnings else ()
    return document_of_row(dict(zip(header, cells, strict=False)), place, path, reading, warnings)
