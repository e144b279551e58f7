"""How much of an input is read at once: the limits of a text, a line and a cell.

What exceeds a limit is a document with an error. It is not kept in memory, so that one line of a
gigabyte, or a small gzip file that unpacks to one, takes no more memory than an article.
"""

from collections.abc import Iterator
from typing import IO

MAX_TEXT = 1_000_000
"""Characters that a text, a cell or a line of text has at most, if nothing else is said.

The longest articles have some 100,000, and most novels have less than a million. A text of this
length is classified in a second.
"""
_LEAST_LINE, _BYTES = 16_000_000, 8
"""Bytes of a line of a table or of JSON: a line holds other fields too, and escapes."""
_WIDEST = 4
"""Bytes of a character, at most."""
_SKIPPED = 1 << 16


def longest_line(max_text: int) -> int:
    """Return how many bytes a line of a table or of JSON may have.

    >>> longest_line(1_000_000)
    16000000
    """
    return max(_LEAST_LINE, _BYTES * max_text)


def bounded_lines(stream: IO[bytes], most: int) -> Iterator[bytes]:
    """Yield the lines of a stream; one of more than `most` bytes is cut after `most` + 1.

    So its length still tells that it is too long. The rest of it is skipped.
    """
    while line := stream.readline(most + 1):
        yield line
        if len(line) > most and not line.endswith(b"\n"):
            while (rest := stream.readline(_SKIPPED)) and not rest.endswith(b"\n"):
                pass


def read_bounded(stream: IO[bytes], max_text: int) -> bytes | None:
    """Return all bytes of a stream; None if they are more than a text may have."""
    most = _WIDEST * (max_text + 1)
    data = stream.read(most + 1)
    return data if len(data) <= most else None


def too_long(place: str, max_text: int) -> str:
    """Return the error of a text that is too long."""
    return (
        f"{place}: has more than {max_text:,} characters; split it, "
        "or read longer texts with --max-text"
    )


def line_too_long(most: int) -> str:
    """Return the error of a line that is too long, without its place."""
    return (
        f"has more than {most:,} bytes in one line; split it, or read longer texts with --max-text"
    )
