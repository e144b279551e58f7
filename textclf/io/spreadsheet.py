"""Excel workbooks (.xlsx): the first sheet is a table, read and written with openpyxl."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

from textclf.errors import InputError
from textclf.io.delimited import header_of
from textclf.io.input_documents import (
    Item,
    ReadOptions,
    document_of_row,
    text_field,
    title_field,
    unreadable_row,
)

_LONGEST_CELL = 32_767
"""Characters that Excel keeps of a cell."""
_REMEDY = "install textclf with its extra: pip install 'textclf[excel]'"


def read_workbook(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[Item]:
    """Yield a document for each row under the header of the first sheet.

    Numbers and dates become text as a person reads them. Raises InputError for what is no
    workbook, a header without a column for the text, and where openpyxl is not installed.
    """
    header: list[str] | None = None
    for number, texts in enumerate(_rows(path, stream), start=1):
        place = f"{path}:{number}"
        if not any(texts):
            continue
        if header is None:
            while texts and not texts[-1]:
                texts.pop()
            header = header_of(texts, place)
            row = dict.fromkeys(header)
            title_field(row, text_field(row, path, reading), path, reading)
            continue
        row_cells = [*texts, *[""] * len(header)][: len(header)]
        row_of_texts: dict[str, Any] = dict(zip(header, row_cells, strict=True))
        if any(texts[len(header) :]):
            odd = f"{place}: has a cell beyond the {len(header)} columns of the header"
            yield unreadable_row(place, path, row_of_texts, odd)
            continue
        cut = [f"{place}: Excel has cut a cell at {_LONGEST_CELL:,} characters"] * any(
            len(text) >= _LONGEST_CELL for text in texts
        )
        yield document_of_row(row_of_texts, place, path, reading, tuple(cut))


class WorkbookSink:
    """Writes encoded rows, JSON lists one a line with the header first, into a workbook."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._book = _openpyxl("an .xlsx output").Workbook(write_only=True)
        self._sheet = self._book.create_sheet("textclf")

    def append(self, encoded: bytes) -> None:
        """Add rows; a cell that Excel would not keep whole is cut, and ends in an ellipsis."""
        for line in encoded.decode("utf-8").splitlines():
            self._sheet.append([_fitting(cell) for cell in json.loads(line)])

    def finish(self) -> None:
        """Write the workbook."""
        self._book.save(self._stream)


def _openpyxl(what: str) -> Any:  # noqa: ANN401 - a module
    try:
        import openpyxl  # noqa: PLC0415 - start-up time, and an extra
    except ImportError:
        raise InputError(f"{what}: needs openpyxl, which is not installed; {_REMEDY}") from None
    return openpyxl


def _rows(path: str, stream: IO[bytes]) -> Iterator[list[str]]:
    """Yield the cells of each row of the first sheet as text."""
    from zipfile import BadZipFile  # noqa: PLC0415 - start-up time

    openpyxl = _openpyxl(path)
    try:
        sheet = openpyxl.load_workbook(stream, read_only=True, data_only=True).worksheets[0]
        for cells in sheet.iter_rows(values_only=True):
            yield [_text_of(cell) for cell in cells]
    # A damaged part of the archive is any of these: SyntaxError is what broken XML raises.
    except (BadZipFile, LookupError, ValueError, OSError, EOFError, SyntaxError) as reason:
        raise InputError(f"{path}: is not an .xlsx workbook: {reason}") from None


def _text_of(cell: object) -> str:
    """Return what a person reads in a cell."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _fitting(cell: str) -> str:
    """Return what Excel can hold of a text: no control characters, and not too long."""
    kept = "".join(char for char in cell if char >= " " or char in "\t\n\r")
    return kept if len(kept) <= _LONGEST_CELL else f"{kept[: _LONGEST_CELL - 1]}…"
