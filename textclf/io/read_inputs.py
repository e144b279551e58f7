"""Reads what people have: files, folders, globs and standard input become items to label.

Text files, JSON lines, CSV and TSV, each plain or gzipped. An item that cannot be read is
still an item, with the reason: as many come out as went in. It knows no models.
"""

import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

from textclf.errors import InputError
from textclf.io.formats import FORMATS, READ_SUFFIXES, suffix_of
from textclf.io.input_documents import PLAIN, InputFormat, Item, Line, Page, Pending, ReadOptions
from textclf.io.jsonl import document_of_line
from textclf.io.plain_text import read_whole

STDIN = "-"
_BUFFER = 1 << 16
"""Bytes that are read at a time."""
_OWN = ("/dev/", "/proc/")
"""Where a name may mean another file to each process."""
_UNREADABLE = (OSError, EOFError, zlib.error)


def read_items(
    inputs: Iterable[str], reading: ReadOptions = PLAIN, stdin: IO[bytes] | None = None
) -> Iterator[Item]:
    """Yield the items of all inputs in order, reading on only as they are asked for.

    Raises InputError for an input that is not there, or a table without the named column.
    """
    return items_of(gather(inputs, reading, stdin), reading)


def gather(
    inputs: Iterable[str], reading: ReadOptions = PLAIN, stdin: IO[bytes] | None = None
) -> Iterator[Pending]:
    """Yield what `read_items` does, but what can be read elsewhere as it stands.

    That is files of one text, and lines of JSON once their file has begun well. `stdin` stands
    for standard input, from its beginning. Raises what `read_items` raises; `items_of` raises
    nothing.
    """
    for path in expand(inputs, reading):
        yield from _read(path, reading, stdin)


def items_of(gathered: Iterable[Pending], reading: ReadOptions = PLAIN) -> Iterator[Item]:
    """Yield the items that were gathered; a blank line is none."""
    for one in gathered:
        if isinstance(one, Page):
            yield _page(one.path)
        elif item := document_of_line(one, reading) if isinstance(one, Line) else one:
            yield item


def expand(inputs: Iterable[str], reading: ReadOptions = PLAIN) -> list[str]:
    """Return the files that inputs stand for: folders and globs in sorted order.

    Raises InputError where an input is not there or a folder holds nothing to read.
    """
    found: list[str] = []
    for given in inputs:
        path = Path(given)
        if given == STDIN or path.is_file():
            found.append(given)
        elif path.is_dir():
            files = sorted(_files(path, reading))
            if not files:
                raise InputError(
                    f"{given}: the folder holds no file to read; "
                    f"textclf reads {', '.join(READ_SUFFIXES)}, each also with .gz"
                )
            found += files
        else:
            from glob import glob  # noqa: PLC0415 - start-up time

            found_here = glob(given, recursive=True)  # noqa: PTH207 - as the user wrote it
            matches = sorted(match for match in found_here if Path(match).is_file())
            if not matches:
                raise InputError(f"{given}: there is no such file or folder")
            found += matches
    return found


def format_of(path: str, reading: ReadOptions = PLAIN) -> InputFormat:
    """Return what a path is read as: by its suffix, else as one text."""
    if reading.format:
        return reading.format
    return READ_SUFFIXES.get(suffix_of(path), "text")  # type: ignore[return-value]


def _files(folder: Path, reading: ReadOptions) -> Iterator[str]:
    """Yield the files of a folder that can be read, hidden ones left out."""
    try:
        entries = list(os.scandir(folder))
    except OSError as reason:
        raise InputError(f"{folder}: cannot be read: {reason.strerror}") from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(folder / entry.name, reading)
            continue
        if (reading.format or suffix_of(entry.name) in READ_SUFFIXES) and _is_file(entry):
            yield str(folder / entry.name)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself
        return False


def _read(path: str, reading: ReadOptions, stdin: IO[bytes] | None) -> Iterator[Pending]:
    kind = format_of(path, reading)
    try:
        if kind == "text" and not reading.lines and _is_page(path):
            yield Page(path, os.stat(path).st_size)  # noqa: PTH116 - a Path takes longer
            return
        with open_input(path, stdin) as stream:
            if path == STDIN and not reading.format and _starts_with_brace(stream):
                kind = "jsonl"
            read = FORMATS[kind].read
            yield from read(path, stream, reading) if read else ()
    except _UNREADABLE as reason:
        yield _unread(path, reason)


def _is_page(path: str) -> bool:
    """Return whether a file is the same to any process, and as large as the text it holds."""
    return path != STDIN and not path.startswith(_OWN) and not path.lower().endswith(".gz")


def _page(path: str) -> Item:
    try:
        with open_input(path) as stream:
            return read_whole(path, stream)
    except _UNREADABLE as reason:
        return _unread(path, reason)


def _unread(path: str, reason: Exception) -> Item:
    text = getattr(reason, "strerror", None) or str(reason)
    return Item(path, path, error=f"{path}: cannot be read: {text}", place=path)


def _starts_with_brace(stream: IO[bytes]) -> bool:
    if stream is sys.stdin.buffer:
        return cast("BufferedReader", stream).peek(1)[:1] == b"{"
    first = stream.read(1)
    stream.seek(0)
    return first == b"{"


def open_input(path: str, stdin: IO[bytes] | None = None) -> AbstractContextManager[IO[bytes]]:
    """Return the bytes of a file, unpacked where it is gzipped, or of standard input."""
    if path == STDIN and stdin is not None:
        stdin.seek(0)
        return nullcontext(stdin)
    if path == STDIN:
        return nullcontext(sys.stdin.buffer)
    if path.lower().endswith(".gz"):
        import gzip  # noqa: PLC0415 - start-up time

        return cast("AbstractContextManager[IO[bytes]]", gzip.open(path, "rb"))
    return Path(path).open("rb", _BUFFER)
