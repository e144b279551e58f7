"""What reading yields: documents, and parts of files that any process can read later.

This module also makes the document of a row.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from textclf.errors import InputError
from textclf.io.fields import Fields, check_columns, chosen_fields
from textclf.io.limits import MAX_TEXT, longest_line, too_long

_DELIMITER_NAMES = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "bar": "|",
    "space": " ",
}
_EXCEL_CELL = 32_767
"""Characters that Excel keeps in a cell, in units of UTF-16."""


class InputDocument(NamedTuple):
    """One document to label, or the reason why it could not be read."""

    id: str
    path: str
    text: str = ""
    row: Mapping[str, Any] | None = None
    """The fields of the table row, in their order; None for a document from a text file."""
    error: str = ""
    warnings: tuple[str, ...] = ()
    place: str = ""
    """File, and line if it has lines."""
    title: str = ""
    """The value of the title field, if the row has one."""
    notes: tuple[str, ...] = ()
    """Messages on how the file is read, which are reported with its first document."""
    marked: bool = False
    """Whether the file begins with a byte order mark; reported with its first document."""
    offset: int | None = None
    """Of an input that cannot be read: the byte of the file that it begins at, if it is known."""
    raw: str = ""
    """Of an input that cannot be read: how it begins, if that is not in `row`."""
    blanks: int = 0
    """How many blank rows of its table are between it and the row above."""

    @property
    def size(self) -> int:
        """How many characters there are to read."""
        return len(self.text)

    @property
    def items(self) -> int:
        """One."""
        return 1


class DeferredLines(NamedTuple):
    """Successive lines of a JSON-lines file, which any process can parse."""

    path: str
    number: int
    """The number of the first line, from 1."""
    items: int
    """How many lines there are. A blank one holds no article."""
    offset: int | None
    """The byte of the file that the first line begins at, if it is known."""
    size: int
    """How many bytes the lines have."""
    raw: bytes | None = None
    """The lines; None if a process is to read them from the file."""

    @property
    def place(self) -> str:
        """File and first line."""
        return f"{self.path}:{self.number}"

    @property
    def places(self) -> tuple[str, ...]:
        """File and line of each line."""
        numbers = range(self.number, self.number + self.items)
        return tuple([f"{self.path}:{number}" for number in numbers])


class DeferredRows(NamedTuple):
    """A row group of a Parquet file, which any process can read."""

    path: str
    group: int
    """The number of the row group, from 0."""
    number: int
    """The number of its first row, from 1."""
    items: int
    """How many rows there are."""
    size: int
    """How many bytes the rows have in memory."""

    @property
    def place(self) -> str:
        """File and first row."""
        return f"{self.path}:{self.number}"


class DeferredFile(NamedTuple):
    """A file that holds one text, which any process can read."""

    path: str
    size: int
    """How many bytes it has."""

    @property
    def place(self) -> str:
        """The file."""
        return self.path

    @property
    def items(self) -> int:
        """One."""
        return 1


Pending = InputDocument | DeferredLines | DeferredRows | DeferredFile


class ReadOptions(NamedTuple):
    """How inputs are read."""

    text_field: str = ""
    """The field of the text, or several with commas between; empty: the most usual one there is."""
    id_field: str = ""
    """The field of the id; empty: the most usual one there is, if any."""
    title_field: str = ""
    """The field of the title; empty: the most usual one there is, if any."""
    format: str | None = None
    """A name in `FORMATS`: every input has this format, whatever its suffix."""
    lines: bool = False
    """Each line of a text file is a document of its own."""
    max_text: int = MAX_TEXT
    """Characters of a text or a cell, at most; a longer one is a document with an error."""
    delimiter: str = ""
    """What separates the columns of CSV and TSV; empty: what the first rows show."""
    header: bool = True
    """Whether a table begins with the names of its columns; else these are numbered from 1."""
    columns: tuple[str, ...] = ()
    """Given: rows are read for these columns, and documents have no text."""

    @property
    def longest_line(self) -> int:
        """How many bytes a line of a table or of JSON may have."""
        return longest_line(self.max_text)

    def fields(self, names: Collection[str]) -> Fields:
        """Return the fields of a row with these names.

        Raises InputError where there is no field for the text, or not one that is given.
        Where only `columns` are wanted, the fields are empty, and none of the columns may miss.
        """
        if self.columns:
            check_columns(tuple(names), self.columns)
            return Fields(())
        return chosen_fields(tuple(names), self.text_field, self.title_field, self.id_field)


PLAIN = ReadOptions()


def delimiter_named(name: str) -> str:
    r"""Return the delimiter of a table that a person names, such as `tab`.

    Raises InputError for a name of several characters.

    >>> delimiter_named("tab"), delimiter_named(r"\t"), delimiter_named("|")
    ('\t', '\t', '|')
    """
    if name.casefold() in _DELIMITER_NAMES:
        return _DELIMITER_NAMES[name.casefold()]
    if len(name) > 1 or name in {'"', "\n", "\r"}:
        raise InputError(f"--delimiter {name!r}: give one character, such as ';', or tab")
    return name


def check_fields(names: Collection[str], place: str, reading: ReadOptions) -> str:
    """Return which field each value is from, for a message.

    Raises InputError if a field is named twice, or one that is to be read is missing.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"{place}: the header has {name!r} twice; rename one of the columns")
        seen.add(name)
    try:
        return str(reading.fields(names))
    except InputError as reason:
        raise InputError(f"{place}: {reason}") from None


def document_of_row(
    row: dict[str, Any],
    place: str,
    path: str,
    reading: ReadOptions,
    warnings: tuple[str, ...] = (),
) -> InputDocument:
    """Return the document of a row; one with an error if the row has no string for the text."""
    if reading.columns:
        return InputDocument(place, path, "", row, "", warnings, place)
    name = place
    try:
        fields = reading.fields(row)
        name = fields.id_of(row) or place
        text = fields.text_of(row)
    except InputError as reason:
        return InputDocument(name, path, "", row, f"{place}: {reason}", place=place)
    if len(text) > reading.max_text:
        return InputDocument(name, path, "", row, too_long(place, reading.max_text), place=place)
    title = fields.title_of(row)
    if title and not text.strip() and title.strip():
        text, title = title, ""
        warnings = (*warnings, f"{place}: has no text: its title is read")
    if _is_cut(text):
        warnings = (*warnings, f"{place}: Excel has cut a cell at {_EXCEL_CELL:,} characters")
    return InputDocument(name, path, text, row, "", warnings, place, title)


def unreadable_row(
    place: str,
    path: str,
    row: dict[str, Any],
    error: str,
    offset: int | None = None,
    raw: str = "",
) -> InputDocument:
    """Return the document of a row that cannot be read."""
    return InputDocument(place, path, "", row, error, place=place, offset=offset, raw=raw)


def _is_cut(text: str) -> bool:
    """Return whether a text has exactly the length of the longest cell of Excel."""
    if not _EXCEL_CELL // 2 <= len(text) <= _EXCEL_CELL:
        return False
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return units == _EXCEL_CELL
