"""The file of answers: JSON lines that are appended one at a time and never changed.

Several programs may append to one file. An answer is in the file, and on the disk, before
`append` returns.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from textclf.corpus.given_answers import held_answers
from textclf.corpus.records import Record, parse_record, record_line
from textclf.errors import CorpusError, InputError

_CHUNK = 1 << 16
"""Bytes that are read at a time from the end of the file, in search of the last whole line."""


class AnswerFile:
    """The answers in a file, those of other programs among them.

    A half line at the end, which a killed program left, is cut off, and `report` is told. Raises
    CorpusError with file and line for a line that is no record, and InputError if the file cannot
    be opened.
    """

    def __init__(self, path: Path, report: Callable[[str], None] = lambda _: None) -> None:
        self.path = path
        self._report = report
        self._records: list[Record] = []
        self._keys: set[str] = set()
        self._read_to = self._lines = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
            _sync_folder(path.parent)
        except OSError as reason:
            raise InputError(f"{path}: cannot be opened: {reason.strerror}") from None
        with self._locked():
            self._mend_end()
            self._catch_up()

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def append(self, record: Record) -> bool:
        """Write a record to the disk; return False for one whose key the file has already.

        Raises InputError if the disk does not take it; the file is then as it was before.
        """
        line = record_line(record)
        with self._locked():
            self._mend_end()
            self._catch_up()
            if record.answer and record.answer.key in self._keys:
                return False
            end = os.lseek(self._file, 0, os.SEEK_END)
            try:
                _write_all(self._file, line)
                os.fsync(self._file)
            except OSError as reason:
                with suppress(OSError):
                    os.ftruncate(self._file, end)
                raise InputError(f"{self.path}: cannot be written: {reason.strerror}") from None
            self._catch_up()
        return True

    def refresh(self) -> None:
        """Read what other programs have appended."""
        if os.fstat(self._file).st_size > self._read_to:
            with self._locked():
                self._mend_end()
                self._catch_up()

    def held(self, scheme: str) -> list[Record]:
        """Return the records of answers that hold under a scheme, without their texts."""
        return [
            one
            for one in held_answers(self._records)
            if one.answer and one.answer.scheme_name == scheme
        ]

    def latest(self, coder: str, scheme: str, *, decides: bool) -> Record | None:
        """Return the answer that a coder gave last, of those that hold; or the last decision."""
        stack: list[Record] = []
        for record in self._records:
            given = record.answer
            if given is None or given.decides != decides:
                continue
            if (given.coder, given.scheme_name) != (coder, scheme):
                continue
            own = [at for at, one in enumerate(stack) if one.id == record.id]
            if own and given.repeats:
                stack[own[-1]] = record
            elif own and given.undo:
                stack.pop(own[-1])
            elif not given.undo:
                stack.append(record)
        return stack[-1] if stack else None

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def _catch_up(self) -> None:
        """Read the whole lines behind those that were read before."""
        size = os.fstat(self._file).st_size
        if size < self._read_to:
            raise CorpusError(
                f"{self.path}: has become shorter: another program has changed it; start again"
            )
        os.lseek(self._file, self._read_to, os.SEEK_SET)
        data = _read(self._file, size - self._read_to)
        self._read_to = size
        for record in self._parsed(data):
            self._records.append(replace(record, text=""))
            if record.answer and record.answer.key:
                self._keys.add(record.answer.key)

    def _parsed(self, data: bytes) -> Iterator[Record]:
        for line in data.splitlines():
            self._lines += 1
            place = f"{self.path}:{self._lines}"
            if line.strip():
                try:
                    yield parse_record(json.loads(line), place)
                except ValueError as reason:
                    raise CorpusError(f"{place}: is not JSON: {reason}") from None

    def _mend_end(self) -> None:
        """End the file with a whole line: end one that lacks its line end, cut off a half one."""
        size = os.fstat(self._file).st_size
        start = size
        while start > 0:
            first = max(0, start - _CHUNK)
            os.lseek(self._file, first, os.SEEK_SET)
            found = _read(self._file, start - first).rfind(b"\n")
            if found >= 0:
                start = first + found + 1
                break
            start = first
        if start == size:
            return
        os.lseek(self._file, start, os.SEEK_SET)
        try:
            parse_record(json.loads(_read(self._file, size - start)), str(self.path))
        except (ValueError, CorpusError):
            os.ftruncate(self._file, start)
            self._report(f"{self.path}: its last line was cut short and is removed")
            os.fsync(self._file)
            return
        os.lseek(self._file, 0, os.SEEK_END)
        _write_all(self._file, b"\n")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one program at a time append, where the system can lock files."""
        try:
            import fcntl  # noqa: PLC0415 - not on every system
        except ImportError:
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)


def coders_of(records: Sequence[Record]) -> dict[str, dict[str, Record]]:
    """Return for each text its answers by coder, without decisions between coders."""
    found: dict[str, dict[str, Record]] = {}
    for record in records:
        if record.answer and not record.answer.decides:
            found.setdefault(record.id, {})[record.answer.coder] = record
    return found


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
