"""Answers that a coder may want to read again."""

from collections.abc import Iterator
from typing import Any

from textclf.corpus.records import Record
from textclf.review_page.article_view import shown
from textclf.review_page.session import ReviewSession
from textclf.review_page.units import Unit

_LOOKED_THROUGH = 500
"""Answers that are compared with the model: it takes some milliseconds for each."""


def contradicting_model(session: ReviewSession) -> list[dict[str, Any]]:
    """Return the units of the last 500 answers whose answer is not what the model says."""
    found = []
    for record, unit in _units(session):
        model = session.model_of(unit) if session.classifier else None
        mine = record.labels[session.scheme.name]
        if model and model["labels"] and sorted(model["labels"]) != sorted(mine):
            why = f"the model: {', '.join(model['labels'])} {model['prob']}"
            found.append(_listed(record, unit, session, why))
    return found


def of_older_version(session: ReviewSession, label: str = "") -> list[dict[str, Any]]:
    """Return the units that were answered under another version of the scheme, with a label."""
    return [
        _listed(record, unit, session, f"under {record.answer.scheme}")
        for record, unit in _units(session)
        if record.answer
        and record.answer.scheme != session.scheme.version_id
        and (not label or label in record.labels[session.scheme.name])
    ]


def _units(session: ReviewSession) -> Iterator[tuple[Record, Unit]]:
    """Yield the last 500 answers, with the units of the pool that they are of."""
    for record in list(session.answered.values())[-_LOOKED_THROUGH:]:
        number = session.pool.number_of(record.article or record.id)
        if number is not None:
            yield record, Unit(number, record.position)


def _listed(record: Record, unit: Unit, session: ReviewSession, why: str) -> dict[str, Any]:
    mine = ", ".join(record.labels[session.scheme.name]) or "no label"
    return {
        "unit": unit._asdict(),
        "title": shown(record.title or record.id),
        "why": f"you: {mine}; {why}",
    }
