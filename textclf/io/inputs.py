"""Reads what people have: files, folders, globs and standard input become items to label.

Text files, JSON lines, CSV and TSV, each plain or gzipped. An item that cannot be read is
still an item, with the reason: as many come out as went in. It knows no models.
"""

import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, cast

from textclf._json import parsed
from textclf.errors import InputError, choices
from textclf.io.encoding import decode, decode_line, decode_lines, raw_lines
from textclf.io.table_rows import header_of, table_rows

Format = Literal["txt", "jsonl", "csv", "tsv"]

STDIN = "-"
TEXT_FIELDS = ("text", "content", "body", "article", "article_text", "full_text")
ID_FIELDS = ("id", "ID", "Id", "url")
TITLE_FIELDS = ("title", "headline", "Title", "Headline")

_SUFFIXES: Mapping[str, Format] = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "txt",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
}
_BUFFER = 1 << 16
"""Bytes that are read at a time."""
_OWN = ("/dev/", "/proc/")
"""Where a name may mean another file to each process."""
_UNREADABLE = (OSError, EOFError, zlib.error)


class Item(NamedTuple):
    """One thing to label, or the reason why it could not be read."""

    id: str
    path: str
    text: str = ""
    row: Mapping[str, Any] | None = None
    """The user's own fields, in their order, where the item came from a table."""
    error: str = ""
    warnings: tuple[str, ...] = ()
    place: str = ""
    """File, and line where there are lines."""
    title: str = ""
    """What the title's field holds, where the item came from a table that has one."""

    @property
    def size(self) -> int:
        """How many characters there are to read."""
        return len(self.text)


class Line(NamedTuple):
    """A line of JSON as it stands in a file: what it says can be found out anywhere."""

    path: str
    place: str
    """File and line."""
    raw: bytes

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.raw)


class Page(NamedTuple):
    """A file that is one text: what it holds can be found out anywhere."""

    path: str
    size: int
    """How many bytes it has."""

    @property
    def place(self) -> str:
        """The file."""
        return self.path


Pending = Item | Line | Page


class ReadOptions(NamedTuple):
    """How inputs are read."""

    text_field: str = ""
    """The column of a table that holds the text; empty: the first known one it has."""
    id_field: str = ""
    title_field: str = ""
    """The column that holds the title; empty: the first known one that a table has."""
    format: Format | None = None
    """Given: read every input as this, whatever its name ends in."""
    lines: bool = False
    """Each line of a text file is a document of its own."""


_PLAIN = ReadOptions()


def read_items(
    inputs: Iterable[str], reading: ReadOptions = _PLAIN, stdin: IO[bytes] | None = None
) -> Iterator[Item]:
    """Yield the items of all inputs in order, reading on only as they are asked for.

    Raises InputError for an input that is not there, or a table without the named column.
    """
    return items_of(gather(inputs, reading, stdin), reading)


def gather(
    inputs: Iterable[str], reading: ReadOptions = _PLAIN, stdin: IO[bytes] | None = None
) -> Iterator[Pending]:
    """Yield what `read_items` does, but what can be read elsewhere as it stands.

    That is files of one text, and lines of JSON once their file has begun well. `stdin` stands
    for standard input, from its beginning. Raises what `read_items` raises; `items_of` raises
    nothing.
    """
    for path in expand(inputs, reading):
        yield from _read(path, reading, stdin)


def items_of(gathered: Iterable[Pending], reading: ReadOptions = _PLAIN) -> Iterator[Item]:
    """Yield the items that were gathered; a blank line is none."""
    for one in gathered:
        if isinstance(one, Page):
            yield _page(one.path)
        elif item := _json_item(one, reading) if isinstance(one, Line) else one:
            yield item


def expand(inputs: Iterable[str], reading: ReadOptions = _PLAIN) -> list[str]:
    """Return the files that inputs stand for: folders and globs in sorted order.

    Raises InputError where an input is not there or a folder holds nothing to read.
    """
    found: list[str] = []
    for given in inputs:
        path = Path(given)
        if given == STDIN or path.is_file():
            found.append(given)
        elif path.is_dir():
            files = sorted(_files(path, reading))
            if not files:
                raise InputError(
                    f"{given}: the folder holds no file to read; "
                    f"read are {', '.join(_SUFFIXES)}, each also with .gz"
                )
            found += files
        else:
            from glob import glob  # noqa: PLC0415 - start-up time

            found_here = glob(given, recursive=True)  # noqa: PTH207 - as the user wrote it
            matches = sorted(match for match in found_here if Path(match).is_file())
            if not matches:
                raise InputError(f"{given}: there is no such file or folder")
            found += matches
    return found


def format_of(path: str, reading: ReadOptions = _PLAIN) -> Format:
    """Return what a path is read as: by its suffix, else as one text."""
    if reading.format:
        return reading.format
    name = Path(path[:-3] if path.lower().endswith(".gz") else path)
    return _SUFFIXES.get(name.suffix.lower(), "txt")


def _files(folder: Path, reading: ReadOptions) -> Iterator[str]:
    """Yield the files of a folder that can be read, hidden ones left out."""
    try:
        entries = list(os.scandir(folder))
    except OSError as reason:
        raise InputError(f"{folder}: cannot be read: {reason.strerror}") from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(folder / entry.name, reading)
            continue
        name = Path(entry.name.lower().removesuffix(".gz"))
        if (reading.format or name.suffix in _SUFFIXES) and _is_file(entry):
            yield str(folder / entry.name)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself
        return False


def _read(path: str, reading: ReadOptions, stdin: IO[bytes] | None) -> Iterator[Pending]:
    kind = format_of(path, reading)
    whole = kind == "txt" and not reading.lines
    try:
        if whole and _is_page(path):
            yield Page(path, os.stat(path).st_size)  # noqa: PTH116 - a Path takes longer
            return
        with open_input(path, stdin) as stream:
            if path == STDIN and not reading.format and _starts_with_brace(stream):
                yield from _jsonl(path, stream, reading)
            elif whole:
                yield _whole(path, stream)
            elif kind == "txt":
                yield from _lines(path, stream)
            elif kind == "jsonl":
                yield from _jsonl(path, stream, reading)
            else:
                yield from _table(path, stream, reading, "\t" if kind == "tsv" else ",")
    except _UNREADABLE as reason:
        yield _unread(path, reason)


def _is_page(path: str) -> bool:
    """Return whether a file is the same to any process, and as large as the text it holds."""
    return path != STDIN and not path.startswith(_OWN) and not path.lower().endswith(".gz")


def _page(path: str) -> Item:
    try:
        with open_input(path) as stream:
            return _whole(path, stream)
    except _UNREADABLE as reason:
        return _unread(path, reason)


def _unread(path: str, reason: Exception) -> Item:
    text = getattr(reason, "strerror", None) or str(reason)
    return Item(path, path, error=f"{path}: cannot be read: {text}", place=path)


def _starts_with_brace(stream: IO[bytes]) -> bool:
    if stream is sys.stdin.buffer:
        return cast("BufferedReader", stream).peek(1)[:1] == b"{"
    first = stream.read(1)
    stream.seek(0)
    return first == b"{"


def open_input(path: str, stdin: IO[bytes] | None = None) -> AbstractContextManager[IO[bytes]]:
    """Return the bytes of a file, unpacked where it is gzipped, or of standard input."""
    if path == STDIN and stdin is not None:
        stdin.seek(0)
        return nullcontext(stdin)
    if path == STDIN:
        return nullcontext(sys.stdin.buffer)
    if path.lower().endswith(".gz"):
        import gzip  # noqa: PLC0415 - start-up time

        return cast("AbstractContextManager[IO[bytes]]", gzip.open(path, "rb"))
    return Path(path).open("rb", _BUFFER)


def _whole(path: str, stream: IO[bytes]) -> Item:
    try:
        text, warning = decode(stream.read())
    except InputError as reason:
        return Item(path, path, error=f"{path}: {reason}", place=path)
    warnings = (f"{path}: {warning}",) if warning else ()
    return Item(path, path, text, warnings=warnings, place=path)


def _lines(path: str, stream: IO[bytes]) -> Iterator[Item]:
    for number, line, error, warnings in decode_lines(path, stream):
        place = f"{path}:{number}"
        yield Item(place, path, line.rstrip("\r\n"), None, error, warnings, place)


def _jsonl(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[Item | Line]:
    numbered = enumerate(raw_lines(stream), start=1)
    lines = (Line(path, f"{path}:{number}", raw) for number, raw in numbered)
    for line in lines:
        if item := _json_item(line, reading, first=True):
            yield item
            if item.row:
                break
    yield from lines


def _json_item(line: Line, reading: ReadOptions, *, first: bool = False) -> Item | None:
    """Return what a line holds; raises InputError where the first row has no field for the text."""
    path, place = line.path, line.place
    text, error, warnings = decode_line(place, line.raw)
    if not error and not text.strip():
        return None
    row = None
    try:
        row = parsed(text)
    except (ValueError, RecursionError) as reason:
        error = error or f"{place}: is not JSON: {reason}"
    if not isinstance(row, dict):
        return _reject(place, path, {}, error or f"{place}: is not a JSON object, {{...}}")
    try:
        return _item(row, place, path, reading, warnings)
    except InputError as reason:
        if first:
            raise
        return _reject(place, path, row, str(reason))


def _table(path: str, stream: IO[bytes], reading: ReadOptions, delimiter: str) -> Iterator[Item]:
    rows = table_rows(path, stream, delimiter)
    header: list[str] | None = None
    for number, cells, error, warnings in rows:
        place = f"{path}:{number}"
        if header is None:
            if error:
                raise InputError(f"{error}: the header cannot be read")
            header = header_of(cells, place)
            _title_field(
                row := dict.fromkeys(header), _text_field(row, path, reading), path, reading
            )
        elif error:
            yield _reject(place, path, dict.fromkeys(header, ""), error)
        elif len(cells) != len(header):
            row = dict(zip(header, cells + [""] * len(header), strict=False))
            odd = f"{place}: has {len(cells)} cells where the header has {len(header)}"
            yield _reject(place, path, row, odd)
        else:
            yield _item(dict(zip(header, cells, strict=True)), place, path, reading, warnings)


def _item(
    row: dict[str, Any], place: str, path: str, reading: ReadOptions, warnings: tuple[str, ...]
) -> Item:
    field = _text_field(row, place, reading)
    text = row[field]
    key = reading.id_field or next((name for name in ID_FIELDS if name in row), "")
    if reading.id_field and reading.id_field not in row:
        raise InputError(f"{place}: there is no field {reading.id_field!r}; {choices(key, row)}")
    name = str(row[key]) if key and row[key] is not None and row[key] != "" else place
    if text is None:
        text = ""
    if not isinstance(text, str):
        return Item(name, path, "", row, f"{place}: {field} is not a string", place=place)
    title = row.get(_title_field(row, field, place, reading))
    named = title if isinstance(title, str) else ""
    return Item(name, path, text, row, warnings=warnings, place=place, title=named)


def _title_field(row: Mapping[str, Any], text_field: str, place: str, reading: ReadOptions) -> str:
    """Return the field of the title, empty where there is none."""
    if reading.title_field and reading.title_field not in row:
        raise InputError(
            f"{place}: there is no field {reading.title_field!r}; "
            f"{choices(reading.title_field, row)}"
        )
    if reading.title_field:
        return reading.title_field
    return next((name for name in TITLE_FIELDS if name in row and name != text_field), "")


def _reject(place: str, path: str, row: dict[str, Any], error: str) -> Item:
    return Item(place, path, "", row, error, place=place)


def _text_field(row: Mapping[str, Any], place: str, reading: ReadOptions) -> str:
    wanted = (reading.text_field,) if reading.text_field else TEXT_FIELDS
    found = next((name for name in wanted if name in row), None)
    if found is None:
        missing = repr(reading.text_field) if reading.text_field else f"like {TEXT_FIELDS[0]!r}"
        raise InputError(
            f"{place}: there is no field {missing}; {choices(wanted[0], row)}; "
            "name the one that holds the text with --text-field"
        )
    return found
