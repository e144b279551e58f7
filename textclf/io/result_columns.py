"""The rows of a table of results: the user's own columns, then the columns that textclf adds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from textclf._json import dumped
from textclf.classifier.prediction import DocumentResult, Labelled, Prediction
from textclf.codebook.scheme import Scheme
from textclf.errors import InputError
from textclf.io.plain_text import strongest


class AddedColumns(NamedTuple):
    """Which columns are added to those that every scheme has."""

    passages: frozenset[str] = frozenset()
    """The schemes with a column of the passages that decided: those that label passages."""
    labels: Mapping[str, Sequence[str]] = {}
    """For each scheme, the labels with a column for their probability."""

    @classmethod
    def of(cls, schemes: Iterable[Scheme], *, all_probabilities: bool = False) -> "AddedColumns":
        """Return the columns for schemes; with `all_probabilities`, each label has one."""
        schemes = list(schemes)
        return cls(
            frozenset(one.name for one in schemes if one.by_passage),
            {one.name: one.label_names for one in schemes} if all_probabilities else {},
        )


PLAIN = AddedColumns()


def column_is_taken(name: str, path: str) -> InputError:
    """Return the error for a user's column that has the name of an added column."""
    return InputError(
        f"{path}: already has a column {name!r}; "
        "rename the added columns with --prefix, such as --prefix coded_"
    )


def header_cells(
    first: Labelled, prefix: str, columns: AddedColumns = PLAIN
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the user's columns and of the added ones.

    Raises InputError if a name is in both.
    """
    result, row = first
    own = ("source",) if row is None else tuple(row)
    added = tuple(prefix + name for name in _added_cells(result, columns))
    if taken := next((name for name in added if name in own), None):
        raise column_is_taken(taken, result.path)
    return own, added


def row_cells(
    result: DocumentResult,
    row: Mapping[str, Any] | None,
    columns: Sequence[str],
    added: AddedColumns = PLAIN,
) -> list[str]:
    """Return the cells of the user's `columns`, then those of the added columns.

    The texts of passages are taken from the text of the result. Raises InputError for a row with
    a column that is not in `columns`.
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
    return [*(_cell(own.get(name)) for name in columns), *_added_cells(result, added).values()]


def _added_cells(result: DocumentResult, columns: AddedColumns) -> dict[str, str]:
    """Return the added columns of a result, by name."""
    cells: dict[str, str] = {}
    for one in result.predictions:
        name = one.name
        cells[name] = "|".join(one.labels)
        cells[f"{name}_prob"] = _number(one.prob)
        cells[f"{name}_margin"] = _number(one.margin)
        cells[f"{name}_status"] = one.status.value
        cells[f"{name}_in_vocabulary"] = f"{one.in_vocabulary:.4f}"
        cells[f"{name}_evidence"] = "; ".join(
            " ".join(evidence.text.split()) for evidence in strongest(one)
        )
        if name in columns.passages:
            cells[f"{name}_passages"] = " | ".join(_supporting(one, result.text))
        cells[f"{name}_scheme"] = str(one.scheme)
        cells[f"{name}_model"] = one.model
        if name in columns.labels:
            probs = dict(one.probs)
            for label in columns.labels[name]:
                cells[f"{name}_prob_{label}"] = _number(probs.get(label))
    cells["error"] = result.error
    cells["copy_of"] = result.copy_of
    return cells


def _supporting(prediction: Prediction, text: str) -> Iterable[str]:
    """Yield the text of each passage that decided, on one line."""
    for number in prediction.supporting_passages:
        passage = prediction.passages[number]
        yield " ".join(text[passage.start : passage.end].split())


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:.4f}"


def _cell(value: object) -> str:
    """Return a value of the user's row as text: a string as it is, anything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else dumped(value)
