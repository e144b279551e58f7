"""Read JSON files: an array of records, records under a key, or one article."""

from collections.abc import Iterator
from typing import IO, Any

from textclf._json import parsed
from textclf.errors import InputError
from textclf.io.encoding import decode
from textclf.io.fields import TEXT_FIELDS
from textclf.io.input_documents import (
    InputDocument,
    ReadOptions,
    check_fields,
    document_of_row,
    unreadable_row,
)

_LARGEST = 100_000_000
"""Bytes of a file, which is read as a whole."""
_DEEPEST = 3
"""Keys above a list of records, at most, as in `{"response": {"results": [...]}}`."""


def read(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[InputDocument]:
    """Yield a document for each record; a place is the file and the number of the record.

    Raises InputError if the file is not JSON, is too large, or holds no records, and if its first
    record has no field for the text.
    """
    records = records_of(path, stream, reading)
    checked = False
    for number, record in enumerate(records, start=1):
        place = f"{path}:{number}"
        row = {"text": record} if isinstance(record, str) else record
        if not isinstance(row, dict):
            yield unreadable_row(place, path, {}, f"{place}: is not a JSON object, {{...}}")
            continue
        if not checked:
            check_fields(row, place, reading)
            checked = True
        yield document_of_row(row, place, path, reading)


def records_of(path: str, stream: IO[bytes], reading: ReadOptions) -> list[Any]:
    """Return the records of a JSON file; raises InputError if there are none."""
    data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise InputError(
            f"{path}: is JSON of more than {_LARGEST // 1_000_000} MB in one piece; turn it into "
            "JSON lines, for example with `jq -c '.[]' FILE`"
        )
    try:
        text, _ = decode(data)
        value = parsed(text)
    except (ValueError, RecursionError) as reason:
        raise InputError(f"{path}: is not JSON: {reason}") from None
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        given = reading.columns or ((reading.text_field,) if reading.text_field else ())
        wanted = [name.partition(".")[0] for name in given] or TEXT_FIELDS
        if not {name.lower() for name in wanted}.isdisjoint(name.lower() for name in value):
            return [value]
        found = _lists_of_records(value)
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            raise InputError(
                f"{path}: has several lists of records, under {', '.join(found)}; "
                "give a file with one of them"
            )
        return [value]
    raise InputError(f"{path}: is JSON, but no list of records; give [{{...}}, {{...}}]")


def _lists_of_records(value: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the highest lists of objects in an object, by their path."""
    level = {"": value}
    for _ in range(_DEEPEST):
        found: dict[str, list[Any]] = {}
        below: dict[str, dict[str, Any]] = {}
        for above, one in level.items():
            for name, inner in one.items():
                key = f"{above}{name}"
                if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                    found[key] = inner
                elif isinstance(inner, dict):
                    below[f"{key}."] = inner
        if found:
            return found
        level = below
    return {}
