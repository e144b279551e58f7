"""Progress, messages and output of all commands."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

_WIDTH = 24


def progress(what: str, done: int, steps: int) -> None:
    """Draw a progress bar for a job of known length, if standard error is a terminal."""
    if sys.stderr.isatty():
        filled = _WIDTH * done // max(steps, 1)
        bar = "#" * filled + "." * (_WIDTH - filled)
        end = "\r\x1b[K" if done >= steps else ""
        sys.stderr.write(f"\r\x1b[K[{bar}] {what}{end}")
        sys.stderr.flush()


class Progress:
    """Shows on standard error how many things are done and how fast, and wipes it at the end.

    Nothing is shown if standard error is not a terminal, or if results go to the same terminal.
    """

    def __init__(self, what: str, *, beside_output: bool) -> None:
        self._what = what
        self._drawn = sys.stderr.isatty() and not (beside_output and sys.stdout.isatty())
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()

    def draw(self, number: int) -> None:
        """Show the number of things done so far."""
        if self._drawn:
            rate = number / max(time.monotonic() - self._started, 1e-3)
            sys.stderr.write(f"\r\x1b[K{number:,} {self._what}, {rate:,.0f} a second")
            sys.stderr.flush()

    def interrupted_by(self, tell: Callable[[str], None]) -> Callable[[str], None]:
        """Return a function that prints a message on a line of its own."""

        def print_alone(message: str) -> None:
            self._wipe()
            tell(message)

        return print_alone

    def _wipe(self) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def tell(message: str) -> None:
    """Print a line to standard error."""
    sys.stderr.write(f"textclf: {message}\n".encode("utf-8", "backslashreplace").decode("utf-8"))


def say(text: str) -> None:
    """Print text of several lines to standard error."""
    sys.stderr.buffer.write(f"{text}\n".encode("utf-8", "backslashreplace"))
    sys.stderr.flush()


def print_text(text: str, output: Path | None = None) -> None:
    """Write text to a file or to standard output, always as UTF-8."""
    from textclf.io.output_file import open_output  # noqa: PLC0415 - start-up time

    with open_output(output, sys.stdout.buffer) as stream:
        stream.write(f"{text.rstrip()}\n".encode("utf-8", "backslashreplace"))
