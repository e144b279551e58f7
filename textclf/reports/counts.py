"""Counts of labels as a table to read, and as tidy rows for other programs."""

import json
import math
from collections.abc import Iterator, Sequence

from textclf.io.delimited import delimited_line
from textclf.prevalence.counts import Count
from textclf.reports.tables import table


def counts_report(counts: Sequence[Count], by: Sequence[str]) -> str:
    """Return the counts as a table, then why the estimate to report is that one."""
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
            "report" if one.report else "",
        ]
        for one in counts
    ]
    notes = dict.fromkeys(
        f"{one.estimate.method}: {one.estimate.note}" for one in counts if one.estimate.note
    )
    return "\n".join([table(rows, head), "", *notes])


def counts_csv(counts: Sequence[Count], by: Sequence[str]) -> str:
    """Return the counts as CSV with one row for each group, label and method."""
    records = list(_records(counts, by))
    lines = [list(records[0]), *([_cell(value) for value in one.values()] for one in records)]
    return "".join(delimited_line(line, ",") for line in lines)


def counts_json(counts: Sequence[Count], by: Sequence[str]) -> str:
    """Return the counts as a JSON list of the rows of `counts_csv`."""
    return json.dumps(list(_records(counts, by)), ensure_ascii=False, indent=1) + "\n"


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
            "count": 0 if not one.rows else _number(found.value * one.rows),
            "count_low": 0 if not one.rows else _number(found.low * one.rows),
            "count_high": 0 if not one.rows else _number(found.high * one.rows),
            "report": one.report,
            "note": found.note,
        }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


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
