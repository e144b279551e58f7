"""Tables without the texts of articles, which often may not be passed on."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import PurePath

from textclf.replication.study import RUN_RECORD

_LONGEST = 200
"""A cell of more characters is text of an article."""
_TEXT_FIELDS = frozenset(
    (
        "article",
        "body",
        "content",
        "evidence",
        "full_text",
        "passages",
        "supporting_passages",
        "text",
        "texts",
    )
)
"""Columns and fields that hold text of articles, however short."""
_DATA = frozenset((".toml", ".textclf", ".svg", ".pdf", ".sh"))
"""Files that hold no text of articles: schemes, models, figures, commands."""


def without_texts(name: str, data: bytes) -> bytes | None:
    r"""Return the bytes of a file without the texts of articles; None for a file of another kind.

    A table loses the columns that are named after texts or have a cell of more than 200
    characters; a file of JSON lines loses such fields. Scores, schemes, models and figures stay
    as they are.

    >>> without_texts("a.csv", b"id,text,label\n1,It rained.,rain\n")
    b'id,label\r\n1,rain\r\n'
    """
    suffix = PurePath(name).suffix.lower()
    try:
        if suffix in {".csv", ".tsv"}:
            return _table(data.decode("utf-8-sig"))
        if suffix == ".jsonl":
            return _lines(data.decode("utf-8-sig"))
        if suffix == ".json" and not name.endswith(RUN_RECORD):
            return f"{json.dumps(_pruned(json.loads(data)), ensure_ascii=False)}\n".encode()
    except (UnicodeDecodeError, ValueError, csv.Error):
        return None
    return data if suffix in _DATA or name.endswith(RUN_RECORD) else None


def _table(text: str) -> bytes:
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first_line.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    head = rows[0] if rows else []
    kept = [
        column
        for column, name in enumerate(head)
        if not _is_text_field(name)
        and all(len(row[column]) <= _LONGEST for row in rows if column < len(row))
    ]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerows([row[column] for column in kept if column < len(row)] for row in rows)
    return stream.getvalue().encode()


def _lines(text: str) -> bytes:
    lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    return "".join(f"{json.dumps(_pruned(one), ensure_ascii=False)}\n" for one in lines).encode()


def _pruned(value: object) -> object:
    if isinstance(value, dict):
        return {
            name: _pruned(one)
            for name, one in value.items()
            if not _is_text_field(name) and not (isinstance(one, str) and len(one) > _LONGEST)
        }
    if isinstance(value, list):
        return [_pruned(one) for one in value]
    return value


def _is_text_field(name: str) -> bool:
    """Return whether a column is named after texts, by itself or behind the name of a scheme."""
    parts: Iterable[str] = (name.strip().lower(), name.strip().lower().rpartition(".")[2])
    return any(
        part in _TEXT_FIELDS or any(part.endswith(f"_{field}") for field in _TEXT_FIELDS)
        for part in parts
    )
