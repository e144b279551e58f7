"""The folder of a run that is under way or that stopped: it lies beside the output.

It is `.NAME.run`, of mode 700, and holds a lock, a manifest, a journal and the parts of the output.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from textclf._atomic_file import regular_target, temporary_beside
from textclf.errors import InputError

_LOCK, _MANIFEST, _INPUTS = "lock", "manifest.json", "inputs.jsonl"
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_ORPHANS = 10.0
"""Seconds in which the workers of a run that was killed end, and with them its lock."""
CAN_LOCK = sys.platform != "win32"
"""Whether folders of runs are made on this system."""


class Manifest(NamedTuple):
    """What makes the bytes of a run what they are: a run that resumes it must have the same."""

    settings: Mapping[str, Any]
    """Models, schemes and options, by the name that a user knows."""
    inputs: Sequence[str] = ()
    """Their paths."""
    resumable: bool = True
    """Whether the inputs can be read again."""


class RunFolder:
    """A run's folder, locked by this process."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    def leave(self) -> None:
        """Unlock the folder and leave it, so that a run can resume it."""
        os.close(self._lock)

    def remove(self) -> None:
        """Remove the folder with all that a run puts there, and unlock it."""
        # Under its own name, a half removed folder would stop the next run.
        gone = temporary_beside(self.path)
        self.path.rename(gone)
        for entry in list(os.scandir(gone)):
            os.unlink(entry.path)  # noqa: PTH108 - a Path takes longer
        gone.rmdir()
        os.close(self._lock)

    def part(self, number: int) -> Path:
        """Return the path of a part."""
        return self.path / f"part{number}"

    @property
    def journal(self) -> Path:
        """The path of the journal."""
        return self.path / "journal.jsonl"

    def settings(self) -> Mapping[str, Any]:
        """Return the settings of the run that began the folder; none if it cannot be resumed.

        Raises InputError if there is no manifest.
        """
        try:
            found = json.loads((self.path / _MANIFEST).read_bytes())
        except (OSError, ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise _foreign(self.path)
        return found

    def difference(self, manifest: Manifest) -> str:
        """Return what is not as it was when the folder was begun, or an empty text."""
        old, new = self.settings(), json.loads(_json(manifest.settings))
        for name in (*new, *old):
            if old.get(name) != new.get(name):
                return f"{name} was {_shown(old.get(name))} and is now {_shown(new.get(name))}"
        with (self.path / _INPUTS).open(encoding="ascii") as lines:
            for path in manifest.inputs:
                line, now = next(lines, ""), _input_line(path)
                if line != now:
                    same = line and json.loads(line)[0] == path
                    return f"{path} has changed" if same else f"{path} is a new input"
            if line := next(lines, ""):
                return f"{json.loads(line)[0]} was an input and is none now"
        return ""


def folder_of(target: Path) -> Path:
    """Return the path of the folder of the run that writes a file."""
    return target.with_name(f".{target.name}.run")


def begin_folder(
    target: Path, manifest: Manifest, parts: Sequence[Path] = (), journal: bytes = b""
) -> RunFolder:
    """Make the folder of a run that writes `target`, with its parts and its journal so far.

    Raises InputError if another run writes it, and OSError.
    """
    # It gets its name when it is locked and complete, so that nobody meets an unfinished one.
    new = temporary_beside(target)
    new.mkdir(mode=0o700)
    lock = os.open(new / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NOFOLLOW, 0o600)
    folder = RunFolder(new, lock)
    path = folder_of(target)
    try:
        _is_locked(lock)
        holder = {"process": os.getpid(), "host": _host(), "since": time.strftime("%F %T")}
        os.write(lock, json.dumps(holder).encode())
        settings = _json(manifest.settings) if manifest.resumable else "{}"
        (new / _MANIFEST).write_text(settings, "utf-8")
        with (new / _INPUTS).open("w", encoding="ascii") as stream:
            stream.writelines(map(_input_line, manifest.inputs))
        folder.journal.write_bytes(journal)
        for number, part in enumerate(parts):
            part.rename(folder.part(number))
        new.rename(path)
    except BaseException:
        folder.remove()
        if found := find_folder(target):  # raises the error that names the other run
            found.leave()
        raise
    folder.path = path
    return folder


def find_folder(target: Path) -> RunFolder | None:
    """Return the folder that a run left beside its output, locked; None if there is none.

    Raises InputError if that run lives.
    """
    path = folder_of(target)
    while os.path.lexists(path):
        try:
            lock = os.open(_own(path) / _LOCK, os.O_RDWR | _NOFOLLOW)
        except FileNotFoundError:  # the run has ended and removed it
            if path.exists():
                raise _foreign(path) from None
            continue
        holder = _holder(lock)
        if not _is_locked(lock) and not (_has_died(holder) and _is_locked(lock, _ORPHANS)):
            os.close(lock)
            who = ", ".join(f"{name} {value}" for name, value in holder.items())
            raise InputError(
                f"{target}: another run is writing it ({who}); wait for it, or give another output"
            )
        with suppress(OSError):
            if os.path.samestat(os.fstat(lock), (path / _LOCK).stat()):
                return RunFolder(path, lock)
        os.close(lock)
    return None


@contextmanager
def sole_writer(path: Path | None) -> Iterator[None]:
    """Refuse a second writer of a file for as long as this one works; None is standard output."""
    folder = None
    try:
        target = regular_target(path) if path and CAN_LOCK else None
        if path and target:
            discard_folder(path, find_folder(target))
            folder = begin_folder(target, Manifest({}, resumable=False))
    except OSError as reason:
        raise InputError(f"{path}: cannot be written: {reason.strerror}") from None
    try:
        yield
    finally:
        if folder:
            folder.remove()


def discard_folder(path: Path, folder: RunFolder | None) -> None:
    """Remove the folder that a run left; raises InputError if that run can be resumed."""
    if folder is None:
        return
    if folder.settings() and folder.part(0).exists():
        folder.leave()
        raise InputError(
            f"{path}: a run that writes it has stopped; go on with the same command and --resume, "
            "or discard it with --restart"
        )
    folder.remove()


def _own(path: Path) -> Path:
    """Return the path; raises InputError if others could write into the folder."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise _foreign(path)
    return path


def _foreign(path: Path) -> InputError:
    return InputError(f"{path}: is not the folder of a run of yours; move it away")


def _holder(lock: int) -> Mapping[str, Any]:
    """Return who wrote the lock."""
    try:
        found = json.loads(os.pread(lock, 1_000, 0))
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}


def _has_died(holder: Mapping[str, Any]) -> bool:
    """Return whether the process that made a lock is gone; others of its run may live."""
    if holder.get("host") != _host() or not isinstance(holder.get("process"), int):
        return False
    try:
        os.kill(holder["process"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _is_locked(lock: int, seconds: float = 0.0) -> bool:
    """Lock an open file within so many seconds; return False if another process holds it."""
    import fcntl  # noqa: PLC0415 - not on every system

    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.05)
        else:
            return True


def _host() -> str:
    return os.uname().nodename


def _json(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, indent=1, default=str)


def _input_line(path: str) -> str:
    """Return path, size and time of an input as a line of JSON."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path takes longer
    except OSError:  # its row says why it cannot be read
        return f"{json.dumps([path])}\n"
    return f"{json.dumps([path, found.st_size, found.st_mtime_ns])}\n"


def _shown(value: object) -> str:
    return "not given" if value in (None, "", [], False) else str(value)
