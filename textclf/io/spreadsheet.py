"""Read and write the first sheet of Excel workbooks (.xlsx) with openpyxl."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from textclf.errors import InputError
from textclf.io.input_documents import (
    InputDocument,
    ReadOptions,
    check_fields,
    document_of_row,
    unreadable_row,
)

_LONGEST_CELL = 32_767
"""Characters that Excel keeps in a cell."""
_IN_MEMORY = 32_000_000
"""Bytes of encoded rows that are kept in memory; more go to a temporary file."""
_REMEDY = "install textclf with its extra: pip install 'textclf[excel]'"


def read_workbook(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[InputDocument]:
    """Yield a document for each row under the header of the first sheet.

    Numbers and dates become the text that a person sees. Raises InputError if the file is not a
    workbook or its header has no column for the text, or if openpyxl is not installed.
    """
    header: list[str] | None = None
    for number, texts in enumerate(_rows(path, stream), start=1):
        place = f"{path}:{number}"
        if not any(texts):
            continue
        if header is None:
            while texts and not texts[-1]:
                texts.pop()
            check_fields(texts, place, reading)
            header = texts
            continue
        row = dict(zip(header, [*texts, *[""] * len(header)], strict=False))
        if any(texts[len(header) :]):
            error = f"{place}: has a cell beyond the {len(header)} columns of the header"
            yield unreadable_row(place, path, row, error)
            continue
        cut = any(len(text) >= _LONGEST_CELL for text in texts)
        warning = f"{place}: Excel has cut a cell at {_LONGEST_CELL:,} characters"
        yield document_of_row(row, place, path, reading, (warning,) if cut else ())


class WorkbookSink:
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
            sheet.append([_fitting(cell) for cell in json.loads(line)])
        book.save(whole)
        self._encoded.close()
        self._stream.write(whole.getbuffer())


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
    # A damaged archive raises any of these; broken XML raises SyntaxError.
    except (BadZipFile, LookupError, ValueError, OSError, EOFError, SyntaxError) as reason:
        raise InputError(f"{path}: is not an .xlsx workbook: {reason}") from None


def _text_of(cell: object) -> str:
    """Return the text that a person sees in a cell."""
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
    """Return a text without control characters, cut to the length that Excel allows."""
    kept = "".join(char for char in cell if char >= " " or char in "\t\n\r")
    return kept if len(kept) <= _LONGEST_CELL else f"{kept[: _LONGEST_CELL - 1]}…"
