"""The registry of file formats: name, suffixes, reader and writer of each.

A new format is a module of its own and one entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from textclf.io.delimited import read_table
from textclf.io.input_documents import Pending, ReadOptions
from textclf.io.jsonl import read_jsonl
from textclf.io.plain_text import read_text

Reader = Callable[[str, IO[bytes], ReadOptions], Iterable[Pending]]
"""Yields the documents of an open file; the path is for error messages."""


class Sink(Protocol):
    """Writes encoded records, batch after batch, in the one process that writes."""

    def append(self, encoded: bytes) -> None:
        """Add the records of a batch."""
        ...

    def finish(self) -> None:
        """Write the end of the file."""
        ...


class _Stream:
    """The sink of formats whose file is the encoded records, one after the other."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.append = stream.write

    def finish(self) -> None:
        """Do nothing: the last batch includes the end of the file."""


class FileFormat(NamedTuple):
    """One file format."""

    name: str
    suffixes: tuple[str, ...]
    """The usual suffix first."""
    read: Reader | None = None
    """None: the format is only written."""
    sink: Callable[[IO[bytes]], Sink] = _Stream  # type: ignore[assignment]


def _read_workbook(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterable[Pending]:
    from textclf.io.spreadsheet import read_workbook  # noqa: PLC0415 - start-up time

    return read_workbook(path, stream, reading)


def _read_parquet(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterable[Pending]:
    from textclf.io.parquet import read_parquet  # noqa: PLC0415 - start-up time

    return read_parquet(path, stream, reading)


def _workbook_sink(stream: IO[bytes]) -> Sink:
    from textclf.io.spreadsheet import WorkbookSink  # noqa: PLC0415 - start-up time

    return WorkbookSink(stream)


def _parquet_sink(stream: IO[bytes]) -> Sink:
    from textclf.io.parquet import ParquetSink  # noqa: PLC0415 - start-up time

    return ParquetSink(stream)


FORMATS = {
    one.name: one
    for one in (
        FileFormat("text", (".txt", ".text", ".md"), read_text),
        FileFormat("jsonl", (".jsonl", ".ndjson"), read_jsonl),
        FileFormat("json", (".json",)),
        FileFormat("csv", (".csv",), partial(read_table, delimiter=",")),
        FileFormat("tsv", (".tsv", ".tab"), partial(read_table, delimiter="\t")),
        FileFormat("xlsx", (".xlsx",), _read_workbook, _workbook_sink),
        FileFormat("parquet", (".parquet",), _read_parquet, _parquet_sink),
    )
}
READ_SUFFIXES = {
    suffix: one.name for one in FORMATS.values() if one.read for suffix in one.suffixes
}
WRITTEN_SUFFIXES = {suffix: one.name for one in FORMATS.values() for suffix in one.suffixes}


def suffix_of(path: str) -> str:
    """Return the suffix that names the format of a file, without `.gz`.

    >>> suffix_of("articles.CSV.gz")
    '.csv'
    """
    return Path(path.lower().removesuffix(".gz")).suffix
