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


COMPRESSED_SUFFIXES = (".gz", ".bz2", ".xz", ".zst")
"""Suffixes of compressed files, which stand behind the suffix of the format."""


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
    is_written: bool = True
    is_table: bool = True
    """Whether its rows may have columns of the user, such as one of labels."""
    is_article: bool = False
    """Whether a file holds one article, so that any process can read it at any time."""
    is_seekable: bool = False
    """Whether its reader jumps in the file."""

    @property
    def is_encoded_records(self) -> bool:
        """Whether a file is its encoded records, one after the other."""
        return self.sink is FileFormat._field_defaults["sink"]


def _read_workbook(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterable[Pending]:
    from textclf.io.spreadsheet import read_workbook  # noqa: PLC0415 - start-up time

    return read_workbook(path, stream, reading)


def _read_parquet(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterable[Pending]:
    from textclf.io.parquet import read_parquet  # noqa: PLC0415 - start-up time

    return read_parquet(path, stream, reading)


def _read_json(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterable[Pending]:
    from textclf.io.json_file import read_json  # noqa: PLC0415 - start-up time

    return read_json(path, stream, reading)


def _read_web_page(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterable[Pending]:
    from textclf.io.web_page import read_web_page  # noqa: PLC0415 - start-up time

    return read_web_page(path, stream, reading)


def _read_word_document(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterable[Pending]:
    from textclf.io.word_document import read_word_document  # noqa: PLC0415 - start-up time

    return read_word_document(path, stream, reading)


def _read_feed(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterable[Pending]:
    from textclf.io.feed import read_feed  # noqa: PLC0415 - start-up time

    return read_feed(path, stream, reading)


def _read_press(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterable[Pending]:
    from textclf.io.press_archives import read_press  # noqa: PLC0415 - start-up time

    return read_press(path, stream, reading)


def _read_zip(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterable[Pending]:
    from textclf.io.read_stream import read_zip  # noqa: PLC0415 - start-up time

    return read_zip(path, stream, reading)


def _workbook_sink(stream: IO[bytes]) -> Sink:
    from textclf.io.spreadsheet import WorkbookSink  # noqa: PLC0415 - start-up time

    return WorkbookSink(stream)


def _parquet_sink(stream: IO[bytes]) -> Sink:
    from textclf.io.parquet import ParquetSink  # noqa: PLC0415 - start-up time

    return ParquetSink(stream)


_INPUT = FileFormat("", (), is_written=False, is_table=False)
FORMATS = {
    one.name: one
    for one in (
        FileFormat("text", (".txt", ".text", ".md"), read_text, is_table=False, is_article=True),
        FileFormat("jsonl", (".jsonl", ".ndjson"), read_jsonl),
        FileFormat("json", (".json",), _read_json),
        FileFormat("csv", (".csv",), partial(read_table, delimiter=",")),
        FileFormat("tsv", (".tsv", ".tab"), partial(read_table, delimiter="\t")),
        FileFormat("xlsx", (".xlsx",), _read_workbook, _workbook_sink, is_seekable=True),
        FileFormat("parquet", (".parquet",), _read_parquet, _parquet_sink, is_seekable=True),
        _INPUT._replace(
            name="html", suffixes=(".html", ".htm", ".xhtml"), read=_read_web_page, is_article=True
        ),
        _INPUT._replace(
            name="docx", suffixes=(".docx",), read=_read_word_document, is_article=True
        ),
        _INPUT._replace(name="feed", suffixes=(".rss", ".atom", ".xml"), read=_read_feed),
        _INPUT._replace(name="press", read=_read_press),
        _INPUT._replace(name="zip", suffixes=(".zip",), read=_read_zip, is_seekable=True),
    )
}
READ_SUFFIXES = {
    suffix: one.name for one in FORMATS.values() if one.read for suffix in one.suffixes
}
WRITTEN_SUFFIXES = {
    suffix: one.name for one in FORMATS.values() if one.is_written for suffix in one.suffixes
}


def suffix_of(path: str) -> str:
    """Return the suffix that names the format of a file, without that of a compression.

    >>> suffix_of("articles.CSV.gz")
    '.csv'
    """
    path = path.lower()
    if path.endswith(COMPRESSED_SUFFIXES):
        path = path[: path.rindex(".")]
    return Path(path).suffix
