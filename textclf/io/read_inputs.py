"""Read the documents of inputs: files, folders, globs and standard input, also compressed.

A document that cannot be read is yielded with an error, so that no input is lost.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO

from textclf.errors import InputError, no_room
from textclf.io.find_inputs import STDIN, InputPath, expand, find_inputs, standard_input
from textclf.io.formats import COMPRESSED_SUFFIXES, FORMATS
from textclf.io.input_documents import (
    PLAIN,
    DeferredFile,
    DeferredLines,
    DeferredRows,
    InputDocument,
    Pending,
    ReadOptions,
)
from textclf.io.jsonl import documents_of_lines
from textclf.io.read_stream import (
    DAMAGED,
    format_of,
    plain_stream,
    read_stream,
    recognized_format,
    unread,
)
from textclf.io.reopening import PROCESS_FOLDERS

__all__ = [
    "STDIN",
    "BytesRead",
    "bytes_of",
    "expand",
    "format_of",
    "gather",
    "holds_one_article",
    "items_of",
    "open_input",
    "read_article",
    "read_items",
    "seekable_stdin",
]

_BUFFER = 1 << 16
"""Bytes that are read at a time."""
_STDIN_IN_MEMORY = 32_000_000
"""Bytes of standard input that are kept in memory; more go to a temporary file."""
_NOTHING = InputDocument(STDIN, STDIN, place=STDIN)
"""What is read of standard input without a byte, if it is one text."""
_DEFERRED = 1_000_000
"""Bytes up to which a file is deferred without a look at what it holds."""


def read_items(
    inputs: Sequence[str], reading: ReadOptions = PLAIN, stdin: IO[bytes] | None = None
) -> Iterator[InputDocument]:
    """Yield the documents of all inputs in order, each read when it is asked for.

    Raises InputError for an input that does not exist, and if the first input cannot be read as
    what the user has named, such as a table without the named column.
    """
    return items_of(gather(find_inputs(inputs, reading).paths, reading, stdin), reading)


class BytesRead:
    """Counts the bytes of the inputs that `gather` has read so far."""

    def __init__(self) -> None:
        self._finished = 0
        self._stream: IO[bytes] | None = None

    def __int__(self) -> int:
        if self._stream is None or self._stream.closed:
            return self._finished
        return self._finished + int(self._stream.tell())

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
        if path == STDIN or FORMATS[format_of(path, reading)].is_seekable:
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
    """Yield the items of files that `find_inputs` found, some of them still to be read.

    These are files of one article, and lines of JSON and row groups once their file has begun
    well: any process can read them later, with `items_of`. `stdin` stands for standard input, from
    its beginning. `count` counts what is read. Raises what `read_items` raises.
    """
    for number, path in enumerate(paths):
        file = path if isinstance(path, InputPath) else InputPath(path)
        yield from _read(file, reading, stdin, count, is_first=number == 0)
        if count:
            count.finish(path)


def items_of(
    gathered: Iterable[Pending], reading: ReadOptions = PLAIN, folder: str = ""
) -> Iterator[InputDocument]:
    """Yield the documents of gathered inputs; a blank line yields none.

    `folder` is the folder that paths start from; empty for the present one. Raises InputError for
    a part of a file that changed after it was gathered.
    """
    for one in gathered:
        if isinstance(one, InputDocument):
            yield one
        elif isinstance(one, DeferredFile):
            yield from _documents_of_file(one.path, reading, folder)
        elif isinstance(one, DeferredLines) and one.raw is not None:
            yield from documents_of_lines(one, one.raw, reading)
        else:
            yield from _documents_of_part(one, reading, folder)


def _documents_of_part(
    part: DeferredLines | DeferredRows, reading: ReadOptions, folder: str
) -> Iterator[InputDocument]:
    try:
        with Path(folder, part.path).open("rb") as stream:
            if isinstance(part, DeferredLines):
                stream.seek(part.offset or 0)
                yield from documents_of_lines(part, stream.read(part.size), reading)
            else:
                from textclf.io.parquet import documents_of_rows  # noqa: PLC0415 - start-up time

                yield from documents_of_rows(part, stream, reading)
    except OSError as reason:
        raise InputError(f"{part.place}: cannot be read any more: {reason.strerror}") from None


def read_article(path: str) -> InputDocument:
    """Return the article of a file; raises InputError if it holds a table, or several articles."""
    items = [] if FORMATS[format_of(path)].is_table else list(islice(read_items([path]), 2))
    if len(items) != 1 or items[0].row is not None:
        raise InputError(
            f"{path}: is a table, and explain shows one article; choose one with --id or --row"
        )
    return items[0]


def holds_one_article(path: str, reading: ReadOptions = PLAIN) -> bool:
    """Return whether a file, by its name and its first bytes, holds one article."""
    if path == STDIN or reading.lines or not FORMATS[format_of(path, reading)].is_article:
        return False
    try:
        with open_input(path) as stream:
            return FORMATS[recognized_format(path, stream, reading)].is_article
    except (*DAMAGED, InputError):
        return True


def _read(
    path: InputPath,
    reading: ReadOptions,
    stdin: IO[bytes] | None,
    count: BytesRead | None,
    *,
    is_first: bool,
) -> Iterator[Pending]:
    if path.error:
        yield InputDocument(path, path, error=path.error, place=path)
        return
    nothing = True
    try:
        if _can_be_deferred(path, reading):
            size = os.stat(path).st_size  # noqa: PTH116 - a Path takes longer
            if size <= _DEFERRED or holds_one_article(path, reading):
                yield DeferredFile(path, size)
                return
        with _opened(path, stdin) as stream:
            if count and path != STDIN:
                count.begin(stream)
            found = read_stream(path, stream, reading)
            for one in _with_text(found) if path == STDIN and not reading.lines else found:
                yield one
                nothing = nothing and isinstance(one, InputDocument) and bool(one.error)
    except DAMAGED as reason:
        yield unread(path, reason)
    except InputError as reason:
        # A mistake in the command is reported before a run begins; one bad file among others never
        # ends a run.
        if is_first and path.is_named and nothing:
            raise
        yield unread(path, reason)


def _with_text(found: Iterator[Pending]) -> Iterator[Pending]:
    """Yield what is read of standard input; raises InputError if that is no byte of a text."""
    for one in found:
        if one == _NOTHING:
            raise InputError("standard input is empty; pipe a text into textclf, or name files")
        yield one


def _can_be_deferred(path: str, reading: ReadOptions) -> bool:
    """Return whether a file is the same for each process, and its size is that of its article."""
    return (
        FORMATS[format_of(path, reading)].is_article
        and not reading.lines
        and path != STDIN
        and not path.startswith(PROCESS_FOLDERS)
        and not path.lower().endswith(COMPRESSED_SUFFIXES)
    )


def _documents_of_file(path: str, reading: ReadOptions, folder: str) -> Iterator[InputDocument]:
    try:
        with _opened(os.path.join(folder, path)) as stream:  # noqa: PTH118 - a Path takes longer
            yield from items_of(read_stream(path, stream, reading), reading, folder)
    except (*DAMAGED, InputError) as reason:
        yield unread(path, reason)


def _opened(path: str, stdin: IO[bytes] | None = None) -> AbstractContextManager[IO[bytes]]:
    """Open a file, or standard input."""
    if path == STDIN and stdin is not None:
        stdin.seek(0)
        return nullcontext(stdin)
    if path == STDIN:
        return nullcontext(standard_input())
    return Path(path).open("rb", _BUFFER)


@contextmanager
def open_input(path: str, stdin: IO[bytes] | None = None) -> Iterator[IO[bytes]]:
    """Open a file, or standard input, decompressed if it is compressed."""
    with _opened(path, stdin) as stream:
        yield plain_stream(path, stream)


@contextmanager
def seekable_stdin() -> Iterator[IO[bytes]]:
    """Give a seekable copy of standard input, which can be read several times."""
    first = standard_input().read(_STDIN_IN_MEMORY)
    if len(first) < _STDIN_IN_MEMORY:
        yield BytesIO(first)
        return
    import shutil  # noqa: PLC0415 - start-up time
    import tempfile  # noqa: PLC0415 - start-up time

    try:
        with tempfile.TemporaryFile() as file:
            file.write(first)
            shutil.copyfileobj(standard_input(), file)
            yield file
    except OSError as reason:
        raise no_room(reason) from None
