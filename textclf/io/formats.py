"""The registry of file formats: name, suffixes, and the module that reads and writes each.

A new format is a module of its own and one entry here.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from textclf.io.input_documents import Pending, ReadOptions

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
        self._stream = stream

    def append(self, encoded: bytes) -> None:
        """Write the records of a batch."""
        self._stream.write(encoded)

    def finish(self) -> None:
        """Do nothing: the last batch includes the end of the file."""


class FileFormat(NamedTuple):
    """One file format.

    Its module has the function `read(path, stream, reading)`, which yields the documents of an
    open file; the path is for error messages. With `has_sink`, it has the class `Sink` too.
    """

    name: str
    suffixes: tuple[str, ...]
    """The usual suffix first."""
    module: str
    """A module of `textclf.io`, which is imported when a file is read or written."""
    is_written: bool = True
    has_sink: bool = False
    """Whether a file is more than its encoded records, one after the other."""
    is_table: bool = True
    """Whether its rows may have columns of the user, such as one of labels."""
    is_article: bool = False
    """Whether a file holds one article, so that any process can read it at any time."""
    is_seekable: bool = False
    """Whether its reader jumps in the file."""
    delimiter: str = ""
    """What separates columns, unless a table shows otherwise; its reader gets it too."""

    def read(self, path: str, stream: IO[bytes], reading: ReadOptions) -> Iterable[Pending]:
        """Return the documents of an open file."""
        options = (self.delimiter,) if self.delimiter else ()
        documents: Iterable[Pending] = self._module().read(path, stream, reading, *options)
        return documents

    def sink(self, stream: IO[bytes]) -> Sink:
        """Return what writes encoded records to a stream."""
        if not self.has_sink:
            return _Stream(stream)
        sink: Sink = self._module().Sink(stream)
        return sink

    def _module(self) -> Any:  # noqa: ANN401 - a module
        return import_module(f"textclf.io.{self.module}")


_INPUT = FileFormat("", (), "", is_written=False, is_table=False)
FORMATS = {
    one.name: one
    for one in (
        FileFormat("text", (".txt", ".text", ".md"), "plain_text", is_table=False, is_article=True),
        FileFormat("jsonl", (".jsonl", ".ndjson"), "jsonl"),
        FileFormat("json", (".json",), "json_file"),
        FileFormat("csv", (".csv",), "delimited", delimiter=","),
        FileFormat("tsv", (".tsv", ".tab"), "delimited", delimiter="\t"),
        FileFormat("xlsx", (".xlsx",), "spreadsheet", has_sink=True, is_seekable=True),
        FileFormat("parquet", (".parquet",), "parquet", has_sink=True, is_seekable=True),
        _INPUT._replace(
            name="html", suffixes=(".html", ".htm", ".xhtml"), module="web_page", is_article=True
        ),
        _INPUT._replace(name="docx", suffixes=(".docx",), module="word_document", is_article=True),
        _INPUT._replace(name="feed", suffixes=(".rss", ".atom", ".xml"), module="feed"),
        _INPUT._replace(name="press", module="press_archives"),
        _INPUT._replace(name="zip", suffixes=(".zip",), module="zip_file", is_seekable=True),
    )
}


def written_formats() -> tuple[str, ...]:
    """Return the names of the formats that can be written."""
    return tuple(one.name for one in FORMATS.values() if one.is_written)


def suffixes(*, written: bool = False) -> tuple[str, ...]:
    """Return the suffixes of the formats that are read, or of those that are written."""
    chosen = (one for one in FORMATS.values() if one.is_written or not written)
    return tuple(suffix for one in chosen for suffix in one.suffixes)


def format_of_suffix(path: str) -> str:
    """Return the name of the format that the suffix of a file names; "" if it names none.

    >>> format_of_suffix("articles.TAB"), format_of_suffix("notes.doc")
    ('tsv', '')
    """
    suffix = suffix_of(path)
    return next((one.name for one in FORMATS.values() if suffix in one.suffixes), "")


def suffix_of(path: str) -> str:
    """Return the suffix that names the format of a file, without that of a compression.

    >>> suffix_of("articles.CSV.gz")
    '.csv'
    """
    path = path.lower()
    if path.endswith(COMPRESSED_SUFFIXES):
        path = path[: path.rindex(".")]
    return Path(path).suffix
