"""Decode bytes to text by their byte order mark, else as UTF-8, else as cp1252."""

from collections.abc import Iterator
from typing import IO

from textclf.errors import InputError
from textclf.io.limits import MAX_TEXT, bounded_lines, line_too_long, longest_line

_LONGEST = longest_line(MAX_TEXT)


def decode(data: bytes) -> tuple[str, str]:
    r"""Return the text of bytes, and a warning if their encoding was guessed.

    Tries the byte order mark, then strict UTF-8, then cp1252. Raises InputError for bytes that
    are not text.

    >>> decode(b"caf\xe9")
    ('café', 'not UTF-8: read as cp1252')
    """
    if data.isascii() and b"\x00" not in data:
        return data.decode("ascii"), ""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(encoding), ""
            except UnicodeDecodeError:
                raise InputError(
                    f"its byte order mark says {encoding}, but its bytes are not valid {encoding}"
                ) from None
    if b"\x00" in data:
        raise InputError("holds NUL bytes: a binary file, or UTF-16 without a byte order mark")
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "not UTF-8: read as cp1252"


def decode_lines(
    path: str, stream: IO[bytes], most: int = _LONGEST
) -> Iterator[tuple[int, str, str, tuple[str, ...]]]:
    """Yield number, text, error and warnings of each line.

    A line of more than `most` bytes is an error.
    """
    for number, raw in enumerate(raw_lines(stream, most), start=1):
        yield number, *decode_line(f"{path}:{number}", raw, most)


def decode_line(place: str, raw: bytes, most: int = _LONGEST) -> tuple[str, str, tuple[str, ...]]:
    """Return text, error and warnings of a line."""
    if len(raw) > most:
        return "", line_too_long(place, most), ()
    try:
        line, warning = decode(raw)
    except InputError as reason:
        return "", f"{place}: {reason}", ()
    return line, "", (f"{place}: {warning}",) if warning else ()


def raw_lines(stream: IO[bytes], most: int = _LONGEST) -> Iterator[bytes]:
    """Yield the undecoded lines of a stream; a UTF-16 stream is converted to UTF-8.

    A stream with a UTF-16 mark that is not valid UTF-16 is yielded in one piece, so that
    decoding it raises the error.
    """
    lines = bounded_lines(stream, most)
    first = next(lines, b"")
    if first[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        whole = first + stream.read()
        try:
            text, _ = decode(whole)
        except InputError:
            yield whole
            return
        yield from text.encode("utf-8", "replace").splitlines(keepends=True)
        return
    if first:
        yield first
    yield from lines
