"""What the commands share of a terminal: progress, warnings and where output goes."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_WIDTH = 24


def progress(what: str, done: int, steps: int) -> None:
    """Draw how far a job of known length is, where standard error is a terminal."""
    if sys.stderr.isatty():
        filled = _WIDTH * done // max(steps, 1)
        bar = "#" * filled + "." * (_WIDTH - filled)
        end = "\r\x1b[K" if done >= steps else ""
        sys.stderr.write(f"\r\x1b[K[{bar}] {what}{end}")
        sys.stderr.flush()


def counted(parts: Iterable[T], size: Callable[[T], int], what: str) -> Iterator[T]:
    """Yield the parts, drawing how much went by, where standard error is a terminal."""
    drawn = sys.stderr.isatty()
    number = 0
    for part in parts:
        number += size(part)
        if drawn:
            sys.stderr.write(f"\r\x1b[K{number} {what}")
            sys.stderr.flush()
        yield part
    if drawn:
        sys.stderr.write("\r\x1b[K")


def tell(message: str) -> None:
    """Print a line to standard error."""
    sys.stderr.write(f"textclf: {message}\n".encode("utf-8", "backslashreplace").decode("utf-8"))


def say(text: str) -> None:
    """Print text of several lines to standard error."""
    sys.stderr.buffer.write(f"{text}\n".encode("utf-8", "backslashreplace"))
    sys.stderr.flush()


def print_text(text: str, output: Path | None = None) -> None:
    """Write text to a file or to standard output, as UTF-8 whatever the terminal."""
    from textclf.io.output import opened  # noqa: PLC0415 - start-up time

    with opened(output, sys.stdout.buffer) as stream:
        stream.write(f"{text.rstrip()}\n".encode("utf-8", "backslashreplace"))
