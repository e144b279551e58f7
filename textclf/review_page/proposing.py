"""Proposals from the page: they are appended to a file beside that of the answers."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from textclf.codebook.proposals import Proposal
from textclf.errors import InputError
from textclf.review_page.session import ReviewSession
from textclf.review_page.units import Unit, unit_id


def proposals_path(answers: Path) -> Path:
    """Return the file of proposals that belongs to a file of answers.

    >>> proposals_path(Path("mine.jsonl")).name
    'mine.proposals.jsonl'
    """
    return answers.with_suffix(".proposals.jsonl")


def propose(session: ReviewSession, unit: Unit, kind: str, text: str, label: str) -> Path:
    """Store an edge case or a term that a coder proposes, with a unit as its example.

    Raises SchemeError for a proposal that makes no sense, and InputError if it cannot be written.
    """
    session.scheme.index(label)
    article = session.pool.article(unit.number)
    proposal = Proposal(
        kind,
        text,
        label,
        session.scheme.version_id,
        session.settings.coder,
        datetime.now(UTC).isoformat(timespec="seconds"),
        unit_id(article.id, unit.position),
    )
    path = proposals_path(session.settings.output)
    line = f"{json.dumps(proposal.as_dict())}\n".encode()
    try:
        with path.open("ab", buffering=0) as file:
            file.write(line)
            os.fsync(file.fileno())
    except OSError as reason:
        raise InputError(f"{path}: cannot be written: {reason.strerror}") from None
    return path
