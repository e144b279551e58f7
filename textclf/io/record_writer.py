"""Encode results as records of each output format, and choose the format of an output."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias

from textclf._json import dumped
from textclf.classifier.prediction import DocumentResult, Labelled
from textclf.errors import InputError
from textclf.io.delimited import delimited_line
from textclf.io.formats import FORMATS, format_of_suffix, suffixes
from textclf.io.jsonl import ADDED_FIELDS, json_record
from textclf.io.plain_text import text_record
from textclf.io.result_columns import PLAIN, AddedColumns, header_cells, row_cells

Format: TypeAlias = str
"""The name of a format in `FORMATS` that is written."""

_MARK = "\ufeff"
"""The byte order mark, by which Excel knows UTF-8."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What the cell of a formula begins with."""
_NUMBER = r"[-+]\d[\d.,]*%?"


def format_for(path: Path | None, inputs: Sequence[str]) -> Format:
    """Return the format of an output: that of its suffix, else that of the inputs, else text.

    Raises InputError for an output whose suffix names no format.
    """
    if path is not None:
        name = format_of_suffix(path.name)
        if not name or not FORMATS[name].is_written:
            raise InputError(
                f"{path}: its suffix names no output format; "
                f"use one of {', '.join(suffixes(written=True))}, or give --format"
            )
        return name
    kinds = {format_of_suffix(one) or "text" for one in inputs}
    only = kinds.pop() if len(kinds) == 1 else "text"
    if not FORMATS[only].is_written:
        return "text"
    return "csv" if FORMATS[only].has_sink else only


class RecordWriter(NamedTuple):
    """Encodes records; every process that encodes records of one run gives the same bytes."""

    style: Format
    prefix: str
    """Put before the names of the added columns."""
    columns: tuple[str, ...]
    """The user's own columns, which are those of the first record."""
    separator: str
    """The text before the next record."""
    added: AddedColumns = PLAIN
    """What is added to the columns that every scheme has."""
    excel: bool = False
    """No cell of CSV or TSV is a formula."""

    @classmethod
    def of(
        cls,
        first: Labelled,
        style: Format,
        prefix: str = "",
        added: AddedColumns = PLAIN,
        *,
        mark: bool = False,
        excel: bool = False,
    ) -> "RecordWriter":
        """Return the writer of a run whose first record is given.

        CSV and TSV begin with a byte order mark if `mark` or `excel` is given. Raises InputError
        if the user has a column with the name of an added column.
        """
        if FORMATS[style].delimiter or FORMATS[style].has_sink:
            own, names = header_cells(first, prefix, added)
            writer = cls(style, prefix, own, "", added, excel)
            begin = _MARK if (mark or excel) and FORMATS[style].delimiter else ""
            return writer._replace(separator=f"{begin}{writer._row([*own, *names])}")
        if style in {"json", "jsonl"}:
            json_record(*first, prefix)
        return cls(style, prefix, (), "[\n" if style == "json" else "")

    def going_on(self) -> "RecordWriter":
        """Return the writer of records that follow other records."""
        return self._replace(separator=",\n" if self.style == "json" else "")

    @property
    def ending(self) -> bytes:
        """The bytes after the last record."""
        return b"\n]\n" if self.style == "json" else b""

    def encoded(self, records: Iterable[Labelled]) -> Iterator[bytes]:
        """Yield the bytes of each record, with the separator before it."""
        writer = self
        for record in records:
            yield writer.encoded_one(record)
            writer = writer.going_on()

    def encoded_one(self, record: Labelled) -> bytes:
        """Return the bytes of a record, with the separator before it.

        Raises InputError for a row that does not fit the columns, a field of the user that has
        the name of an added one, and a value that is nested too deeply.
        """
        try:
            return _encoded(self.separator + self._one(*record))
        except RecursionError:
            raise InputError(f"{record[0].path}: a value is nested too deeply to write") from None

    def fitting(self, row: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """Return the fields of a row that can be written, whatever the others are."""
        if row is None:
            return None
        flat = {name: value for name, value in row.items() if not isinstance(value, list | dict)}
        if self.style in {"json", "jsonl"}:
            added = {self.prefix + name for name in ADDED_FIELDS}
            return {name: value for name, value in flat.items() if name not in added}
        return {name: flat[name] for name in self.columns if name in flat}

    def _one(self, result: DocumentResult, row: Mapping[str, Any] | None) -> str:
        if self.style == "text":
            return text_record(result)
        if FORMATS[self.style].delimiter or FORMATS[self.style].has_sink:
            return self._row(row_cells(result, row, self.columns, self.added))
        record = json_record(result, row, self.prefix)
        return record if self.style == "json" else f"{record}\n"

    def _row(self, cells: Sequence[str]) -> str:
        """Return the encoded row of a table."""
        if self.excel and FORMATS[self.style].delimiter:
            cells = [_as_text(cell) for cell in cells]
        return encoded_row(self.style, cells)


def encoded_row(style: Format, cells: Sequence[str]) -> str:
    """Return the encoded row of a table; for a sink, a JSON list of cells on a line."""
    if FORMATS[style].has_sink:
        return f"{dumped(list(cells))}\n"
    return delimited_line(cells, FORMATS[style].delimiter)


def _as_text(cell: str) -> str:
    """Return a cell that Excel takes for no formula; a number is none."""
    if cell[:1] in _FORMULA and cell and not re.fullmatch(_NUMBER, cell):
        return f"'{cell}"
    return cell


def blank(style: Format) -> bytes:
    """Return the output of a run without documents."""
    return b"[]\n" if style == "json" else b""


def write(
    results: Iterable[Labelled],
    stream: IO[bytes],
    style: Format,
    prefix: str = "",
    added: AddedColumns = PLAIN,
) -> None:
    """Write results, each with the user's own fields; added columns get the `prefix`."""
    sink = FORMATS[style].sink(stream)
    records = iter(results)
    first = next(records, None)
    if first is None:
        sink.append(blank(style))
    else:
        writer = RecordWriter.of(first, style, prefix, added)
        for encoded in writer.encoded(chain([first], records)):
            sink.append(encoded)
        sink.append(writer.ending)
    sink.finish()


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")
