"""A file of JSON lines to which several programs append. No line of it is ever changed.

A line is in the file, and on the disk, before `write` returns.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from textclf.errors import CorpusError, InputError

_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)


class LineFile:
    """Reads the lines of a file as they come, and appends to it.

    `take` gets the data of each whole line, and its place. A half line at the end, which a killed
    program left, is moved to a file beside this one with `.cut` behind its name, and `report` is
    told. Nothing is moved before `take` has taken all whole lines; where there is none, only what
    begins with `start` is moved. Raises CorpusError with file and line for a line that is not JSON,
    and InputError if the file cannot be opened, or was replaced.
    """

    def __init__(
        self,
        path: Path,
        start: bytes,
        take: Callable[[object, str], None],
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.path = path
        self._start = start
        self._take = take
        self._report = report
        self._read_to = self._lines = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, _FLAGS, 0o644)
            _sync_folder(path.parent)
        except OSError as reason:
            raise InputError(f"{path}: cannot be opened: {reason.strerror}") from None
        try:
            with self.locked():
                pass
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def refresh(self) -> None:
        """Read what other programs have appended."""
        self._check_that_it_is_the_same()
        if os.fstat(self._file).st_size != self._read_to:
            with self.locked():
                pass

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Read what is new, and let no other program append meanwhile."""
        with locked(self._file, self.path):
            self._check_that_it_is_the_same()
            self._catch_up()
            yield

    def write(self, lines: bytes) -> None:
        """Append lines, inside of `locked`; `take` gets them too.

        Raises InputError if the disk does not take them; the file is then as it was before.
        """
        end = os.lseek(self._file, 0, os.SEEK_END)
        try:
            _write_all(self._file, lines)
            os.fsync(self._file)
        except OSError as reason:
            with suppress(OSError):
                os.ftruncate(self._file, end)
            raise InputError(f"{self.path}: cannot be written: {reason.strerror}") from None
        self._catch_up()

    def _check_that_it_is_the_same(self) -> None:
        """Raise InputError if the path leads to another file by now, so that nothing is lost."""
        try:
            same = os.path.samestat(os.fstat(self._file), self.path.stat())
        except OSError:
            same = False
        if not same:
            raise InputError(
                f"{self.path}: was replaced or removed by another program, so nothing can be "
                "added to it; stop this one, and start it again"
            )

    def _catch_up(self) -> None:
        """Read the lines behind those that were read before; end the last one if it is whole."""
        size = os.fstat(self._file).st_size
        if size < self._read_to:
            raise CorpusError(
                f"{self.path}: has become shorter: another program has changed it; start again"
            )
        os.lseek(self._file, self._read_to, os.SEEK_SET)
        *whole, tail = _read(self._file, size - self._read_to).split(b"\n")
        for line in whole:
            self._take_line(line)
            self._read_to += len(line) + 1
            self._lines += 1
        if not tail:
            return
        try:
            json.loads(tail)
        except ValueError:
            self._cut(tail)
        else:
            self._take_line(tail)
            os.lseek(self._file, 0, os.SEEK_END)
            _write_all(self._file, b"\n")
            self._read_to += len(tail) + 1
            self._lines += 1

    def _take_line(self, line: bytes) -> None:
        place = f"{self.path}:{self._lines + 1}"
        if not line.strip():
            return
        try:
            data = json.loads(line)
        except ValueError as reason:
            raise CorpusError(f"{place}: is not JSON: {reason}") from None
        self._take(data, place)

    def _cut(self, tail: bytes) -> None:
        """Move a half line at the end to another file."""
        if not self._read_to and tail[: len(self._start)] != self._start[: len(tail)]:
            raise CorpusError(
                f"{self.path}: is not a file that this program writes; give another name"
            )
        beside = self.path.with_name(f"{self.path.name}.cut")
        try:
            with beside.open("ab") as file:
                file.write(tail + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.ftruncate(self._file, self._read_to)
            os.fsync(self._file)
        except OSError as reason:
            raise InputError(f"{beside}: cannot be written: {reason.strerror}") from None
        self._report(f"{self.path}: its last line was cut short and is moved to {beside}")


@contextmanager
def locked(file: int, path: Path, busy: str = "") -> Iterator[None]:
    """Keep other programs from locking a file, where the system can lock files.

    Waits for a program that has locked it, or raises InputError with the message `busy`, if there
    is one. Raises InputError too if the folder of the file cannot lock files.
    """
    try:
        import fcntl  # noqa: PLC0415 - not on every system
    except ImportError:
        yield
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
    except OSError as reason:
        if busy and isinstance(reason, BlockingIOError):
            raise InputError(busy) from None
        raise InputError(
            f"{path}: cannot be locked: {reason.strerror}; give a file on a disk of this computer"
        ) from None
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _read(file: int, size: int) -> bytes:
    parts = []
    while size > 0 and (part := os.read(file, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _sync_folder(folder: Path) -> None:
    """Write the name of a new file to the disk, where the system can."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
