"""Proposals from the page: they are appended to a file beside that of the answers."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from textclf.codebook.proposals import Proposal
from textclf.errors import InputError
from textclf.review_page.line_file import LineFile
from textclf.review_page.session import ReviewSession
from textclf.review_page.units import Unit, unit_records

_START = b'{"kind": "'


def proposals_path(answers: Path) -> Path:
    """Return the file of proposals that belongs to a file of answers.

    >>> proposals_path(Path("mine.jsonl")).name
    'mine.proposals.jsonl'
    """
    return answers.with_suffix(".proposals.jsonl")


def propose(session: ReviewSession, unit: Unit, kind: str, text: str, label: str) -> Path:
    """Store an edge case or a term that a coder proposes, with a unit as its example.

    Raises SchemeError for a proposal that makes no sense, and InputError for a unit that is not in
    the pool, and if the proposal cannot be written.
    """
    session.scheme.index(label)
    example = unit_records(session.pool.article(unit.number), session.scheme).get(unit)
    if example is None:
        raise InputError(f"article {unit.number} has no passage {unit.position}")
    proposal = Proposal(
        kind,
        text,
        label,
        session.scheme.version_id,
        session.settings.coder,
        datetime.now(UTC).isoformat(timespec="seconds"),
        example.id,
    )
    path = proposals_path(session.settings.output)
    line = f"{json.dumps(proposal.as_dict())}\n".encode()
    with closing(LineFile(path, _START, lambda *_: None)) as file, file.locked():
        file.write(line)
    return path
