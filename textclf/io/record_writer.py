"""Encode results as records of each output format, and choose the format of an output."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from textclf._json import dumped
from textclf.classifier.prediction import DocumentResult, Labelled
from textclf.errors import InputError
from textclf.io.delimited import delimited_line
from textclf.io.formats import FORMATS, READ_SUFFIXES, WRITTEN_SUFFIXES, suffix_of
from textclf.io.jsonl import json_record
from textclf.io.plain_text import text_record
from textclf.io.result_columns import header_cells, row_cells

Format = Literal["text", "jsonl", "json", "csv", "tsv", "xlsx", "parquet"]

_DELIMITERS: Mapping[Format, str] = {"csv": ",", "tsv": "\t"}
_BINARY = ("xlsx", "parquet")
"""Formats whose records are rows for a sink: a JSON list of cells on each line."""


def format_for(path: Path | None, inputs: Sequence[str]) -> Format:
    """Return the format of an output: that of its suffix, else that of the inputs, else text.

    Raises InputError for an output whose suffix names no format.
    """
    if path is not None:
        suffix = suffix_of(path.name)
        if suffix not in WRITTEN_SUFFIXES:
            raise InputError(
                f"{path}: its suffix names no output format; "
                f"use one of {', '.join(WRITTEN_SUFFIXES)}, or give --format"
            )
        return WRITTEN_SUFFIXES[suffix]  # type: ignore[return-value]
    kinds = {READ_SUFFIXES.get(suffix_of(one), "text") for one in inputs}
    only = kinds.pop() if len(kinds) == 1 else "text"
    return only if only not in _BINARY else "csv"  # type: ignore[return-value]


class RecordWriter(NamedTuple):
    """Encodes records; every process that encodes records of one run gives the same bytes."""

    style: Format
    prefix: str
    """Put before the names of the added columns."""
    columns: tuple[str, ...]
    """The user's own columns, which are those of the first record."""
    separator: str
    """The text before the next record."""

    @classmethod
    def of(cls, first: Labelled, style: Format, prefix: str = "") -> "RecordWriter":
        """Return the writer of a run whose first record is given.

        Raises InputError if the user has a column with the name of an added column.
        """
        if style in _DELIMITERS or style in _BINARY:
            own, added = header_cells(first, prefix)
            return cls(style, prefix, own, _row(style, [*own, *added]))
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
        separator, following = self.separator, self.going_on().separator
        for record in records:
            yield _encoded(separator + self._one(*record))
            separator = following

    def _one(self, result: DocumentResult, row: Mapping[str, Any] | None) -> str:
        if self.style == "text":
            return text_record(result)
        if self.style in _DELIMITERS or self.style in _BINARY:
            return _row(self.style, row_cells(result, row, self.columns))
        record = json_record(result, row, self.prefix)
        return record if self.style == "json" else f"{record}\n"


def _row(style: Format, cells: Sequence[str]) -> str:
    """Return the encoded row of a table."""
    if style in _BINARY:
        return f"{dumped(list(cells))}\n"
    return delimited_line(cells, _DELIMITERS[style])


def blank(style: Format) -> bytes:
    """Return the output of a run without documents."""
    return b"[]\n" if style == "json" else b""


def write(
    results: Iterable[Labelled],
    stream: IO[bytes],
    style: Format,
    prefix: str = "",
) -> None:
    """Write results, each with the user's own fields; added columns get the `prefix`."""
    sink = FORMATS[style].sink(stream)
    records = iter(results)
    first = next(records, None)
    if first is None:
        sink.append(blank(style))
    else:
        writer = RecordWriter.of(first, style, prefix)
        for encoded in writer.encoded(chain([first], records)):
            sink.append(encoded)
        sink.append(writer.ending)
    sink.finish()


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")
