"""Tables beside the output: the passages of all articles, and the rows that could not be read."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from textclf._json import dumped
from textclf.classifier.prediction import DocumentResult
from textclf.errors import InputError
from textclf.io.formats import FORMATS, format_of_suffix
from textclf.io.input_documents import InputDocument
from textclf.io.record_writer import Format, encoded_row

_TABLES = ("csv", "tsv", "xlsx", "parquet", "jsonl")
_LONGEST_PREFIX = 200
"""Characters of a row that could not be read in the table of rejects."""


class SideTable(NamedTuple):
    """A table whose rows are encoded in any process."""

    style: Format
    columns: tuple[str, ...]

    @classmethod
    def at(cls, path: Path, columns: Sequence[str], option: str) -> "SideTable":
        """Return the table of a file; raises InputError if its suffix names no table."""
        style = format_of_suffix(path.name)
        if style not in _TABLES:
            known = [suffix for name in _TABLES for suffix in FORMATS[name].suffixes]
            raise InputError(
                f"{path}: its suffix names no table; give {option} one of {', '.join(known)}"
            )
        return cls(style, tuple(columns))

    @property
    def header(self) -> bytes:
        """The bytes before the first row."""
        return b"" if self.style == "jsonl" else self._encoded(self.columns)

    def encoded(self, rows: Iterable[Mapping[str, Any]]) -> bytes:
        """Return the bytes of rows, each of which has all columns."""
        if self.style == "jsonl":
            lines = [f"{dumped(dict(row))}\n" for row in rows]
            return "".join(lines).encode("utf-8", "backslashreplace")
        return b"".join(
            [self._encoded([_cell(row[name]) for name in self.columns]) for row in rows]
        )

    def _encoded(self, cells: Sequence[str]) -> bytes:
        return encoded_row(self.style, cells).encode("utf-8", "backslashreplace")


PASSAGE_COLUMNS = (
    *("id", "scheme", "passage", "start", "end", "text", "label", "prob", "status", "supporting"),
)


def passage_rows(result: DocumentResult) -> Iterable[Mapping[str, Any]]:
    """Yield a row for each passage and scheme; the texts are taken from the text of the result."""
    for prediction in result.predictions:
        supporting = set(prediction.supporting_passages)
        for number, one in enumerate(prediction.passages):
            yield {
                "id": result.id,
                "scheme": prediction.name,
                "passage": number,
                "start": one.start,
                "end": one.end,
                "text": " ".join(result.text[one.start : one.end].split()),
                "label": "|".join(one.labels),
                "prob": None if one.prob is None else round(one.prob, 4),
                "status": one.status.value,
                "supporting": number in supporting,
            }


REJECT_COLUMNS = ("file", "row", "offset", "reason", "raw")


def reject_row(item: InputDocument) -> Mapping[str, Any]:
    """Return the row of an input that could not be read."""
    row = item.place.removeprefix(f"{item.path}:") if item.place != item.path else ""
    cells = [cell for cell in (item.row or {}).values() if cell]
    raw = item.raw or " ".join(cell if isinstance(cell, str) else dumped(cell) for cell in cells)
    return {
        "file": item.path,
        "row": int(row) if row.isdecimal() else row or None,
        "offset": item.offset,
        "reason": item.error.removeprefix(f"{item.place}: "),
        "raw": " ".join(raw[: 2 * _LONGEST_PREFIX].split())[:_LONGEST_PREFIX],
    }


def _cell(value: object) -> str:
    """Return a value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
