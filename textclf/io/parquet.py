"""Read and write Parquet tables with pyarrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from textclf.errors import InputError
from textclf.io.input_documents import (
    DeferredRows,
    InputDocument,
    ReadOptions,
    check_fields,
    document_of_row,
)
from textclf.io.read_stream import unread
from textclf.io.reopening import can_be_opened_again

_ROWS = 1_000
"""Rows that are read or written at a time."""
_LARGEST = 4_000_000
"""Bytes of a row group that another process can be given; a larger one is read here, in batches."""
_JSON_TYPES = (str, int, float, bool, type(None))
_REMEDY = "install textclf with its extra: pip install 'textclf[parquet]'"


def read(
    path: str, stream: IO[bytes], reading: ReadOptions
) -> Iterator[InputDocument | DeferredRows]:
    """Yield a document for each row; a value that JSON has no type for, such as a date, is text.

    Row groups of moderate size are to be read later, but for the first.
    Raises InputError if the file is not Parquet or has no column for the text, or if pyarrow is
    not installed.
    """
    file = _opened(path, stream)
    fields = check_fields(file.schema_arrow.names, path, reading)
    notes: tuple[str, ...] = (f"{fields} ({path})",) if fields else ()
    deferred = can_be_opened_again(path, stream)
    number = 1
    for group in range(file.num_row_groups):
        about = file.metadata.row_group(group)
        part = DeferredRows(path, group, number, about.num_rows, about.total_byte_size)
        number += part.items
        if deferred and part.number > 1 and part.size <= _LARGEST:
            yield part
            continue
        for document in _documents(file, part, reading):
            yield document._replace(notes=notes)
            notes = ()


def documents_of_rows(
    part: DeferredRows, stream: IO[bytes], reading: ReadOptions
) -> Iterator[InputDocument]:
    """Yield the documents of a row group of an open file; one with an error if it is damaged.

    Raises InputError if the file is no longer the one that was read.
    """
    file = _opened(part.path, stream)
    groups = file.num_row_groups
    if part.group >= groups or file.metadata.row_group(part.group).num_rows != part.items:
        raise InputError(f"{part.place}: the file changed while it was read; start again")
    try:
        yield from _documents(file, part, reading)
    except InputError as reason:
        yield unread(part.path, reason)


def _opened(path: str, stream: IO[bytes]) -> Any:  # noqa: ANN401 - a ParquetFile
    pyarrow = _pyarrow(path)
    try:
        return pyarrow.parquet.ParquetFile(stream)
    except (pyarrow.ArrowInvalid, OSError) as reason:
        raise InputError(f"{path}: is not a Parquet file: {reason}") from None


def _documents(
    file: Any,  # noqa: ANN401 - a ParquetFile
    part: DeferredRows,
    reading: ReadOptions,
) -> Iterator[InputDocument]:
    """Yield the documents of a row group; raises InputError if the file is damaged."""
    pyarrow = _pyarrow(part.path)
    number = part.number
    batches = file.iter_batches(_ROWS, row_groups=[part.group])
    while True:
        try:
            rows = next(batches).to_pylist()
        except StopIteration:
            return
        except (pyarrow.ArrowException, OSError, ValueError) as reason:
            raise InputError(f"{part.path}: is a damaged Parquet file: {reason}") from None
        for values in rows:
            row = {name: _json_value(value) for name, value in values.items()}
            yield document_of_row(row, f"{part.path}:{number}", part.path, reading)
            number += 1


class Sink:
    """Writes encoded rows (a JSON list on each line, the header first) as columns of text."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._pyarrow = _pyarrow("a .parquet output")
        self._stream = stream
        self._writer: Any = None
        self._names: list[str] | None = None
        self._rows: list[list[str]] = []

    def append(self, encoded: bytes) -> None:
        """Add rows, and write row groups that do not depend on how the rows came."""
        for line in encoded.splitlines():
            cells = json.loads(line)
            if self._names is None:
                self._names = cells
            else:
                self._rows.append(cells)
        while len(self._rows) >= _ROWS:
            self._write()

    def finish(self) -> None:
        """Write the last rows and the end of the file."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        names = self._names or []
        schema = self._pyarrow.schema([(name, self._pyarrow.string()) for name in names])
        if self._writer is None:
            self._writer = self._pyarrow.parquet.ParquetWriter(self._stream, schema)
        rows, self._rows = self._rows[:_ROWS], self._rows[_ROWS:]
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            self._writer.write_table(self._pyarrow.table(columns, schema=schema))


def _pyarrow(what: str) -> Any:  # noqa: ANN401 - a module
    try:
        import pyarrow  # noqa: ICN001, PLC0415 - start-up time, and an extra
        import pyarrow.parquet  # noqa: PLC0415 - the same
    except ImportError:
        raise InputError(f"{what}: needs pyarrow, which is not installed; {_REMEDY}") from None
    return pyarrow


def _json_value(value: object) -> object:
    return value if isinstance(value, _JSON_TYPES) else str(value)
