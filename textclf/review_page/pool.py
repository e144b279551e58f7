"""The pool: articles to be reviewed, in a temporary database on the disk.

The database has no name, so that nothing is left of it when the process ends, also by a signal.
"""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from textclf.codebook.scheme import Scheme
from textclf.errors import InputError
from textclf.io.fields import chosen_fields, value_at
from textclf.io.input_documents import InputDocument, ReadOptions
from textclf.io.read_inputs import read_items

_TABLE = """
CREATE TABLE article (
    n INTEGER PRIMARY KEY, id TEXT UNIQUE, title TEXT, text TEXT, source TEXT, date TEXT,
    month TEXT, coded TEXT, label TEXT, prob REAL
)
"""
_INSERT = (
    "INSERT OR IGNORE INTO article (n, id, title, text, source, date, month, coded) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_CACHE = 32_000
"""Kilobytes of the database that are kept in memory."""
_MONTH = re.compile(
    r"\b((?:19|20)\d\d)[-/.](0[1-9]|1[0-2])(?!\d\d)|\b(0?[1-9]|[12]\d|3[01])?\s*"
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
    r"\s+(?:\d{1,2}(?:st|nd|rd|th)?,?\s+)?((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Article(NamedTuple):
    """One article of the pool."""

    number: int
    """Its place in the pool, from 0."""
    id: str
    title: str
    text: str
    source: str
    date: str
    coded: str
    """The labels that the pool itself gives it, with a bar between them."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which articles are looked for; an empty field asks for nothing."""

    word: str = ""
    month: str = ""
    source: str = ""
    called: str = ""
    """The label that the model gives."""


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """What the page lets a coder choose from."""

    size: int
    months: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    unread: int = 0
    """Articles that cannot be read or have no text."""
    repeated: int = 0
    """Articles with an id that an earlier article has."""
    first_error: str = field(default="", compare=False)


class Pool:
    """Articles by number, with a search. It serves one thread at a time."""

    def __init__(self, articles: Iterable[Article | str]) -> None:
        """Store articles; a text in place of an article is the reason why one was not read."""
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(f"PRAGMA cache_size = -{_CACHE}")
        self._db.execute(_TABLE)
        unread, repeated, error, size = 0, 0, "", 0
        self._db.execute("BEGIN")
        for one in articles:
            if isinstance(one, str):
                unread, error = unread + 1, error or one
                continue
            row = map(_storable, (one.id, one.title, one.text, one.source, one.date))
            stored = self._db.execute(_INSERT, (size, *row, month_of(one.date), one.coded))
            repeated += 1 - stored.rowcount
            size += stored.rowcount
        self._db.execute("COMMIT")
        for column in ("month", "source"):
            self._db.execute(f"CREATE INDEX by_{column} ON article ({column})")
        self.facts = PoolFacts(
            size, self._distinct("month"), self._distinct("source"), unread, repeated, error
        )

    @classmethod
    def read(
        cls,
        inputs: Sequence[str],
        scheme: Scheme,
        reading: ReadOptions = ReadOptions(),
        report: Callable[[str], None] = lambda _: None,
        left_out: Collection[Path] = (),
    ) -> "Pool":
        """Return the pool of all articles that `predict` would read from the inputs.

        The files `left_out` may lie in a folder that is an input. Raises InputError if there is no
        article, for an input that does not exist, and for one that is to be left out.
        """
        out = {path.resolve() for path in left_out}
        for one in inputs:
            if Path(one).resolve() in out:
                raise InputError(f"{one}: is written by the review page, so it cannot be an input")
        items = read_items(inputs, reading)
        if out:
            items = _without(items, out)
        pool = cls(_articles(items, scheme, reading))
        facts = pool.facts
        if not facts.size:
            raise InputError(
                f"{', '.join(inputs)}: holds no article to review"
                + (f"; the first problem: {facts.first_error}" if facts.first_error else "")
            )
        if facts.unread:
            report(
                f"{facts.unread:,} articles are left out, the first because: {facts.first_error}"
            )
        if facts.repeated:
            report(
                f"{facts.repeated:,} articles are left out: an earlier one has the same id, or the "
                "same text without an id"
            )
        return pool

    def __len__(self) -> int:
        return self.facts.size

    def article(self, number: int) -> Article:
        """Return an article by its number; raises InputError if there is none."""
        row = self._db.execute(
            "SELECT n, id, title, text, source, date, coded FROM article WHERE n = ?", (number,)
        ).fetchone()
        if row is None:
            raise InputError(f"the pool has no article number {number}; it has {len(self):,}")
        return Article(row[0], *map(_restored, row[1:]))

    def number_of(self, name: str) -> int | None:
        """Return the number of the article with an id; None if there is none."""
        row = self._db.execute("SELECT n FROM article WHERE id = ?", (_storable(name),)).fetchone()
        return None if row is None else int(row[0])

    def ids(self, numbers: Iterable[int]) -> Iterator[str]:
        """Yield the ids of articles."""
        for number in numbers:
            row = self._db.execute("SELECT id FROM article WHERE n = ?", (number,)).fetchone()
            yield _restored(row[0])

    def set_predictions(self, rows: Iterable[tuple[int, str, float]]) -> None:
        """Store what a model predicts: number, labels with a bar between, and probability."""
        self._db.execute("BEGIN")
        self._db.executemany(
            "UPDATE article SET label = ?2, prob = ?3 WHERE n = ?1",
            rows,
        )
        self._db.execute("COMMIT")

    def predicted(self, number: int) -> str | None:
        """Return the labels that were predicted for an article; None before that."""
        row = self._db.execute("SELECT label FROM article WHERE n = ?", (number,)).fetchone()
        return None if row is None or row[0] is None else str(row[0])

    def search(self, wanted: Search, *, least_sure: bool = False) -> list[int]:
        """Return the numbers of matching articles, in the order of the pool, or by probability."""
        conditions: list[str] = []
        values: list[Any] = []
        if wanted.word:
            like = re.sub(r"([\\%_])", r"\\\1", wanted.word)
            conditions.append(r"(title LIKE ? ESCAPE '\' OR text LIKE ? ESCAPE '\')")
            values += [_storable(f"%{like}%")] * 2
        if wanted.called:
            conditions.append("instr('|' || label || '|', ?)")
            values.append(_storable(f"|{wanted.called}|"))
        for column, value in (("month", wanted.month), ("source", wanted.source)):
            if value:
                conditions.append(f"{column} = ?")
                values.append(_storable(value))
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        order = "prob IS NULL, prob, n" if least_sure else "n"
        found = self._db.execute(f"SELECT n FROM article {where} ORDER BY {order}", values)  # noqa: S608
        return [number for (number,) in found]

    def _distinct(self, column: str) -> tuple[str, ...]:
        found = self._db.execute(f"SELECT DISTINCT {column} FROM article ORDER BY {column}")  # noqa: S608
        return tuple(_restored(value) for (value,) in found if value)


def month_of(date: str) -> str:
    """Return the month of a date as people write it; empty if there is none.

    >>> month_of("2025-03-09T10:00"), month_of("9 March 2025"), month_of("Mar 9, 2025")
    ('2025-03', '2025-03', '2025-03')
    """
    found = _MONTH.search(date)
    if not found:
        return ""
    if found[1]:
        return f"{found[1]}-{found[2]}"
    return f"{found[5]}-{_MONTHS.index(found[4].lower()) + 1:02}"


def id_of_text(text: str, title: str = "") -> str:
    """Return an id for an article that has none: it stays the same where the article is moved.

    >>> id_of_text("It rained.")
    'text-eb783ec46c718923'
    """
    whole = f"{title}\n{text}".encode("utf-8", "surrogatepass")
    return f"text-{sha256(whole).hexdigest()[:16]}"


def articles_of_texts(texts: Iterable[str]) -> Iterator[Article | str]:
    """Yield texts as articles."""
    for number, text in enumerate(texts):
        if isinstance(text, str) and text.strip():
            yield Article(number, id_of_text(text), "", text, "", "", "")
        else:
            yield f"text {number + 1} is empty"


def _without(items: Iterable[InputDocument], out: Collection[Path]) -> Iterator[InputDocument]:
    """Yield the items that are not of certain files."""
    for path, group in groupby(items, lambda item: item.path):
        if Path(path).resolve() not in out:
            yield from group


def _articles(
    items: Iterable[InputDocument], scheme: Scheme, reading: ReadOptions
) -> Iterator[Article | str]:
    for number, item in enumerate(items):
        if item.error or not item.text.strip():
            yield item.error or f"{item.place}: has no text"
            continue
        row = item.row or {}
        date = source = ""
        if row:
            chosen = chosen_fields(
                tuple(row), reading.text_field, reading.title_field, reading.id_field
            )
            date, source = (
                str(value_at(row, path) or "") if path else ""
                for path in (chosen.date, chosen.source)
            )
        is_file = item.row is None and item.id == item.path
        has_id = is_file or item.id not in {item.path, item.place}
        name = item.id if has_id else id_of_text(item.text, item.title)
        coded = "|".join(_coded(row, scheme))
        yield Article(number, name, item.title, item.text, source, date, coded)


def _coded(row: Any, scheme: Scheme) -> Iterator[str]:  # noqa: ANN401 - whatever the row holds
    """Yield the labels of a corpus record, or of a table with a column of labels.

    The column has the name of the scheme, or is `label`.
    """
    labels = row.get("labels")
    value = row.get(scheme.name, row.get("label"))
    if isinstance(labels, dict):
        value = labels.get(scheme.name)
    if isinstance(value, str):
        value = value.split("|")
    for one in value if isinstance(value, list) else ():
        if one in scheme.label_names:
            yield one


def _storable(text: str) -> str | bytes:
    """Return a text, or its bytes if it has a lone surrogate, which the database does not take."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def _restored(value: str | bytes | None) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogatepass")
    return value or ""
