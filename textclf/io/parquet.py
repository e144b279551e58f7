"""Parquet: a table whose columns keep their types, read and written with pyarrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from textclf.errors import InputError
from textclf.io.input_documents import (
    Item,
    ReadOptions,
    document_of_row,
    text_field,
    title_field,
    unreadable_row,
)

_ROWS = 1_000
"""Rows that are read or written at a time."""
_PLAIN = (str, int, float, bool, type(None))
_REMEDY = "install textclf with its extra: pip install 'textclf[parquet]'"


def read_parquet(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[Item]:
    """Yield a document for each row; what JSON has no type for, such as a date, becomes text.

    Raises InputError for what is no Parquet file, a table without a column for the text, and
    where pyarrow is not installed.
    """
    pyarrow = _pyarrow(path)
    try:
        file = pyarrow.parquet.ParquetFile(stream)
    except (pyarrow.ArrowInvalid, OSError) as reason:
        raise InputError(f"{path}: is not a Parquet file: {reason}") from None
    row: dict[str, Any] = dict.fromkeys(file.schema_arrow.names)
    title_field(row, text_field(row, path, reading), path, reading)
    number = 0
    for batch in file.iter_batches(_ROWS):
        for values in batch.to_pylist():
            number += 1
            place = f"{path}:{number}"
            row = {name: _plain(value) for name, value in values.items()}
            try:
                yield document_of_row(row, place, path, reading, ())
            except InputError as reason:
                yield unreadable_row(place, path, row, str(reason))


class ParquetSink:
    """Writes encoded rows, JSON lists one a line with the header first, as columns of text."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._pyarrow = _pyarrow("a .parquet output")
        self._stream = stream
        self._writer: Any = None
        self._names: list[str] | None = None
        self._rows: list[list[str]] = []

    def append(self, encoded: bytes) -> None:
        """Add rows, and write them where there are enough for a group."""
        for line in encoded.decode("utf-8").splitlines():
            cells = json.loads(line)
            if self._names is None:
                self._names = cells
            else:
                self._rows.append(cells)
        if len(self._rows) >= _ROWS:
            self._write()

    def finish(self) -> None:
        """Write what is left and the end of the file."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        names = self._names or []
        schema = self._pyarrow.schema([(name, self._pyarrow.string()) for name in names])
        if self._writer is None:
            self._writer = self._pyarrow.parquet.ParquetWriter(self._stream, schema)
        columns = [list(column) for column in zip(*self._rows, strict=True)] or [[] for _ in names]
        if self._rows:
            self._writer.write_table(self._pyarrow.table(columns, schema=schema))
        self._rows = []


def _pyarrow(what: str) -> Any:  # noqa: ANN401 - a module
    try:
        import pyarrow  # noqa: ICN001, PLC0415 - start-up time, and an extra
        import pyarrow.parquet  # noqa: PLC0415 - the same
    except ImportError:
        raise InputError(f"{what}: needs pyarrow, which is not installed; {_REMEDY}") from None
    return pyarrow


def _plain(value: object) -> object:
    return value if isinstance(value, _PLAIN) else str(value)
