"""The encoded records of a batch, and the line that the journal of a run has for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import IO, Any, NamedTuple
from zlib import crc32

from textclf.classifier.prediction import Status
from textclf.errors import TextclfError
from textclf.io.problems import Problem


class EncodedBatch(NamedTuple):
    """The bytes of some records, and what to report of them."""

    data: bytes
    number: int = 0
    """How many records there are."""
    failed: int = 0
    """How many records and rejects are of articles that could not be read."""
    messages: tuple[str, ...] = ()
    """Messages that are reported at once."""
    notes: tuple[tuple[str, str], ...] = ()
    """How files are read: path and note."""
    problems: tuple[Problem, ...] = ()
    """Warnings, and why something could not be read."""
    error: TextclfError | None = None
    """The error that ends the run after this batch."""
    removed: Mapping[str, int] = {}
    """How many spans were not read, by reason."""
    answers: Mapping[Status, int] = {}
    """How many predictions have each status."""
    shown: bytes = b""
    """The text that was read of each article, and what was not read and why."""
    bytes_read: int = 0
    """How many bytes of the inputs had been read for these records and those before."""
    items: int = 0
    """How many items of the inputs were read for these records: a blank line is one too."""
    start: int = 0
    """How many items of the inputs come before these."""
    passages: bytes = b""
    """The rows of the table of passages."""
    rejects: bytes = b""
    """The rows of the table of rejects."""
    rejected: int = 0
    """How many rows are in the table of rejects and not among the records."""
    blanks: int = 0
    """How many rows or lines were blank, and have no record."""
    copies: int = 0
    """How many records are of copies of earlier articles."""
    statuses: Mapping[str, Mapping[str, int]] = {}
    """How many predictions of each scheme have each status."""
    labels: Mapping[str, Mapping[str, int]] = {}
    """How many articles each scheme gives each label."""
    priors: Mapping[str, Mapping[str, float]] = {}
    """The shares of labels that were estimated from the inputs, by scheme."""

    def behind(self, headers: EncodedBatch) -> EncodedBatch:
        """Return the batch with the bytes of the headers before its own."""
        return self._replace(
            passages=headers.passages + self.passages, rejects=headers.rejects + self.rejects
        )


class JournalEntry(NamedTuple):
    """A line of the journal: a batch, and how many bytes of it are in each part."""

    batch: EncodedBatch
    """It is without its bytes."""
    sizes: Sequence[int]
    sums: Sequence[int]
    """The CRC-32 of the bytes in each part."""

    @classmethod
    def of(cls, line: bytes) -> JournalEntry | None:
        """Return the entry of a line; None if the line is not whole."""
        try:
            found = json.loads(line)
            batch = {name: _restored(name, value) for name, value in found["batch"].items()}
            return cls(EncodedBatch(**batch), found["sizes"], found["sums"])
        except (ValueError, KeyError, TypeError):
            return None

    def line(self) -> bytes:
        """Return the line of the journal."""
        batch = {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in self.batch._asdict().items()
            if value and not isinstance(value, bytes)
        }
        entry = {"sizes": self.sizes, "sums": self.sums, "batch": {"data": "", **batch}}
        return f"{json.dumps(entry)}\n".encode()

    def is_next_of(self, parts: Sequence[IO[bytes]]) -> bool:
        """Return whether the next bytes of the parts are those of the batch."""
        found = [part.read(size) for part, size in zip(parts, self.sizes, strict=True)]
        return [crc32(one) for one in found] == list(self.sums)


def _restored(name: str, value: Any) -> Any:  # noqa: ANN401 - a field of a batch
    if name == "data":
        return b""
    if name == "answers":
        return {Status(status): number for status, number in value.items()}
    if name == "problems":
        return tuple(Problem(*one) for one in value)
    if name == "notes":
        return tuple(map(tuple, value))
    return tuple(value) if isinstance(value, list) else value
