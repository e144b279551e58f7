"""What reading yields: documents, and files and lines that any process can read later.

This module also chooses the fields of a row that hold its text, its title and its id.
"""

from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple

from textclf.errors import InputError, choices
from textclf.io.limits import MAX_TEXT, longest_line, too_long

InputFormat = Literal["text", "jsonl", "csv", "tsv", "xlsx", "parquet"]

TEXT_FIELDS = ("text", "content", "body", "article", "article_text", "full_text")
ID_FIELDS = ("id", "ID", "Id", "url")
TITLE_FIELDS = ("title", "headline", "Title", "Headline")


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

    @property
    def size(self) -> int:
        """How many characters there are to read."""
        return len(self.text)


class DeferredLine(NamedTuple):
    """An undecoded line of a JSON-lines file, which any process can parse."""

    path: str
    place: str
    """File and line."""
    raw: bytes

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.raw)


class DeferredFile(NamedTuple):
    """A file that holds one text, which any process can read."""

    path: str
    size: int
    """How many bytes it has."""

    @property
    def place(self) -> str:
        """The file."""
        return self.path


Pending = InputDocument | DeferredLine | DeferredFile


class ReadOptions(NamedTuple):
    """How inputs are read."""

    text_field: str = ""
    """The column of the text; empty: the first of TEXT_FIELDS that the table has."""
    id_field: str = ""
    """The column of the id; empty: the first of ID_FIELDS that the table has, if any."""
    title_field: str = ""
    """The column of the title; empty: the first of TITLE_FIELDS that the table has, if any."""
    format: InputFormat | None = None
    """Given: every input has this format, whatever its suffix."""
    lines: bool = False
    """Each line of a text file is a document of its own."""
    max_text: int = MAX_TEXT
    """Characters of a text or a cell, at most; a longer one is a document with an error."""

    @property
    def longest_line(self) -> int:
        """How many bytes a line of a table or of JSON may have."""
        return longest_line(self.max_text)


PLAIN = ReadOptions()


def check_fields(names: Collection[str], place: str, reading: ReadOptions) -> None:
    """Raise InputError if a field is named twice, or one that is to be read is missing."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"{place}: the header has {name!r} twice; rename one of the columns")
        seen.add(name)
    _chosen_fields(names, place, reading)


def document_of_row(
    row: dict[str, Any],
    place: str,
    path: str,
    reading: ReadOptions,
    warnings: tuple[str, ...] = (),
) -> InputDocument:
    """Return the document of a row; one with an error if the row has no string for the text."""
    try:
        text_field, id_field, title_field = _chosen_fields(row, place, reading)
    except InputError as reason:
        return unreadable_row(place, path, row, str(reason))
    text, key, title = row[text_field], row.get(id_field), row.get(title_field)
    name = place if key is None or key == "" else str(key)
    if text is None:
        text = ""
    if not isinstance(text, str):
        error = f"{place}: {text_field} is not a string"
        return InputDocument(name, path, "", row, error, place=place)
    if len(text) > reading.max_text:
        return InputDocument(name, path, "", row, too_long(place, reading.max_text), place=place)
    return InputDocument(
        name, path, text, row, "", warnings, place, title if isinstance(title, str) else ""
    )


def unreadable_row(place: str, path: str, row: dict[str, Any], error: str) -> InputDocument:
    """Return the document of a row that cannot be read."""
    return InputDocument(place, path, "", row, error, place=place)


def _chosen_fields(
    names: Collection[str], place: str, reading: ReadOptions
) -> tuple[str, str, str]:
    """Return the fields of text, id and title; the last two are empty if there are none."""
    wanted = (reading.text_field,) if reading.text_field else TEXT_FIELDS
    text_field = next((name for name in wanted if name in names), "")
    if not text_field:
        missing = repr(reading.text_field) if reading.text_field else f"like {TEXT_FIELDS[0]!r}"
        raise InputError(
            f"{place}: there is no field {missing}; {choices(wanted[0], names)}; "
            "name the one that holds the text with --text-field"
        )
    for given in (reading.id_field, reading.title_field):
        if given and given not in names:
            raise InputError(f"{place}: there is no field {given!r}; {choices(given, names)}")
    id_field = reading.id_field or next((name for name in ID_FIELDS if name in names), "")
    title_field = reading.title_field or next(
        (name for name in TITLE_FIELDS if name in names and name != text_field), ""
    )
    return text_field, id_field, title_field
