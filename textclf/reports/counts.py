"""Counts of labels as a table to read, and as tidy rows for other programs."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from textclf.prevalence.counts import Count
from textclf.reports.tables import table
from textclf.reports.tidy import tidy


def counts_report(counts: Sequence[Count], by: Sequence[str]) -> str:
    """Return the counts as a table, then the notes on each method.

    Where rows of one method have different notes, each note names its groups and labels.
    """
    head = [*by, "label", "rows", "method", "share", "95% interval", "count", ""]
    rows = [
        [
            *one.group,
            one.label,
            one.rows,
            one.estimate.method,
            _share(one.estimate.value),
            _interval(one),
            _count(one),
            one.advice,
        ]
        for one in counts
    ]
    return "\n".join([table(rows, head), "", *_notes(counts)])


def _notes(counts: Sequence[Count]) -> Iterator[str]:
    rows_of: dict[str, dict[str, list[str]]] = {}
    for one in counts:
        of_method = rows_of.setdefault(one.estimate.method, {})
        of_method.setdefault(one.estimate.note, []).append(" ".join((*one.group, one.label)))
    for method, of_method in rows_of.items():
        for note, rows in of_method.items():
            which = f" ({', '.join(rows)})" if len(of_method) > 1 else ""
            if note:
                yield f"{method}{which}: {note}"


def counts_tidy(counts: Sequence[Count], by: Sequence[str], path: Path) -> str:
    """Return what to write to a file: a row for each group, label and method."""
    records = list(_records(counts, by))
    rows = [
        ["yes" if value is True else "no" if value is False else value for value in one.values()]
        for one in records
    ]
    return tidy(path, list(records[0]), rows, records)


def _records(counts: Sequence[Count], by: Sequence[str]) -> Iterator[dict[str, object]]:
    for one in counts:
        found = one.estimate
        yield {
            **dict(zip(by, one.group, strict=True)),
            "label": one.label,
            "rows": one.rows,
            "coded": one.coded,
            "method": found.method,
            "share": _number(found.value),
            "low": _number(found.low),
            "high": _number(found.high),
            "count": 0.0 if not one.rows else _number(found.value * one.rows),
            "count_low": 0.0 if not one.rows else _number(found.low * one.rows),
            "count_high": 0.0 if not one.rows else _number(found.high * one.rows),
            "report": one.report,
            "note": "; ".join(filter(None, ("" if one.report else one.advice, found.note))),
        }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def _share(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2%}"


def _interval(one: Count) -> str:
    low, high = one.estimate.low, one.estimate.high
    return "" if math.isnan(low) else f"{low:.2%} to {high:.2%}"


def _count(one: Count) -> str:
    value = one.estimate.value
    if not one.rows:
        return "0"
    return "" if math.isnan(value) else f"{value * one.rows:,.0f}"
