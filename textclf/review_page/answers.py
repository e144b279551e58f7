"""The file of answers: JSON lines that are appended and never changed.

Several programs may append to one file. An answer is in the file, and on the disk, before
`append` returns.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from textclf.corpus.given_answers import held_answers
from textclf.corpus.records import Record, parse_record, record_line
from textclf.errors import InputError
from textclf.review_page.line_file import LineFile, locked

_START = b'{"id": "'


class AnswerFile:
    """The answers in a file, those of other programs among them.

    An answer to a text that does not fit the pool, as `fits` says of its record, is ignored.
    Raises CorpusError with file and line for a line that is no record, and InputError if the file
    cannot be opened. LineFile says what becomes of a half line.
    """

    def __init__(
        self,
        path: Path,
        report: Callable[[str], None] = lambda _: None,
        fits: Callable[[Record], bool] = lambda _: True,
    ) -> None:
        self.path = path
        self._fits = fits
        self._records: list[Record] = []
        self._keys: set[str] = set()
        self._others: list[str] = []
        """The ids of answers that are ignored."""
        self._lines = LineFile(path, _START, self._take, report)
        if self._others:
            report(
                f"{path}: {len(self._others):,} answers are ignored, the first of "
                f"{self._others[0]!r}: an article of the pool has the same id and another text"
            )

    def close(self) -> None:
        """Close the file."""
        self._lines.close()

    def append(self, *records: Record) -> int:
        """Write records to the disk; return how many have a key that the file has not yet.

        Raises InputError if the disk does not take them; the file is then as it was before.
        """
        with self._lines.locked():
            new = [one for one in records if not (one.answer and one.answer.key in self._keys)]
            if new:
                self._lines.write(b"".join(map(record_line, new)))
        return len(new)

    def refresh(self) -> None:
        """Read what other programs have appended."""
        self._lines.refresh()

    def held(self, scheme: str) -> list[Record]:
        """Return the records of answers that hold under a scheme, without their texts."""
        return [
            one
            for one in held_answers(self._records)
            if one.answer and one.answer.scheme_name == scheme
        ]

    def given_by(self, coder: str, scheme: str, *, decides: bool) -> list[Record]:
        """Return the answers of a coder, or decisions, that were not taken back, in order."""
        found: dict[int, Record] = {}
        places: dict[str, list[int]] = {}
        for place, record in enumerate(self._records):
            given = record.answer
            if given is None or given.decides != decides:
                continue
            if (given.coder, given.scheme_name) != (coder, scheme):
                continue
            own = places.setdefault(record.id, [])
            if own and given.repeats:
                found[own[-1]] = record
            elif own and given.undo:
                del found[own.pop()]
            elif not given.undo:
                own.append(place)
                found[place] = record
        return list(found.values())

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def _take(self, data: object, place: str) -> None:
        record = parse_record(data, place)
        if record.answer and record.answer.key:
            self._keys.add(record.answer.key)
        if record.answer and not record.answer.undo and not self._fits(record):
            self._others.append(record.id)
        else:
            self._records.append(replace(record, text=""))


@contextmanager
def only_session(path: Path, coder: str) -> Iterator[None]:
    """Let one session at a time answer into a file under the name of a coder.

    Raises InputError if there is another one.
    """
    name = sha256(coder.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    beside = path.with_name(f".{path.name}.{name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(beside, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as reason:
        raise InputError(f"{beside}: cannot be opened: {reason.strerror}") from None
    busy = (
        f"{path}: {coder or 'a coder without a name'} answers into it already, in another session; "
        "stop that one, or give another name with --coder"
    )
    try:
        with locked(file, beside, busy):
            try:
                yield
            finally:
                with suppress(OSError):
                    beside.unlink()
    finally:
        os.close(file)


def coders_of(records: Sequence[Record]) -> dict[str, dict[str, Record]]:
    """Return for each text its answers by coder, without decisions between coders."""
    found: dict[str, dict[str, Record]] = {}
    for record in records:
        if record.answer and not record.answer.decides:
            found.setdefault(record.id, {})[record.answer.coder] = record
    return found
