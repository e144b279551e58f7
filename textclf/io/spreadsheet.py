"""Read and write sheets of Excel workbooks (.xlsx) with openpyxl."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from textclf.errors import InputError
from textclf.io.cell_format import shown
from textclf.io.input_documents import InputDocument, ReadOptions
from textclf.io.table import FIRST_ROWS, Row, header_at, read_rows

_LONGEST_CELL = 32_767
"""Characters that Excel keeps in a cell."""
_IN_MEMORY = 32_000_000
"""Bytes of encoded rows that are kept in memory; more go to a temporary file."""
_REMEDY = "install textclf with its extra: pip install 'textclf[excel]'"


def read(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[InputDocument]:
    """Yield a document for each row under the header of the first sheet that names a text column.

    Numbers and dates become the text that a person sees. Raises InputError if the file is not a
    workbook or no sheet has a column for the text, or if openpyxl is not installed.
    """
    sheets = {name: (list(islice(rows, FIRST_ROWS)), rows) for name, rows in _sheets(path, stream)}
    filled = {name: first for name, (first, _) in sheets.items() if first}
    if not filled:
        return
    suitable = (
        name
        for name, first in filled.items()
        if not reading.header or header_at(first, reading) is not None
    )
    name = next(suitable, next(iter(filled)))
    others = ", ".join(repr(other) for other in filled if other != name)
    notes = [f"{path}: the sheet {name!r} is read, and not {others}"] if others else []
    first, rows = sheets[name]
    yield from read_rows(path, chain(first, rows), reading, notes, padded=True)


class Sink:
    """Writes encoded rows (a JSON list on each line, the header first) into a workbook."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._openpyxl = _openpyxl("an .xlsx output")
        self._stream = stream
        self._encoded = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - open until the end

    def append(self, encoded: bytes) -> None:
        """Add rows."""
        self._encoded.write(encoded)

    def finish(self) -> None:
        """Write the workbook; a cell that is too long for Excel is cut and ends in an ellipsis."""
        # The workbook is begun only now and saved to memory: a sheet or an archive that a failed
        # run or a closed pipe left unfinished would print an exception when it is deleted.
        book, whole = self._openpyxl.Workbook(write_only=True), BytesIO()
        sheet = book.create_sheet("textclf")
        self._encoded.seek(0)
        for line in self._encoded:
            sheet.append([self._cell(sheet, cell) for cell in json.loads(line)])
        book.save(whole)
        self._encoded.close()
        self._stream.write(whole.getbuffer())

    def _cell(self, sheet: Any, text: str) -> Any:  # noqa: ANN401 - of openpyxl
        """Return what writes a text: openpyxl takes one that begins with = for a formula."""
        fitting = _fitting(text)
        if not fitting.startswith("="):
            return fitting
        cell = self._openpyxl.cell.WriteOnlyCell(sheet, fitting)
        cell.data_type = "s"
        return cell


def _openpyxl(what: str) -> Any:  # noqa: ANN401 - a module
    try:
        import openpyxl  # noqa: PLC0415 - start-up time, and an extra
    except ImportError:
        raise InputError(f"{what}: needs openpyxl, which is not installed; {_REMEDY}") from None
    return openpyxl


def _sheets(path: str, stream: IO[bytes]) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield name and rows of each sheet."""
    openpyxl = _openpyxl(path)
    with _damage_named(path):
        sheets = openpyxl.load_workbook(stream, read_only=True, data_only=True).worksheets
    for sheet in sheets:
        yield sheet.title, _rows(path, sheet)


def _rows(path: str, sheet: Any) -> Iterator[Row]:  # noqa: ANN401 - a sheet of openpyxl
    """Yield the rows of a sheet that are not blank, without the empty cells at their ends."""
    with _damage_named(path):
        last = 0
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            texts = [shown(cell.value, cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                yield Row(number, texts, blanks=number - last - 1)
                last = number


@contextmanager
def _damage_named(path: str) -> Iterator[None]:
    from zipfile import BadZipFile  # noqa: PLC0415 - start-up time

    try:
        yield
    # A damaged archive raises any of these; broken XML raises SyntaxError.
    except (BadZipFile, LookupError, ValueError, OSError, EOFError, SyntaxError) as reason:
        raise InputError(f"{path}: is not an .xlsx workbook: {reason}") from None


def _fitting(cell: str) -> str:
    """Return a text without control characters, cut to the length that Excel allows."""
    kept = "".join(char for char in cell if char >= " " or char in "\t\n\r")
    return kept if len(kept) <= _LONGEST_CELL else f"{kept[: _LONGEST_CELL - 1]}…"
