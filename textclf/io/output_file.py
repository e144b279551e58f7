"""Open the output: a file that appears only when it is complete, or standard output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from textclf._atomic_file import open_atomic
from textclf.errors import InputError


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8 to a file, which is there whole or not at all."""
    with open_output(path, sys.stdout.buffer) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))


@contextmanager
def open_output(path: Path | None, stdout: IO[bytes]) -> Iterator[IO[bytes]]:
    """Open a file that appears only when all is written; without a path, standard output.

    A path that exists and is not a file, such as a pipe or /dev/null, is written to directly.
    Raises InputError if the output cannot be written.
    """
    if path is None:
        try:
            yield stdout
            stdout.flush()
        except BrokenPipeError:  # the reader has enough
            raise
        except OSError as reason:
            raise InputError(f"standard output cannot be written: {reason.strerror}") from None
        return
    try:
        with open_atomic(path) as raw, compressed(raw, path) as stream:
            yield stream
    except BrokenPipeError:  # the same, for a named pipe
        raise
    except OSError as reason:
        raise unwritable(path, reason) from None


@contextmanager
def compressed(raw: IO[bytes], path: Path) -> Iterator[IO[bytes]]:
    """Give a stream that gzips into the open file if its path ends in `.gz`, else the file."""
    if path.suffix.lower() != ".gz":
        yield raw
        return
    import gzip  # noqa: PLC0415 - start-up time

    with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as stream:
        yield stream  # type: ignore[misc]


def unwritable(path: Path, reason: OSError) -> InputError:
    """Return the error of an output that cannot be written."""
    return InputError(f"{path}: cannot be written: {reason.strerror or reason}")
