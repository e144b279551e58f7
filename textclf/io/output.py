"""Writes annotations: as text, JSON lines, one JSON list, CSV or TSV, as many as come in.

It draws no page and reads nothing: `explanation` does the one, `sources` the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from textclf.classifier.prediction import DocumentResult, Labelled
from textclf.errors import InputError
from textclf.io.delimited import delimited_line, header_line, row_cells
from textclf.io.jsonl import json_record
from textclf.io.plain_text import text_record

Format = Literal["text", "jsonl", "json", "csv", "tsv"]

_SUFFIXES: Mapping[str, Format] = {
    ".txt": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
}
_DELIMITERS: Mapping[Format, str] = {"csv": ",", "tsv": "\t"}


def format_for(path: Path | None, inputs: Sequence[str]) -> Format:
    """Return what to write: by the output's suffix, else as the inputs are, else text.

    Tables in give tables out, whether or not anybody looks on.
    """
    if path is not None:
        suffix = Path(path.name.lower().removesuffix(".gz")).suffix
        if suffix not in _SUFFIXES:
            raise InputError(
                f"{path}: what to write is not told by its name; "
                f"end it in one of {', '.join(_SUFFIXES)}, or give --format"
            )
        return _SUFFIXES[suffix]
    kinds = {Path(one.removesuffix(".gz")).suffix.lower() for one in inputs}
    only = kinds.pop() if len(kinds) == 1 else ""
    return {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}.get(only, "text")  # type: ignore[return-value]


class RecordWriter(NamedTuple):
    """How records become text, each like the first of the run, whichever process spells it."""

    style: Format
    prefix: str
    """Sets our columns apart."""
    columns: tuple[str, ...]
    """The user's own columns of a table: those of the first record."""
    lead: str
    """What stands before the record that comes next."""

    @classmethod
    def of(cls, first: Labelled, style: Format, prefix: str = "") -> "RecordWriter":
        """Return the spelling of a run that begins with this record.

        Raises InputError where the user has a column of ours.
        """
        if style in _DELIMITERS:
            theirs, header = header_line(first, _DELIMITERS[style], prefix)
            return cls(style, prefix, theirs, header)
        return cls(style, prefix, (), "[\n" if style == "json" else "")

    def going_on(self) -> "RecordWriter":
        """Return the spelling of what follows on other records."""
        return self._replace(lead=",\n" if self.style == "json" else "")

    @property
    def ending(self) -> bytes:
        """What stands behind the last record."""
        return b"\n]\n" if self.style == "json" else b""

    def encoded(self, records: Iterable[Labelled]) -> Iterator[bytes]:
        """Yield the bytes of each record, with what stands before it."""
        lead, following = self.lead, self.going_on().lead
        for record in records:
            yield _encoded(lead + self._one(*record))
            lead = following

    def _one(self, annotation: DocumentResult, row: Mapping[str, Any] | None) -> str:
        if self.style == "text":
            return text_record(annotation)
        if self.style in _DELIMITERS:
            return delimited_line(row_cells(annotation, row, self.columns), _DELIMITERS[self.style])
        record = json_record(annotation, row, self.prefix)
        return record if self.style == "json" else f"{record}\n"


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
    records = iter(annotations)
    first = next(records, None)
    if first is None:
        stream.write(blank(style))
        return
    spelling = RecordWriter.of(first, style, prefix)
    stream.writelines(spelling.encoded(chain([first], records)))
    stream.write(spelling.ending)


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")
