"""Read an open file as what its first bytes say it is, decompressed and unpacked."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import IO, Any

from textclf.errors import InputError, no_room
from textclf.io.fields import TEXT_FIELDS
from textclf.io.formats import COMPRESSED_SUFFIXES, FORMATS, format_of_suffix, suffixes
from textclf.io.input_documents import (
    InputDocument,
    Pending,
    ReadOptions,
)

HEAD = 1 << 16
"""Bytes that a format is recognised by."""
DAMAGED = (OSError, EOFError, zlib.error, UnicodeDecodeError)
"""What reading a damaged stream raises."""
_TEXT_BYTES = bytes({*range(32, 127), *range(128, 256), *b"\t\n\r"})
PRESS_MARKS = (
    b" DOCUMENTS",
    b"End of Document",
    b"ull text:",
    b"ull Text:",
    b"\nDocument ",
    b"\nTD",
)
"""Texts of which each export of a press archive has one."""
_NAMES = tuple(name.encode() for name in (*TEXT_FIELDS, "title", "headline", "url", "date"))
_IN_MEMORY = 32_000_000
"""Bytes of an unpacked file that are kept in memory; more go to a temporary file."""


def format_of(path: str, reading: ReadOptions = ReadOptions()) -> str:
    """Return the format that a path is read as by its name: that of its suffix, else text.

    Raises InputError if `reading` names a format that there is not.
    """
    if not reading.format:
        return format_of_suffix(path) or "text"
    if reading.format not in FORMATS:
        raise InputError(f"there is no input format {reading.format!r}; use {', '.join(FORMATS)}")
    return reading.format


def plain_stream(path: str, stream: IO[bytes]) -> IO[bytes]:
    """Return a stream decompressed, and in UTF-8 if it is text of another Unicode encoding."""
    head = _head(stream)
    if _is_plain(head):
        return stream
    from textclf.io.compression import decompressed  # noqa: PLC0415 - start-up time
    from textclf.io.recognize import as_utf8, wide_encoding  # noqa: PLC0415 - start-up time

    if unpacked := decompressed(path, stream, head):
        stream, head = unpacked, _head(unpacked)
    if encoding := wide_encoding(head):
        stream = as_utf8(stream, encoding)
    return stream


def recognized_format(path: str, stream: IO[bytes], reading: ReadOptions) -> str:
    """Return the format of a plain stream; every zip archive is "zip".

    Raises InputError for what cannot be read, with the remedy.
    """
    named, head = format_of(path, reading), _head(stream)
    if named == "text" and not reading.text_field and not reading.columns and _is_plain(head):
        return named
    from textclf.io.recognize import recognize  # noqa: PLC0415 - start-up time

    given = reading.format is not None or (reading.lines and named == "text")
    fields = [name for name in (*reading.text_field.split(","), *reading.columns) if name]
    return recognize(head, path, named, given=given, fields=fields)


def read_stream(
    path: str, stream: IO[bytes], reading: ReadOptions, *, in_archive: bool = False
) -> Iterator[Pending]:
    """Yield the documents of an open file.

    Raises InputError for a file that cannot be read as what it is, and the errors of damaged
    compressed streams.
    """
    stream = plain_stream(path, stream)
    kind = recognized_format(path, stream, reading)
    with _seekable(stream) if FORMATS[kind].is_seekable else nullcontext(stream) as whole:
        if kind == "zip":
            from textclf.io.archive import zip_format  # noqa: PLC0415 - start-up time

            kind = zip_format(path, whole, format_of(path, reading))
            if kind == "zip" and in_archive:
                raise InputError(f"{path}: is an archive in an archive; unpack it first")
        yield from FORMATS[kind].read(path, whole, reading)


def unread(path: str, reason: Exception) -> InputDocument:
    """Return the document of a file that cannot be read."""
    if isinstance(reason, InputError):
        text = str(reason)
    else:
        text = f"{path}: cannot be read: {getattr(reason, 'strerror', None) or reason}"
    return InputDocument(path, path, error=" ".join(text.split()), place=path)


def readable_suffixes() -> tuple[str, ...]:
    """Return the suffixes of the files that are read in a folder or an archive."""
    return tuple(suffix + packed for suffix in suffixes() for packed in ("", *COMPRESSED_SUFFIXES))


def _is_plain(head: bytes) -> bool:
    """Return whether a file is an article in plain text for certain, as most are."""
    if not head[:1].isalnum() or head.translate(None, _TEXT_BYTES):
        return False
    line = head[: head.find(b"\n")].lower()
    return not (
        (any(name in line for name in _NAMES) and any(one in line for one in b"\t,;|"))
        or any(mark in head for mark in PRESS_MARKS)
        or head.startswith((b"sep=", b"PAR1", b"BZh"))
    )


def _head(stream: Any) -> bytes:  # noqa: ANN401 - of IO[bytes], not all have `peek`
    """Return the first bytes of a stream, which stays where it is."""
    if hasattr(stream, "peek"):
        return bytes(stream.peek(HEAD)[:HEAD])
    head = bytes(stream.read(HEAD))
    stream.seek(0)
    return head


@contextmanager
def _seekable(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """Give the stream, or a copy of it if one cannot jump in it."""
    if stream.seekable():
        yield stream
        return
    import tempfile  # noqa: PLC0415 - start-up time

    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        while data := stream.read(HEAD):
            try:
                copy.write(data)
            except OSError as reason:
                raise no_room(reason) from None
        copy.seek(0)
        yield copy
