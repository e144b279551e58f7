"""Text and tidy table of a comparison of two systems."""

from textclf.errors import counted
from textclf.evaluation.comparison import Comparison
from textclf.reports.evaluation import NAMES
from textclf.reports.tables import table

COLUMNS = ("figure", "first", "second", "difference", "low", "high", "p", "texts")


def comparison_report(found: Comparison, first: str, second: str) -> str:
    """Return the differences of two systems, with 95% intervals and p."""
    rows = [
        [NAMES[one.figure], one.first, one.second, str(one.difference), f"{one.p:.4f}"]
        for one in found.differences
    ]
    return "\n".join(
        [
            f"{counted(found.texts, 'text')}, {found.equal / found.texts:.1%} with the same answer",
            table(rows, ["", first, second, "difference and 95% interval", "p"]),
            "p is the probability of such a difference, or a larger one, if both are equally good",
        ]
    )


def comparison_rows(found: Comparison) -> list[tuple[object, ...]]:
    """Return the differences as a tidy table."""
    return [
        (
            one.figure,
            one.first,
            one.second,
            one.difference.value,
            one.difference.low,
            one.difference.high,
            one.p,
            found.texts,
        )
        for one in found.differences
    ]
