"""Find the files of inputs: folders, globs and lists of files; each file once."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple, Self

from textclf.errors import InputError
from textclf.io.formats import suffixes
from textclf.io.input_documents import PLAIN, ReadOptions
from textclf.io.read_stream import readable_suffixes
from textclf.io.reopening import PROCESS_FOLDERS

STDIN = "-"
RUN_REPORT = ".run.json"
"""What follows the name of an output in the name of its report."""


class InputPath(str):
    """The path of one file to read, and how it was found."""

    __slots__ = ("error", "is_named")

    is_named: bool
    """Whether the user has named it; else it was found in a folder, by a glob or in a list."""
    error: str
    """Why it cannot be read."""

    def __new__(cls, path: str, *, is_named: bool = True, error: str = "") -> Self:
        """Return the path of a file."""
        self = super().__new__(cls, path)
        self.is_named, self.error = is_named, error
        return self


class FoundInputs(NamedTuple):
    """The files of all inputs, in order, and messages on those left out."""

    paths: tuple[InputPath, ...]
    messages: tuple[str, ...] = ()


def find_inputs(
    inputs: Sequence[str],
    reading: ReadOptions = PLAIN,
    *,
    files_from: str = "",
    outputs: Sequence[Path] = (),
) -> FoundInputs:
    """Return the files of inputs; those of a folder or glob are sorted.

    `files_from` is a file with one path on each line, or with NUL characters between; a path in it
    that does not exist is a file with an error. The `outputs`, and what else textclf has written
    beside them, are not read where a folder or glob holds them. Raises InputError for an input
    that does not exist, or a folder without a readable file.
    """
    search = _Search(reading, frozenset(os.path.realpath(one) for one in outputs))
    for given in inputs:
        search.add(given)
    if files_from:
        for listed in _listed(files_from):
            search.add_listed(listed)
    return FoundInputs(tuple(search.paths), tuple(search.messages()))


def expand(inputs: Sequence[str], reading: ReadOptions = PLAIN) -> list[str]:
    """Return the paths of `find_inputs`; raises InputError for a folder that cannot be read."""
    paths = find_inputs(inputs, reading).paths
    if error := next((one.error for one in paths if one.error), ""):
        raise InputError(error)
    return list(paths)


class _Search:
    """Collects files, and counts what it leaves out."""

    def __init__(self, reading: ReadOptions, outputs: frozenset[str]) -> None:
        self.paths: list[InputPath] = []
        self._reading = reading
        self._suffixes = readable_suffixes()
        self._outputs = outputs
        self._seen: set[str] = set()
        self._skipped: Counter[str] = Counter()
        self._repeated: list[str] = []

    def add(self, given: str) -> None:
        """Add the files of an input that the user has named."""
        path = Path(given)
        if given == STDIN or path.is_file():
            self._add_file(InputPath(given), os.path.realpath(given))
        elif path.is_dir():
            self._add_folder(given)
        elif path.exists():
            raise InputError(f"{given}: is no regular file; pipe it into textclf, and give -")
        else:
            from glob import glob  # noqa: PLC0415 - start-up time

            names = glob(given, recursive=True)  # noqa: PTH207 - as the user wrote it
            matches = sorted(name for name in names if Path(name).is_file())
            if not matches:
                raise InputError(f"{given}: there is no such file or folder")
            for name in matches:
                report = name.endswith(RUN_REPORT) or Path(name + RUN_REPORT).is_file()
                self._add_found(name, os.path.realpath(name), is_output=report)

    def add_listed(self, given: str) -> None:
        """Add the files of an entry of a list; one that does not exist is a file with an error."""
        path = Path(given)
        if path.is_dir():
            self._add_folder(given)
        else:
            error = "" if path.is_file() else f"{given}: there is no such file or folder"
            self._add_file(InputPath(given, is_named=False, error=error), os.path.realpath(given))

    def messages(self) -> Iterator[str]:
        """Yield a line for each reason to leave files out."""
        if self._skipped:
            kinds = ", ".join(f"{count:,} {kind}" for kind, count in self._skipped.most_common())
            yield f"{_files(self._skipped.total())} of folders skipped: {kinds}"
        if self._repeated:
            first = self._repeated[0]
            yield (
                f"{_files(len(self._repeated))} met twice and read once"
                f"{'' if len(self._repeated) == 1 else ', the first'}: {first}"
            )

    def _add_file(self, path: InputPath, real: str) -> None:
        if real in self._seen and not path.startswith(PROCESS_FOLDERS):
            self._repeated.append(path)
        else:
            self._seen.add(real)
            self.paths.append(path)

    def _add_found(self, path: str, real: str, *, is_output: bool = False) -> None:
        beside = any(real == one or real.startswith(f"{one}.") for one in self._outputs)
        if is_output or beside:
            self._skipped["written by textclf"] += 1
        else:
            self._add_file(InputPath(path, is_named=False), real)

    def _add_folder(self, given: str) -> None:
        before, skipped = len(self.paths) + len(self._repeated), self._skipped.copy()
        found = sorted(self._in_folder(Path(given), os.path.realpath(given), top=True))
        for path, real, error in found:
            if error:
                self._add_file(InputPath(path, is_named=False, error=error), real)
            else:
                self._add_found(path, real)
        if len(self.paths) + len(self._repeated) == before:
            others = ", ".join(f"{n:,} {kind}" for kind, n in (self._skipped - skipped).items())
            raise InputError(
                f"{given}: the folder holds no file to read{f', only {others}' if others else ''}; "
                f"textclf reads {', '.join(suffixes())}, each also with .gz, .bz2, .xz or .zst"
            )

    def _in_folder(self, folder: Path, real: str, *, top: bool) -> Iterator[tuple[str, str, str]]:
        """Yield path, real path and error of the readable files below a folder."""
        try:
            entries = list(os.scandir(folder))
        except OSError as reason:
            error = f"{folder}: cannot be read: {reason.strerror}"
            if top:
                raise InputError(error) from None
            yield str(folder), real, error
            return
        reports = {entry.name for entry in entries if entry.name.endswith(RUN_REPORT)}
        for entry in entries:
            path, name = str(folder / entry.name), f"{real}{os.sep}{entry.name}"
            if entry.name.startswith("."):
                self._skipped["hidden"] += 1
            elif entry.is_dir(follow_symlinks=False):
                yield from self._in_folder(folder / entry.name, name, top=False)
            elif not _is_file(entry):
                self._skipped["no regular file"] += 1
            elif entry.name in reports or entry.name + RUN_REPORT in reports:
                self._skipped["written by textclf"] += 1
            elif self._reading.format or entry.name.lower().endswith(self._suffixes):
                yield path, os.path.realpath(name) if entry.is_symlink() else name, ""
            else:
                suffix = Path(entry.name).suffix.lower()
                self._skipped[suffix or "without a suffix"] += 1


def standard_input() -> IO[bytes]:
    """Return standard input; raises InputError if it is closed."""
    if sys.stdin is None:
        raise InputError("standard input is closed; give a file, or pipe a text into textclf")
    return sys.stdin.buffer


def _files(count: int) -> str:
    return f"{count:,} file" if count == 1 else f"{count:,} files"


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself
        return False


def _listed(path: str) -> Iterator[str]:
    """Yield the paths of a list of files."""
    try:
        data = standard_input().read() if path == STDIN else Path(path).read_bytes()
    except OSError as reason:
        raise InputError(f"{path}: cannot be read: {reason.strerror}") from None
    data = data.removeprefix(b"\xef\xbb\xbf")
    entries = data.split(b"\x00") if b"\x00" in data else data.splitlines()
    for entry in entries:
        if entry.strip():
            yield os.fsdecode(entry)
