"""Decode bytes to text by their byte order mark, else as UTF-8; a byte that is not is cp1252."""

import codecs
from collections.abc import Iterable, Iterator
from io import BufferedReader
from itertools import chain
from typing import IO

from textclf.errors import InputError
from textclf.io.limits import MAX_TEXT, bounded_lines, line_too_long, longest_line

_LONGEST = longest_line(MAX_TEXT)

_ASCII = bytes(range(128))
_SPACE = b" \t\r\n\x0b\x0c"
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WIDE = tuple(mark for mark, _ in _MARKS)
_UTF8_MARK = b"\xef\xbb\xbf"
_CHUNK = 1 << 16
"""Bytes that are read at a time."""
_FEWEST_FOREIGN = 4
_NULS = 10
"""A text has at most one NUL in so many bytes."""
NOT_UTF8 = "not UTF-8: read as cp1252"
_NUL_WARNING = "NUL bytes are left out"
_CP1252 = "textclf.cp1252"


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - tells mypy; only decode uses this
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_CP1252, _as_cp1252)


def decode(data: bytes) -> tuple[str, str]:
    r"""Return the text of bytes, and a warning if their encoding was guessed.

    Only the bytes that are not UTF-8 are read as cp1252. Raises InputError for bytes that are
    not text.

    >>> decode(b"caf\xe9 \xe2\x80\x94 bar")
    ('café — bar', 'not UTF-8: read as cp1252')
    """
    if data.isascii() and b"\x00" not in data:
        return data.decode("ascii"), ""
    if encoding := _wide_encoding(data):
        try:
            return data.decode(encoding), ""
        except UnicodeDecodeError:
            raise InputError(
                f"its byte order mark says {encoding}, but its bytes are not valid {encoding}"
            ) from None
    data = data.removeprefix(_UTF8_MARK)
    warnings = []
    if nuls := data.count(b"\x00"):
        if nuls * _NULS > len(data):
            raise InputError("holds NUL bytes: a binary file, or UTF-16 without a byte order mark")
        data = data.replace(b"\x00", b"")
        warnings.append(_NUL_WARNING)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if _is_foreign(data):
            raise InputError(
                "is neither UTF-8 nor cp1252 (Western European); save it as UTF-8"
            ) from None
        text = data.decode("utf-8", _CP1252)
        warnings.append(NOT_UTF8)
    return text, "; ".join(warnings)


def _wide_encoding(data: bytes) -> str:
    """Return UTF-16 or UTF-32 where the byte order mark says so, else an empty string."""
    if not data.startswith(_WIDE):  # a table has many lines
        return ""
    return next(name for mark, name in _MARKS if data.startswith(mark))


def has_mark(data: bytes) -> bool:
    """Return whether data begins with a byte order mark."""
    return data.startswith((_UTF8_MARK, *_WIDE))


def _is_foreign(data: bytes) -> bool:
    """Return whether most of the characters are in an 8-bit encoding that is not Western."""
    wrong = len(data) - len(data.decode("utf-8", "ignore").encode())
    return wrong >= _FEWEST_FOREIGN and 2 * wrong > len(data.translate(None, _SPACE))


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
        return "", f"{place}: {line_too_long(most)}", ()
    try:
        line, warning = decode(raw)
    except InputError as reason:
        return "", f"{place}: {reason}", ()
    return line, "", (f"{place}: {warning}",) if warning else ()


def is_wide(stream: IO[bytes]) -> bool:
    """Return whether a stream is in UTF-16 or UTF-32 by its mark; nothing of it is taken."""
    return isinstance(stream, BufferedReader) and bool(_wide_encoding(stream.peek(4)[:4]))


def raw_lines(stream: IO[bytes], most: int = _LONGEST) -> Iterator[bytes]:
    """Yield the undecoded lines of a stream; UTF-16 and UTF-32 are converted to UTF-8.

    Raises UnicodeDecodeError where a stream in UTF-16 or UTF-32 is not valid.
    """
    lines = bounded_lines(stream, most)
    first = next(lines, b"")
    if encoding := _wide_encoding(first):
        yield from _split(_as_utf8(chain([first], _chunks(stream)), encoding), most)
        return
    if first:
        yield first
    yield from lines


def table_lines(stream: IO[bytes], most: int) -> tuple[bool, Iterator[bytes]]:
    r"""Return whether a table has a byte order mark, and its undecoded lines.

    A line ends in `\n`, `\r\n` or `\r`; one of more than `most` bytes is cut short after them, so
    that its length still tells that it is too long. UTF-16 and UTF-32 are converted to UTF-8;
    going on raises UnicodeDecodeError where a stream in these is not valid.
    """
    chunks = _chunks(stream)
    first = next(chunks, b"")
    whole = chain([first], chunks)
    encoding = _wide_encoding(first)
    return has_mark(first), _split(_as_utf8(whole, encoding) if encoding else whole, most)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    read = getattr(stream, "read1", stream.read)  # a pipe gives what there is
    while chunk := read(_CHUNK):
        yield chunk


def _as_utf8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _split(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Yield lines with their ends, which chunks may share; the rest of a long line is dropped."""
    begun: list[bytes] = []
    size = 0
    for chunk in chunks:
        if begun and b"\n" not in chunk and b"\r" not in chunk and begun[-1][-1:] != b"\r":
            if size <= most:
                begun.append(chunk)
                size += len(chunk)
            continue
        *lines, last = b"".join([*begun, chunk]).splitlines(keepends=True) or [b""]
        yield from lines
        begun, size = [last], len(last)
    if last := b"".join(begun):
        yield last
