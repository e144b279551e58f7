"""Tables without the texts of articles, which often may not be passed on."""

import csv
import io
import json
import re
from collections.abc import Collection
from pathlib import PurePath

from textclf.replication.study import RUN_RECORD

_LONGEST = 200
"""A cell of more characters is text of an article."""
_TEXT_FIELDS = frozenset(
    (
        "abstract",
        "article",
        "body",
        "comment",
        "content",
        "description",
        "evidence",
        "headline",
        "lead",
        "message",
        "passages",
        "post",
        "raw",
        "summary",
        "text",
        "texts",
        "title",
        "tweet",
    )
)
"""Columns and fields that hold text of articles, however short."""
_DATA = frozenset((".toml", ".textclf", ".svg", ".pdf", ".sh"))
"""Files that hold no text of articles: schemes, models, figures, commands."""


def without_texts(name: str, data: bytes, named: Collection[str] = ()) -> bytes | None:
    r"""Return the bytes of a file without the texts of articles; None for a file of another kind.

    A table loses the columns that are named after texts or have a cell of more than 200
    characters, and those that are `named`, such as by `--text-field`; a file of JSON lines loses
    such fields. Scores, schemes, models and figures stay as they are.

    >>> without_texts("a.csv", b"id,text,label\n1,It rained.,rain\n")
    b'id,label\r\n1,rain\r\n'
    """
    suffix = PurePath(name).suffix.lower()
    fields = _TEXT_FIELDS | {_plain(one) for one in named}
    try:
        if suffix in {".csv", ".tsv"}:
            return _table(data.decode("utf-8-sig"), fields)
        if suffix == ".jsonl":
            return _lines(data.decode("utf-8-sig"), fields)
        if suffix == ".json" and not name.endswith(RUN_RECORD):
            return f"{json.dumps(_pruned(json.loads(data), fields), ensure_ascii=False)}\n".encode()
    except (UnicodeDecodeError, ValueError, csv.Error):
        return None
    return data if suffix in _DATA or name.endswith(RUN_RECORD) else None


def _table(text: str, fields: Collection[str]) -> bytes:
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first_line.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    head = rows[0] if rows else []
    kept = [
        column
        for column, name in enumerate(head)
        if not _is_text_field(name, fields)
        and all(len(row[column]) <= _LONGEST for row in rows if column < len(row))
    ]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerows([row[column] for column in kept if column < len(row)] for row in rows)
    return stream.getvalue().encode()


def _lines(text: str, fields: Collection[str]) -> bytes:
    lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    return "".join(
        f"{json.dumps(_pruned(one, fields), ensure_ascii=False)}\n" for one in lines
    ).encode()


def _pruned(value: object, fields: Collection[str]) -> object:
    if isinstance(value, dict):
        return {
            name: _pruned(one, fields)
            for name, one in value.items()
            if not _is_text_field(name, fields)
            and not (isinstance(one, str) and len(one) > _LONGEST)
        }
    if isinstance(value, list):
        return [_pruned(one, fields) for one in value]
    return value


def _is_text_field(name: str, fields: Collection[str]) -> bool:
    """Return whether a column is named after texts: `text`, `Full text`, `coded_text`, `a.text`."""
    plain = _plain(name)
    return plain in fields or any(plain.endswith(f"_{field}") for field in fields)


def _plain(name: str) -> str:
    """Return a name in small letters with underscores, so that `a.Full Text` is `a_full_text`."""
    return re.sub(r"[\W_]+", "_", name.strip().lower()).strip("_")
