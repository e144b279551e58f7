"""The rows of a table of results: the user's own columns, then the columns that textclf adds."""

from collections.abc import Mapping, Sequence
from typing import Any

from textclf._json import dumped
from textclf.classifier.prediction import DocumentResult, Labelled
from textclf.errors import InputError
from textclf.io.plain_text import strongest


def column_is_taken(name: str, path: str) -> InputError:
    """Return the error for a user's column that has the name of an added column."""
    return InputError(
        f"{path}: already has a column {name!r}; "
        "rename the added columns with --prefix, such as --prefix coded_"
    )


def header_cells(first: Labelled, prefix: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the user's columns and of the added ones.

    Raises InputError if a name is in both.
    """
    result, row = first
    own = ("source",) if row is None else tuple(row)
    added = tuple(prefix + name for name in _added_cells(result))
    if taken := next((name for name in added if name in own), None):
        raise column_is_taken(taken, result.path)
    return own, added


def row_cells(
    result: DocumentResult, row: Mapping[str, Any] | None, columns: Sequence[str]
) -> list[str]:
    """Return the cells of the user's `columns`, then those of the added columns.

    Raises InputError for a row with a column that is not in `columns`.
    """
    own = {"source": result.id} if row is None else row
    if row is None and result.error and "source" not in columns:
        own = {}  # the rest of a table that could not be read: it has no row of its own
    extra = next((name for name in own if name not in columns), None)
    if extra is not None:
        raise InputError(
            f"{result.path}: has a column {extra!r} that the first input does not have; "
            "label the two inputs separately, or write .jsonl"
        )
    return [*(_cell(own.get(name)) for name in columns), *_added_cells(result).values()]


def _added_cells(result: DocumentResult) -> dict[str, str]:
    """Return the added columns of a result, by name."""
    cells: dict[str, str] = {}
    for one in result.predictions:
        cells[one.name] = "|".join(one.labels)
        cells[f"{one.name}_prob"] = "" if one.prob is None else f"{one.prob:.4f}"
        cells[f"{one.name}_status"] = one.status.value
        cells[f"{one.name}_evidence"] = "; ".join(
            " ".join(evidence.text.split()) for evidence in strongest(one)
        )
        cells[f"{one.name}_scheme"] = str(one.scheme)
    cells["error"] = result.error
    return cells


def _cell(value: object) -> str:
    """Return a value of the user's row as text: a string as it is, anything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else dumped(value)
