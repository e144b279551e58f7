"""The columns that a coded table has beside the user's own."""

from textclf._json import dumped
from textclf.classifier.prediction import DocumentResult
from textclf.errors import InputError
from textclf.io.plain_text import strongest


def column_is_taken(name: str, path: str) -> InputError:
    """Return the error of a user's column that has the name of one of ours."""
    return InputError(
        f"{path}: has a column {name!r} already; "
        "set ours apart with --prefix, such as --prefix coded_"
    )


def cells_of(annotation: DocumentResult) -> dict[str, str]:
    """Return our columns for a record, by name."""
    cells: dict[str, str] = {}
    for one in annotation.predictions:
        cells[one.name] = "|".join(one.labels)
        cells[f"{one.name}_prob"] = "" if one.prob is None else f"{one.prob:.4f}"
        cells[f"{one.name}_status"] = one.status.value
        cells[f"{one.name}_evidence"] = "; ".join(
            " ".join(evidence.text.split()) for evidence in strongest(one)
        )
        cells[f"{one.name}_scheme"] = one.scheme
    cells["error"] = annotation.error
    return cells


def cell(value: object) -> str:
    """Return a value of the user's as the text of a cell."""
    if value is None:
        return ""
    return value if isinstance(value, str) else dumped(value)
