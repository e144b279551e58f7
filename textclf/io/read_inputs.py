"""Read the documents of inputs: files, folders, globs and standard input, also gzipped.

A document that cannot be read is yielded with an error, so that no input is lost.
"""

import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import IO, cast

from textclf.errors import InputError, no_room
from textclf.io.formats import FORMATS, READ_SUFFIXES, suffix_of
from textclf.io.input_documents import (
    PLAIN,
    DeferredFile,
    DeferredLine,
    InputDocument,
    InputFormat,
    Pending,
    ReadOptions,
)
from textclf.io.jsonl import document_of_line
from textclf.io.plain_text import read_whole

STDIN = "-"
_BUFFER = 1 << 16
"""Bytes that are read at a time."""
_STDIN_IN_MEMORY = 32_000_000
"""Bytes of standard input that are kept in memory; more go to a temporary file."""
_PROCESS_FOLDERS = ("/dev/", "/proc/")
"""Folders in which a name may be a different file for each process."""
_OUT_OF_ORDER = ("xlsx", "parquet")
"""Formats whose files are not read from beginning to end."""
_UNREADABLE = (OSError, EOFError, zlib.error, UnicodeDecodeError)


def read_items(
    inputs: Iterable[str], reading: ReadOptions = PLAIN, stdin: IO[bytes] | None = None
) -> Iterator[InputDocument]:
    """Yield the documents of all inputs in order, each read when it is asked for.

    Raises InputError for an input that does not exist, or a table without the named column.
    """
    return items_of(gather(expand(inputs, reading), reading, stdin), reading)


class BytesRead:
    """Counts the bytes of the inputs that `gather` has read so far."""

    def __init__(self) -> None:
        self._finished = 0
        self._stream: IO[bytes] | None = None

    def __int__(self) -> int:
        if self._stream is None or self._stream.closed:
            return self._finished
        raw = getattr(self._stream, "fileobj", self._stream)  # of a gzipped file: as packed
        return self._finished + int(raw.tell())

    def begin(self, stream: IO[bytes]) -> None:
        """Count the bytes of a file, or of standard input, as they are read."""
        self._stream = stream

    def finish(self, path: str) -> None:
        """Count all of a file."""
        self._stream = None
        with suppress(OSError):
            self._finished += os.stat(path).st_size  # noqa: PTH116 - a Path takes longer


def bytes_of(paths: Iterable[str], reading: ReadOptions = PLAIN) -> int | None:
    """Return the size of all files; None if one is read out of order, or is standard input."""
    total = 0
    for path in paths:
        if path == STDIN or format_of(path, reading) in _OUT_OF_ORDER:
            return None
        with suppress(OSError):
            total += os.stat(path).st_size  # noqa: PTH116 - a Path takes longer
    return total


def gather(
    paths: Iterable[str],
    reading: ReadOptions = PLAIN,
    stdin: IO[bytes] | None = None,
    count: BytesRead | None = None,
) -> Iterator[Pending]:
    """Yield the items of files that `expand` found, some of them still to be read.

    These are files of one text, and lines of JSON once their file has begun well: any process can
    read them later, with `items_of`. `stdin` stands for standard input, from its beginning.
    `count` counts what is read. Raises what `read_items` raises; `items_of` raises nothing.
    """
    for path in paths:
        yield from _read(path, reading, stdin, count)
        if count:
            count.finish(path)


def items_of(gathered: Iterable[Pending], reading: ReadOptions = PLAIN) -> Iterator[InputDocument]:
    """Yield the documents of gathered inputs; a blank line yields none."""
    for one in gathered:
        if isinstance(one, DeferredFile):
            yield _document_of_file(one.path, reading)
        elif document := document_of_line(one, reading) if isinstance(one, DeferredLine) else one:
            yield document


def expand(inputs: Iterable[str], reading: ReadOptions = PLAIN) -> list[str]:
    """Return the files of inputs; those of a folder or glob are sorted.

    Raises InputError for an input that does not exist, or a folder without a readable file.
    """
    paths: list[str] = []
    for given in inputs:
        path = Path(given)
        if given == STDIN or path.is_file():
            paths.append(given)
        elif path.is_dir():
            files = sorted(_files(path, reading))
            if not files:
                raise InputError(
                    f"{given}: the folder holds no file to read; "
                    f"textclf reads {', '.join(READ_SUFFIXES)}, each also with .gz"
                )
            paths += files
        else:
            from glob import glob  # noqa: PLC0415 - start-up time

            names = glob(given, recursive=True)  # noqa: PTH207 - as the user wrote it
            matches = sorted(name for name in names if Path(name).is_file())
            if not matches:
                raise InputError(f"{given}: there is no such file or folder")
            paths += matches
    return paths


def format_of(path: str, reading: ReadOptions = PLAIN) -> InputFormat:
    """Return the format that a path is read as: that of its suffix, else text."""
    if reading.format:
        return reading.format
    return READ_SUFFIXES.get(suffix_of(path), "text")  # type: ignore[return-value]


def _files(folder: Path, reading: ReadOptions) -> Iterator[str]:
    """Yield the readable files of a folder and its subfolders, without hidden ones."""
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


def _read(
    path: str, reading: ReadOptions, stdin: IO[bytes] | None, count: BytesRead | None
) -> Iterator[Pending]:
    kind = format_of(path, reading)
    try:
        if kind == "text" and not reading.lines and _can_be_deferred(path):
            yield DeferredFile(path, os.stat(path).st_size)  # noqa: PTH116 - a Path takes longer
            return
        with open_input(path, stdin) as stream:
            if count and path != STDIN:
                count.begin(stream)
            if path == STDIN and not reading.format and _starts_with_brace(stream):
                kind = "jsonl"
            read = FORMATS[kind].read
            yield from read(path, stream, reading) if read else ()
    except _UNREADABLE as reason:
        yield _unread(path, reason)


def _can_be_deferred(path: str) -> bool:
    """Return whether a file is the same for each process, and its size is that of its text."""
    return (
        path != STDIN and not path.startswith(_PROCESS_FOLDERS) and not path.lower().endswith(".gz")
    )


def _document_of_file(path: str, reading: ReadOptions) -> InputDocument:
    try:
        with open_input(path) as stream:
            return read_whole(path, stream, reading)
    except _UNREADABLE as reason:
        return _unread(path, reason)


def _unread(path: str, reason: Exception) -> InputDocument:
    text = getattr(reason, "strerror", None) or str(reason)
    return InputDocument(path, path, error=f"{path}: cannot be read: {text}", place=path)


def _starts_with_brace(stream: IO[bytes]) -> bool:
    if stream is sys.stdin.buffer:
        return cast("BufferedReader", stream).peek(1)[:1] == b"{"
    first = stream.read(1)
    stream.seek(0)
    return first == b"{"


def open_input(path: str, stdin: IO[bytes] | None = None) -> AbstractContextManager[IO[bytes]]:
    """Open a file, decompressed if it is gzipped, or standard input."""
    if path == STDIN and stdin is not None:
        stdin.seek(0)
        return nullcontext(stdin)
    if path == STDIN:
        return nullcontext(sys.stdin.buffer)
    if path.lower().endswith(".gz"):
        import gzip  # noqa: PLC0415 - start-up time

        return cast("AbstractContextManager[IO[bytes]]", gzip.open(path, "rb"))
    return Path(path).open("rb", _BUFFER)


@contextmanager
def seekable_stdin() -> Iterator[IO[bytes]]:
    """Give a seekable copy of standard input, which can be read several times."""
    first = sys.stdin.buffer.read(_STDIN_IN_MEMORY)
    if len(first) < _STDIN_IN_MEMORY:
        yield BytesIO(first)
        return
    import shutil  # noqa: PLC0415 - start-up time
    import tempfile  # noqa: PLC0415 - start-up time

    try:
        with tempfile.TemporaryFile() as file:
            file.write(first)
            shutil.copyfileobj(sys.stdin.buffer, file)
            yield file
    except OSError as reason:
        raise no_room(reason) from None
