"""Writes annotations: as text, JSON lines, one JSON list, CSV or TSV, as many as come in.

It draws no page and reads nothing: `explanation` does the one, `sources` the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from textclf._json import dumped
from textclf.classifier.prediction import DocumentResult, Labelled
from textclf.errors import InputError
from textclf.io.delimited import delimited_line, header_cells, row_cells
from textclf.io.formats import FORMATS, READ_SUFFIXES, WRITTEN_SUFFIXES, suffix_of
from textclf.io.jsonl import json_record
from textclf.io.plain_text import text_record

Format = Literal["text", "jsonl", "json", "csv", "tsv", "xlsx", "parquet"]

_DELIMITERS: Mapping[Format, str] = {"csv": ",", "tsv": "\t"}
_BINARY = ("xlsx", "parquet")
"""Formats whose records are rows for a sink: JSON lists of cells, one a line."""


def format_for(path: Path | None, inputs: Sequence[str]) -> Format:
    """Return what to write: by the output's suffix, else as the inputs are, else text.

    Tables in give tables out, whether or not anybody looks on.
    """
    if path is not None:
        suffix = suffix_of(path.name)
        if suffix not in WRITTEN_SUFFIXES:
            raise InputError(
                f"{path}: its name does not say what to write; "
                f"end it in one of {', '.join(WRITTEN_SUFFIXES)}, or give --format"
            )
        return WRITTEN_SUFFIXES[suffix]  # type: ignore[return-value]
    kinds = {READ_SUFFIXES.get(suffix_of(one), "text") for one in inputs}
    only = kinds.pop() if len(kinds) == 1 else "text"
    return only if only not in _BINARY else "csv"  # type: ignore[return-value]


class RecordWriter(NamedTuple):
    """How records become text, each like the first of the run, whichever process spells it."""

    style: Format
    prefix: str
    """Sets our columns apart."""
    columns: tuple[str, ...]
    """The user's own columns of a table: those of the first record."""
    separator: str
    """What stands before the record that comes next."""

    @classmethod
    def of(cls, first: Labelled, style: Format, prefix: str = "") -> "RecordWriter":
        """Return the spelling of a run that begins with this record.

        Raises InputError where the user has a column of ours.
        """
        if style in _DELIMITERS or style in _BINARY:
            theirs, ours = header_cells(first, prefix)
            return cls(style, prefix, theirs, _row(style, [*theirs, *ours]))
        return cls(style, prefix, (), "[\n" if style == "json" else "")

    def going_on(self) -> "RecordWriter":
        """Return the spelling of what follows on other records."""
        return self._replace(separator=",\n" if self.style == "json" else "")

    @property
    def ending(self) -> bytes:
        """What stands behind the last record."""
        return b"\n]\n" if self.style == "json" else b""

    def encoded(self, records: Iterable[Labelled]) -> Iterator[bytes]:
        """Yield the bytes of each record, with what stands before it."""
        separator, following = self.separator, self.going_on().separator
        for record in records:
            yield _encoded(separator + self._one(*record))
            separator = following

    def _one(self, annotation: DocumentResult, row: Mapping[str, Any] | None) -> str:
        if self.style == "text":
            return text_record(annotation)
        if self.style in _DELIMITERS or self.style in _BINARY:
            return _row(self.style, row_cells(annotation, row, self.columns))
        record = json_record(annotation, row, self.prefix)
        return record if self.style == "json" else f"{record}\n"


def _row(style: Format, cells: Sequence[str]) -> str:
    """Return a row of a table as it is encoded."""
    if style in _BINARY:
        return f"{dumped(list(cells))}\n"
    return delimited_line(cells, _DELIMITERS[style])


def blank(style: Format) -> bytes:
    """Return what is written where there was nothing to label."""
    return b"[]\n" if style == "json" else b""


def write(
    annotations: Iterable[Labelled],
    stream: IO[bytes],
    style: Format,
    prefix: str = "",
) -> None:
    """Write annotations, each with the user's own fields; `prefix` sets our columns apart."""
    sink = FORMATS[style].sink(stream)
    records = iter(annotations)
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
