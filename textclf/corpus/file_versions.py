"""Keeps one writer of a corpus file from undoing what another has written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from textclf.errors import CorpusError

_Version = tuple[int, int, int]
"""Inode, size and time of a file."""

_known: dict[str, _Version | None] = {}
"""Each file that this process has read or written, as it was then."""


def note_version(path: Path | str) -> None:
    """Note that this process knows the present content of a file."""
    _known[os.path.realpath(path)] = _version(path)


@contextmanager
def unchanged_file(path: Path) -> Iterator[None]:
    """Let one process at a time write a file.

    Raises CorpusError if the file is not as this process last read or wrote it.
    """
    with _locked(Path(os.path.realpath(path)).parent):
        here = os.path.realpath(path)
        if here in _known and _known[here] != _version(path):
            raise CorpusError(
                f"{path}: another program has changed it since it was read; "
                "read it again, and add your records to that"
            )
        yield
        note_version(path)


def _version(path: Path | str) -> _Version | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - also a string
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a folder, where the system can; it leaves no file behind."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system

        lock = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
