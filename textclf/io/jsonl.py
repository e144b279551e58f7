"""Read and write JSON lines: one record on each line."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import chain
from typing import IO, Any

from textclf._json import dumped, line, parsed
from textclf.classifier.prediction import DocumentResult
from textclf.errors import InputError
from textclf.io.encoding import decode_line, is_wide, raw_lines
from textclf.io.fields import TEXT_FIELDS
from textclf.io.input_documents import (
    DeferredLines,
    InputDocument,
    ReadOptions,
    check_fields,
    document_of_row,
    unreadable_row,
)
from textclf.io.reopening import can_be_opened_again
from textclf.io.result_columns import column_is_taken

_FIRST, _MOST = 63, 64
"""Lines in the first deferred part of a file, and in each one that follows.

With the document before it, the first part fills the first batch. Others are as long as the
batches of many jobs.
"""
_LARGEST = 1_000_000
"""Bytes: a part that has as many is full."""
ADDED_FIELDS = ("path", "error", "warnings", "copy_of", "schemes", "removed")
"""What is added to the fields of the user; `id` is added only where there is none."""
_SHOWN = 1_000
"""Bytes of a line that cannot be read that are kept."""


def read(
    path: str, stream: IO[bytes], reading: ReadOptions
) -> Iterator[InputDocument | DeferredLines]:
    """Yield the documents up to the first readable line, then the lines to be parsed later.

    Lines of a file that any process can open are given by their offset, others as they are.
    Raises InputError if the first row has no field for the text.
    """
    by_offset = can_be_opened_again(path, stream) and not is_wide(stream)
    number = 0
    lines = _with_offsets(raw_lines(stream, reading.longest_line), reading.longest_line)
    for number, (offset, raw) in enumerate(lines, start=1):
        if document := _document_of_line(path, number, offset, raw, reading, first=True):
            yield document
            if document.row:
                break
    yield from _parts(path, number + 1, lines, reading.longest_line, by_offset=by_offset)


def _with_offsets(lines: Iterator[bytes], longest: int) -> Iterator[tuple[int | None, bytes]]:
    offset: int | None = 0
    for raw in lines:
        yield offset, raw
        # Behind a line that was cut, it is not known.
        offset = None if offset is None or len(raw) > longest else offset + len(raw)


def _parts(
    path: str,
    number: int,
    lines: Iterator[tuple[int | None, bytes]],
    longest: int,
    *,
    by_offset: bool,
) -> Iterator[DeferredLines]:
    """Yield successive lines in parts of bounded size; a line that was cut is one of its own.

    `by_offset` leaves the lines out where their offset is known.
    """
    held: list[bytes] = []
    start: int | None = None
    size, most = 0, _FIRST
    for offset, raw in chain(lines, [(None, b"")]):
        if held and (not raw or len(raw) > longest or len(held) == most or size >= _LARGEST):
            left_out = by_offset and start is not None and size <= longest
            data = None if left_out else b"".join(held)
            yield DeferredLines(path, number, len(held), start, size, data)
            number, most = number + len(held), _MOST
            held, size = [], 0
        if not held:
            start = offset
        held.append(raw)
        size += len(raw)


def documents_of_lines(
    part: DeferredLines, data: bytes, reading: ReadOptions
) -> Iterator[InputDocument]:
    """Yield the documents of successive lines, given as bytes.

    Raises InputError if there are not as many bytes and lines as there were.
    """
    lines = list(BytesIO(data))
    if len(data) != part.size or len(lines) != part.items:
        raise InputError(f"{part.place}: the file changed while it was read; start again")
    offset = part.offset
    for number, raw in enumerate(lines, start=part.number):
        if document := _document_of_line(part.path, number, offset, raw, reading):
            yield document
        offset = None if offset is None else offset + len(raw)


def _document_of_line(
    path: str,
    number: int,
    offset: int | None,
    raw: bytes,
    reading: ReadOptions,
    *,
    first: bool = False,
) -> InputDocument | None:
    """Return the document of a line, or None for a blank one.

    Raises InputError if the line is the `first` row and has no field for the text.
    """
    place = f"{path}:{number}"
    text, error, warnings = decode_line(place, raw, reading.longest_line)
    if not error and not text.strip():
        return None
    row = None
    try:
        row = parsed(text)
    except (ValueError, RecursionError) as reason:
        error = error or f"{place}: is not JSON: {reason}"
    if not isinstance(row, dict):
        error = error or f"{place}: is not a JSON object, {{...}}"
        shown = raw[:_SHOWN].decode("utf-8", "replace")
        return unreadable_row(place, path, {}, error, offset, shown)
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
