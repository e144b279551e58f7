"""Read and write Parquet tables with pyarrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from textclf.errors import InputError
from textclf.io.input_documents import InputDocument, ReadOptions, check_fields, document_of_row

_ROWS = 1_000
"""Rows that are read or written at a time."""
_JSON_TYPES = (str, int, float, bool, type(None))
_REMEDY = "install textclf with its extra: pip install 'textclf[parquet]'"


def read(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[InputDocument]:
    """Yield a document for each row; a value that JSON has no type for, such as a date, is text.

    Raises InputError if the file is not Parquet or has no column for the text, or if pyarrow is
    not installed.
    """
    pyarrow = _pyarrow(path)
    try:
        file = pyarrow.parquet.ParquetFile(stream)
    except (pyarrow.ArrowInvalid, OSError) as reason:
        raise InputError(f"{path}: is not a Parquet file: {reason}") from None
    fields = check_fields(file.schema_arrow.names, path, reading)
    notes: tuple[str, ...] = (f"{fields} ({path})",) if fields else ()
    number = 0
    batches = file.iter_batches(_ROWS)
    while True:
        try:
            rows = next(batches).to_pylist()
        except StopIteration:
            return
        except (pyarrow.ArrowException, OSError, ValueError) as reason:
            raise InputError(f"{path}: is a damaged Parquet file: {reason}") from None
        for values in rows:
            number += 1
            row = {name: _json_value(value) for name, value in values.items()}
            yield document_of_row(row, f"{path}:{number}", path, reading)._replace(notes=notes)
            notes = ()


class Sink:
    """Writes encoded rows (a JSON list on each line, the header first) as columns of text."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._pyarrow = _pyarrow("a .parquet output")
        self._stream = stream
        self._writer: Any = None
        self._names: list[str] | None = None
        self._rows: list[list[str]] = []

    def append(self, encoded: bytes) -> None:
        """Add rows, and write them when there are enough for a row group."""
        for line in encoded.splitlines():
            cells = json.loads(line)
            if self._names is None:
                self._names = cells
            else:
                self._rows.append(cells)
        if len(self._rows) >= _ROWS:
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


def _json_value(value: object) -> object:
    return value if isinstance(value, _JSON_TYPES) else str(value)
