"""Likely label errors as a table to read, and as CSV to review."""

from collections.abc import Sequence

from textclf.io.delimited import delimited_line
from textclf.reports.tables import table
from textclf.training.suspects import Suspect

_SHOWN = 20
_TEXT = 60
"""Characters of a text in the table."""


def suspects_report(suspects: Sequence[Suspect], texts: int) -> str:
    """Return the likeliest errors of so many labelled texts as a table."""
    if not suspects:
        return f"no label of {texts:,} texts is contradicted by the others"
    rows = [
        [one.record.id, one.label, one.suggested, f"{one.suggested_prob:.2f}", _start(one)]
        for one in suspects[:_SHOWN]
    ]
    head = ["id", "label", "likelier", "prob", "text"]
    end = (
        f"{len(suspects):,} of {texts:,} labels are likely wrong, the surest first; read each "
        "before you change it"
    )
    more = f"; {len(suspects) - _SHOWN:,} more in the file of -o" if len(suspects) > _SHOWN else ""
    return f"{table(rows, head)}\n\n{end}{more}"


def suspects_csv(suspects: Sequence[Suspect]) -> str:
    """Return all likely errors as CSV, the surest first."""
    lines = [["rank", "id", "place", "label", "likelier", "label_prob", "likelier_prob", "text"]]
    for rank, one in enumerate(suspects, start=1):
        record = one.record
        probs = (f"{one.given_prob:.4f}", f"{one.suggested_prob:.4f}")
        lines.append(
            [str(rank), record.id, record.place, one.label, one.suggested, *probs, record.text]
        )
    return "".join(delimited_line(line, ",") for line in lines)


def _start(one: Suspect) -> str:
    text = " ".join(one.record.text.split())
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}..."
