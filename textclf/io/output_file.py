"""Open the output: a file that appears only when it is complete, or standard output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from textclf.errors import InputError

_BUFFER = 1 << 20
"""Bytes that are written at a time."""


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
    device = path.exists() and not path.is_file()
    beside = path if device else path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb", buffering=_BUFFER) as raw:
            if path.suffix.lower() == ".gz":
                import gzip  # noqa: PLC0415 - start-up time

                with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as stream:
                    yield stream  # type: ignore[misc]
            else:
                yield raw
        if not device:
            beside.replace(path)
    except OSError as reason:
        raise InputError(f"{path}: cannot be written: {reason.strerror}") from None
    finally:
        if not device:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
