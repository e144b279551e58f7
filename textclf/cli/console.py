"""Progress, messages and output of all commands."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from textclf.text.control_characters import with_signs

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
    """Shows on standard error how many things were done, how fast, and how long the rest takes.

    The line is wiped in the end. Nothing is shown if standard error is no terminal, or if results
    go to the same terminal.
    """

    def __init__(self, what: str, *, beside_output: bool) -> None:
        self._what = what
        self._drawn = sys.stderr.isatty() and not (beside_output and sys.stdout.isatty())
        self._started = time.monotonic()
        self._first: tuple[float, float] | None = None
        """When a share was first known, and what it was."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()

    def draw(self, number: int, share: float | None = None) -> None:
        """Show the number of things done so far; `share` is the share of the work, if known."""
        if self._drawn:
            rate = number / max(time.monotonic() - self._started, 1e-3)
            left = self._left(share) if share else ""
            sys.stderr.write(f"\r\x1b[K{number:,} {self._what}, {rate:,.0f} a second{left}")
            sys.stderr.flush()

    def _left(self, share: float) -> str:
        """Return the share that is done, and the time that the rest takes at the same speed."""
        now = time.monotonic()
        since, before = self._first = self._first or (now, share)
        if share <= before:
            return f", {share:.0%}"
        seconds = round((now - since) * (1 - share) / (share - before))
        return f", {share:.0%}, {seconds // 60}:{seconds % 60:02} left"

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
    line = with_signs(message).encode("utf-8", "backslashreplace").decode("utf-8")
    sys.stderr.write(f"textclf: {line}\n")


def say(text: str) -> None:
    """Print text of several lines to standard error."""
    sys.stderr.buffer.write(f"{with_signs(text)}\n".encode("utf-8", "backslashreplace"))
    sys.stderr.flush()


def print_text(text: str, output: Path | None = None) -> None:
    """Write text to a file or to standard output, always as UTF-8."""
    from textclf.io.output_file import open_output  # noqa: PLC0415 - start-up time

    if output is None and sys.stdout.isatty():
        text = with_signs(text)
    with open_output(output, sys.stdout.buffer) as stream:
        stream.write(f"{text.rstrip()}\n".encode("utf-8", "backslashreplace"))
