"""JSON lines: one record a line, read and written."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from textclf._json import dumped, line, parsed
from textclf.classifier.prediction import DocumentResult
from textclf.errors import InputError
from textclf.io.columns import column_is_taken
from textclf.io.encoding import decode_line, raw_lines
from textclf.io.input_documents import Item, Line, ReadOptions, document_of_row, unreadable_row


def read_jsonl(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[Item | Line]:
    """Yield the documents of the lines up to the first good one, then lines to be read later.

    Raises InputError where the first row has no field for the text.
    """
    numbered = enumerate(raw_lines(stream), start=1)
    lines = (Line(path, f"{path}:{number}", raw) for number, raw in numbered)
    for one in lines:
        if item := document_of_line(one, reading, first=True):
            yield item
            if item.row:
                break
    yield from lines


def document_of_line(one: Line, reading: ReadOptions, *, first: bool = False) -> Item | None:
    """Return what a line holds; raises InputError where the first row has no field for the text."""
    path, place = one.path, one.place
    text, error, warnings = decode_line(place, one.raw)
    if not error and not text.strip():
        return None
    row = None
    try:
        row = parsed(text)
    except (ValueError, RecursionError) as reason:
        error = error or f"{place}: is not JSON: {reason}"
    if not isinstance(row, dict):
        return unreadable_row(place, path, {}, error or f"{place}: is not a JSON object, {{...}}")
    try:
        return document_of_row(row, place, path, reading, warnings)
    except InputError as reason:
        if first:
            raise
        return unreadable_row(place, path, row, str(reason))


def json_record(result: DocumentResult, row: Mapping[str, Any] | None, prefix: str) -> str:
    """Return the JSON text of a record: the user's fields, then ours."""
    return line(_merged(result, row or {}, prefix))


def _merged(annotation: DocumentResult, row: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """Return the user's fields, then ours, in JSON; the user's own id stays as it is."""
    merged = {name: dumped(value) for name, value in row.items()}
    for name, value in annotation.as_json().items():
        if (own := prefix + name) not in merged:
            merged[own] = value
        elif own != "id":
            raise column_is_taken(own, annotation.path)
    return merged
