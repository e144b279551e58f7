"""Read files of zip archives; say whether a zip archive is a document, a table, or files."""

import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from textclf.errors import InputError
from textclf.io.compression import checked

_MOST = 100_000
"""Files of an archive."""
_LARGEST = 10_000_000_000
"""Bytes of all its files, unpacked."""
_DAMAGED = (BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, LookupError)
"""What reading a damaged or locked archive raises."""
_FORMATS: dict[str, str] = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_REFUSED = {
    "xl/workbook.bin": ("a binary Excel workbook", "save it as .xlsx or .csv"),
    "ppt/presentation.xml": ("a PowerPoint presentation", "save its text as .txt"),
    "content.xml": ("an OpenDocument file", "save it as .docx, .xlsx or .csv"),
    "META-INF/container.xml": ("an e-book", "convert it to .txt or .docx"),
    "META-INF/MANIFEST.MF": ("a Java archive", "give the texts that it holds"),
    "Index/Document.iwa": ("a Pages or Numbers document", "export it as .docx or .csv"),
}


class Member(NamedTuple):
    """One file of an archive, or why it cannot be read."""

    path: str
    """The archive, a colon, and the name of the file in it."""
    stream: IO[bytes] | None
    error: str = ""


def zip_format(path: str, stream: IO[bytes], named: str) -> str:
    """Return what a zip archive is: "docx", "xlsx", or "zip" for an archive of files.

    Raises InputError for a damaged archive, if `named` is not the format of a reader that says
    so itself, and for documents that textclf does not read.
    """
    try:
        with _opened(path, stream) as archive:
            names = set(archive.namelist())
    except InputError:
        if named in _FORMATS.values():
            return named
        raise
    finally:
        stream.seek(0)
    for name, (what, remedy) in _REFUSED.items():
        if name in names:
            raise InputError(f"{path}: is {what}; {remedy}")
    return next((kind for name, kind in _FORMATS.items() if name in names), "zip")


def members(path: str, stream: IO[bytes], suffixes: tuple[str, ...]) -> Iterator[Member]:
    """Yield the files of an archive in the order of their names; hidden ones are skipped.

    A file without one of the `suffixes` is skipped too. Raises InputError for an archive that is
    damaged or beyond the limits.
    """
    with _opened(path, stream) as archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.filename)
        size = sum(entry.file_size for entry in entries)
        if len(entries) > _MOST or size > _LARGEST:
            raise InputError(
                f"{path}: holds {len(entries):,} files of {size / 1e9:,.1f} GB; textclf unpacks "
                f"{_MOST:,} files and {_LARGEST // 1_000_000_000} GB at most; divide the archive"
            )
        for entry in entries:
            if entry.is_dir() or _is_hidden(entry):
                continue
            if entry.filename.lower().endswith(suffixes):
                yield from _member(path, archive, entry)


def skipped_members(path: str, stream: IO[bytes], suffixes: tuple[str, ...]) -> Counter[str]:
    """Return how many files of an archive have other suffixes, by their suffix."""
    with _opened(path, stream) as archive:
        names = [
            one.filename for one in archive.infolist() if not (one.is_dir() or _is_hidden(one))
        ]
    stream.seek(0)
    others = [Path(name) for name in names if not name.lower().endswith(suffixes)]
    return Counter(path.suffix.lower() or "without a suffix" for path in others)


def _member(path: str, archive: ZipFile, entry: ZipInfo) -> Iterator[Member]:
    name = f"{path}:{entry.filename}"
    try:
        stream = archive.open(entry)
    except _DAMAGED as reason:
        yield Member(name, None, f"{name}: cannot be unpacked: {reason}")
        return
    with checked(stream, _DAMAGED) as safe:
        yield Member(name, safe)


def _is_hidden(entry: ZipInfo) -> bool:
    parts = entry.filename.split("/")
    return any(part.startswith(".") for part in parts) or parts[0] == "__MACOSX"


def _opened(path: str, stream: IO[bytes]) -> ZipFile:
    try:
        return ZipFile(stream)
    except _DAMAGED as reason:
        raise InputError(f"{path}: is a damaged zip archive: {reason}") from None
