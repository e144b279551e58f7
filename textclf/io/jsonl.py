"""Read and write JSON lines: one record on each line."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from textclf._json import dumped, line, parsed
from textclf.classifier.prediction import DocumentResult
from textclf.errors import InputError
from textclf.io.encoding import decode_line, raw_lines
from textclf.io.fields import TEXT_FIELDS
from textclf.io.input_documents import (
    DeferredLine,
    InputDocument,
    ReadOptions,
    check_fields,
    document_of_row,
    unreadable_row,
)
from textclf.io.result_columns import column_is_taken

ADDED_FIELDS = ("path", "error", "warnings", "copy_of", "schemes", "removed")
"""What is added to the fields of the user; `id` is added only where there is none."""
_SHOWN = 1_000
"""Bytes of a line that cannot be read that are kept."""


def read(
    path: str, stream: IO[bytes], reading: ReadOptions
) -> Iterator[InputDocument | DeferredLine]:
    """Yield the documents up to the first readable line, then the lines to be parsed later.

    Raises InputError if the first row has no field for the text.
    """
    lines = _deferred(path, stream, reading.longest_line)
    for one in lines:
        if document := document_of_line(one, reading, first=True):
            yield document
            if document.row:
                break
    yield from lines


def _deferred(path: str, stream: IO[bytes], longest: int) -> Iterator[DeferredLine]:
    offset: int | None = 0
    for number, raw in enumerate(raw_lines(stream, longest), start=1):
        yield DeferredLine(path, f"{path}:{number}", raw, offset)
        # Behind a line that was cut, it is not known.
        offset = None if offset is None or len(raw) > longest else offset + len(raw)


def document_of_line(
    one: DeferredLine, reading: ReadOptions, *, first: bool = False
) -> InputDocument | None:
    """Return the document of a line, or None for a blank one.

    Raises InputError if the line is the `first` row and has no field for the text.
    """
    path, place = one.path, one.place
    text, error, warnings = decode_line(place, one.raw, reading.longest_line)
    if not error and not text.strip():
        return None
    row = None
    try:
        row = parsed(text)
    except (ValueError, RecursionError) as reason:
        error = error or f"{place}: is not JSON: {reason}"
    if not isinstance(row, dict):
        error = error or f"{place}: is not a JSON object, {{...}}"
        shown = one.raw[:_SHOWN].decode("utf-8", "replace")
        return unreadable_row(place, path, {}, error, one.offset, shown)
    if not first:
        return document_of_row(row, place, path, reading, warnings)
    try:
        fields = check_fields(row, place, reading)
    except InputError as reason:
        raise InputError(f"{reason}{_inside(row)}") from None
    notes = (f"{fields} ({path})",) if fields else ()
    return document_of_row(row, place, path, reading, warnings)._replace(notes=notes)


def _inside(row: Mapping[str, Any]) -> str:
    """Return the end of an error that names a field inside a field that may hold the text."""
    for name, value in row.items():
        if isinstance(value, dict) and (found := next((n for n in TEXT_FIELDS if n in value), "")):
            return f", such as --text-field {name}.{found}"
    return ""


def json_record(result: DocumentResult, row: Mapping[str, Any] | None, prefix: str) -> str:
    """Return the JSON text of a record: the user's own fields, then the added ones."""
    return line(_merged(result, row or {}, prefix))


def _merged(result: DocumentResult, row: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """Return the JSON text of each field; the user's own id is kept."""
    merged = {name: dumped(value) for name, value in row.items()}
    for name, value in result.as_json().items():
        if (added := prefix + name) not in merged:
            merged[added] = value
        elif added != "id":
            raise column_is_taken(added, result.path)
    return merged
