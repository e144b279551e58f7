"""Tidy tables of figures as CSV, and plain data as JSON."""

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path

from textclf.errors import InputError

FORMATS = (".csv", ".tsv", ".json")


def check_format(path: Path | None) -> None:
    """Raise InputError unless the name of an output says one of the formats."""
    if path is not None and path.suffix.lower() not in FORMATS:
        raise InputError(f"{path}: name it {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")


def tidy(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]], data: object) -> str:
    """Return what to write to a file: rows under the columns, or for .json the data."""
    if path.suffix.lower() == ".json":
        return json.dumps(data, ensure_ascii=False, indent=1)
    text = StringIO()
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(one) for one in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    """Return a cell: a figure with six places, and nothing where it is undefined."""
    if value is None:
        return ""
    return f"{value:.6f}" if isinstance(value, float) else value
