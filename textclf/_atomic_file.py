"""Write a file whole or not at all; all output files of textclf are written here."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_BUFFER = 1 << 20
"""Bytes that are written at a time."""
_DESCRIPTORS = ("/dev/fd/", "/dev/stdout", "/dev/stderr", "/proc/")
"""Names of open files: the file behind them is written to and not replaced."""
_NAME_KEPT = 40
"""Characters of the target's name in that of its temporary file: a name has room for them."""
ENDING_SIGNALS = (
    "SIGINT",
    "SIGTERM",
    "SIGHUP",
    "SIGQUIT",
    "SIGALRM",
    "SIGUSR1",
    "SIGUSR2",
    "SIGXCPU",
    "SIGVTALRM",
    "SIGPROF",
    "SIGPWR",
)
"""Signals that end a process which does not catch them, and that ask it to end."""


def regular_target(path: Path) -> Path | None:
    """Return the file to replace, behind all links; None for a device, a pipe or a descriptor.

    Raises OSError for a folder, or for links in a circle.
    """
    if str(path.absolute()).startswith(_DESCRIPTORS):
        return None
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return Path(os.path.realpath(path))
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return Path(os.path.realpath(path)) if stat.S_ISREG(mode) else None


@contextmanager
def open_atomic(path: Path, *, new: bool = False) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes the place of `path` when all is written.

    It keeps the mode of a file that was there, and follows a link. It is removed if an exception
    or a signal ends the writing. A device or a pipe is written to directly. Raises OSError; with
    `new`, FileExistsError for a file that is there.
    """
    target = regular_target(path)
    if target is None:
        # Appending is the same for a device, and spares what a shell's `>>` file holds.
        flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOCTTY", 0)
        with os.fdopen(os.open(path, flags), "wb", _BUFFER) as stream:
            yield stream
        return
    beside = temporary_beside(target)
    with signals_interrupt():
        try:
            with create(beside, target) as stream:
                yield stream
                flush_to_disk(stream)
            (_move_to_free_name if new else replace)(beside, target)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)


def temporary_beside(target: Path) -> Path:
    """Return a path beside a file, hidden and with a name that nobody can guess."""
    return target.with_name(f".{target.name[:_NAME_KEPT]}.{os.urandom(8).hex()}.part")


def create(path: Path, target: Path) -> IO[bytes]:
    """Create a file that is to replace the target, with the mode of the target if there is one.

    Raises OSError, also for a target that must not be written.
    """
    try:
        old = target.stat()
    except FileNotFoundError:
        old = None
    if old and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    extra = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | extra
    stream = os.fdopen(os.open(path, flags, 0o600 if old else 0o666), "w+b", _BUFFER)
    if old and hasattr(os, "fchmod"):
        with suppress(OSError):  # only root may give a file away
            os.fchown(stream.fileno(), old.st_uid, old.st_gid)
        os.fchmod(stream.fileno(), stat.S_IMODE(old.st_mode) & 0o777)
    return stream


def flush_to_disk(stream: IO[bytes]) -> None:
    """Return when all that was written is on the disk."""
    stream.flush()
    os.fsync(stream.fileno())


def replace(path: Path, target: Path) -> None:
    """Move a file to the place of another in one step, which a loss of power does not undo."""
    path.replace(target)
    with suppress(OSError):  # not every system syncs folders
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _move_to_free_name(path: Path, target: Path) -> None:
    """Move a file as `replace` does; raises FileExistsError if there is a target."""
    try:
        os.link(path, target)
    except FileExistsError:
        raise
    except OSError:  # the system has no hard links
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        replace(path, target)


@contextmanager
def signals_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt on the first signal that would end the process, so that it cleans up.

    Later ones do not disturb the cleaning. Signals that the program catches or ignores stay as they
    are, and so do all of them outside the main thread.
    """
    import signal  # noqa: PLC0415 - start-up time

    default = (signal.SIG_DFL, signal.default_int_handler)
    before: dict[int, Callable[..., object] | int | None] = {}

    def interrupt(*_: object) -> None:
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    try:
        with suppress(ValueError):  # not the main thread
            for name in ENDING_SIGNALS:
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) in default:
                    before[number] = signal.signal(number, interrupt)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
