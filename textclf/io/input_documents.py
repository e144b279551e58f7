"""What reading gives: documents, and files and lines that any process can read later.

It also chooses the fields of a row that hold its text, its title and its id.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from textclf.errors import InputError, choices

InputFormat = Literal["text", "jsonl", "csv", "tsv", "xlsx", "parquet"]

TEXT_FIELDS = ("text", "content", "body", "article", "article_text", "full_text")
ID_FIELDS = ("id", "ID", "Id", "url")
TITLE_FIELDS = ("title", "headline", "Title", "Headline")


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
    format: InputFormat | None = None
    """Given: read every input as this, whatever its name ends in."""
    lines: bool = False
    """Each line of a text file is a document of its own."""


PLAIN = ReadOptions()


def document_of_row(
    row: dict[str, Any], place: str, path: str, reading: ReadOptions, warnings: tuple[str, ...]
) -> Item:
    """Return the document of a row; raises InputError where it has no field for the text."""
    field = text_field(row, place, reading)
    text = row[field]
    key = reading.id_field or next((name for name in ID_FIELDS if name in row), "")
    if reading.id_field and reading.id_field not in row:
        raise InputError(f"{place}: there is no field {reading.id_field!r}; {choices(key, row)}")
    name = str(row[key]) if key and row[key] is not None and row[key] != "" else place
    if text is None:
        text = ""
    if not isinstance(text, str):
        return Item(name, path, "", row, f"{place}: {field} is not a string", place=place)
    title = row.get(title_field(row, field, place, reading))
    named = title if isinstance(title, str) else ""
    return Item(name, path, text, row, warnings=warnings, place=place, title=named)


def title_field(row: Mapping[str, Any], text_column: str, place: str, reading: ReadOptions) -> str:
    """Return the field of the title, empty where there is none."""
    if reading.title_field and reading.title_field not in row:
        raise InputError(
            f"{place}: there is no field {reading.title_field!r}; "
            f"{choices(reading.title_field, row)}"
        )
    if reading.title_field:
        return reading.title_field
    return next((name for name in TITLE_FIELDS if name in row and name != text_column), "")


def unreadable_row(place: str, path: str, row: dict[str, Any], error: str) -> Item:
    """Return what stands for a row that cannot be read."""
    return Item(place, path, "", row, error, place=place)


def text_field(row: Mapping[str, Any], place: str, reading: ReadOptions) -> str:
    """Return the field of the text: the one named, or the first known one that the row has."""
    wanted = (reading.text_field,) if reading.text_field else TEXT_FIELDS
    found = next((name for name in wanted if name in row), None)
    if found is None:
        missing = repr(reading.text_field) if reading.text_field else f"like {TEXT_FIELDS[0]!r}"
        raise InputError(
            f"{place}: there is no field {missing}; {choices(wanted[0], row)}; "
            "name the one that holds the text with --text-field"
        )
    return found
