"""Which fields of a table hold the text, the title, the id, the date and the source.

A field is found by the name that the user gives, else by the names that such fields usually have.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from textclf.errors import InputError, choices

TEXT_FIELDS = (
    *("text", "content", "body", "article", "article_text", "full_text", "fulltext", "contents"),
    *("article_body", "articlebody", "article_content", "body_text", "main_text", "maintext"),
    *("news_text", "story_text", "story_body", "text_content", "content_text", "raw_text"),
    *("clean_text", "cleaned_text", "document_text", "page_text", "news_body", "news_content"),
    *("content_html", "body_html", "story", "document"),
)
TITLE_FIELDS = (
    *("title", "headline", "article_title", "news_title", "story_title", "page_title"),
    *("head_line", "heading"),
)
ID_FIELDS = (
    *("id", "article_id", "doc_id", "document_id", "story_id", "uid", "uuid", "guid"),
    *("url", "link", "uri", "article_url", "permalink"),
)
DATE_FIELDS = (
    *("date", "published", "publish_date", "published_at", "published_date", "pub_date"),
    *("pubdate", "publication_date", "date_published", "article_date", "datetime", "timestamp"),
)
SOURCE_FIELDS = (
    *("source", "outlet", "publication", "publisher", "newspaper", "source_name", "media_name"),
    *("news_source", "news_outlet", "media_outlet", "site", "domain"),
)
_BETWEEN = r"[\s_-]+"
_BLANK_LINE = "\n\n"
_NO_TEXT = frozenset(
    ("nan", "n/a", "#n/a", "null", "none", "#name?", "#value!", "#ref!", "#null!", "#div/0!")
)
"""What stands in a cell without a text, in small letters."""
_LONGEST_NO_TEXT = max(map(len, _NO_TEXT))

Path = tuple[str, ...]
"""The name of a field, and the names of the fields inside it that lead to the value."""


class Fields(NamedTuple):
    """The fields of a row; an empty path where the row has no such field."""

    text: tuple[Path, ...]
    """Several are joined with a blank line between them."""
    title: Path = ()
    id: Path = ()
    date: Path = ()
    source: Path = ()

    def __str__(self) -> str:
        """Return which field each value is from.

        >>> str(chosen_fields(("URL", "Headline", "Body")))
        "text from 'Body', title from 'Headline', id from 'URL'"
        """
        text = " and ".join(repr(".".join(path)) for path in self.text)
        others = zip(self._fields[1:], self[1:], strict=True)
        rest = [f"{what} from {'.'.join(path)!r}" for what, path in others if path]
        return ", ".join([*([f"text from {text}"] if text else ()), *rest])

    def text_of(self, row: Mapping[str, Any]) -> str:
        """Return the text of a row; raises InputError for a value that is not a string."""
        if len(self.text) == 1:
            return _text(row, self.text[0])
        parts = [_text(row, path) for path in self.text]
        return _BLANK_LINE.join(part for part in parts if part)

    def title_of(self, row: Mapping[str, Any]) -> str:
        """Return the title of a row, or an empty string."""
        title = value_at(row, self.title) if self.title else ""
        return title if isinstance(title, str) else ""

    def id_of(self, row: Mapping[str, Any]) -> str:
        """Return the id of a row, or an empty string."""
        key = value_at(row, self.id) if self.id else None
        return "" if key is None else str(key)


@lru_cache(maxsize=512)
def chosen_fields(
    names: tuple[str, ...], text_field: str = "", title_field: str = "", id_field: str = ""
) -> Fields:
    """Return the fields that are given, or that are usual among the names of a row.

    Raises InputError where there is no field for the text, or not one that is given.
    """
    texts = _given_texts(names, text_field) if text_field else _usual(names, TEXT_FIELDS)
    if not texts:
        missing = repr(text_field) if text_field else f"like {TEXT_FIELDS[0]!r}"
        raise InputError(
            f"there is no field {missing}; {choices(text_field or TEXT_FIELDS[0], names)}; "
            "name the one that holds the text with --text-field"
        )
    taken = [path[0] for path in texts if len(path) == 1]
    free = tuple(name for name in names if name not in taken)
    return Fields(
        texts if text_field else texts[:1],
        _given(names, title_field) if title_field else _first(_usual(free, TITLE_FIELDS)),
        _given(names, id_field) if id_field else _first(_usual(free, ID_FIELDS)),
        _first(_usual(free, DATE_FIELDS)),
        _first(_usual(free, SOURCE_FIELDS)),
    )


def check_columns(names: tuple[str, ...], wanted: Iterable[str]) -> None:
    """Raise InputError unless each of the wanted columns is among the names of a row."""
    for name in wanted:
        if not field_path(names, name):
            raise InputError(f"there is no column {name!r}; {choices(name, names)}")


def roles(names: tuple[str, ...]) -> int:
    """Return how many of the usual fields are among the names of a row."""
    kinds = (TEXT_FIELDS, TITLE_FIELDS, ID_FIELDS, DATE_FIELDS, SOURCE_FIELDS)
    return sum(bool(_usual(names, kind)) for kind in kinds)


def like(names: tuple[str, ...], wanted: str) -> str:
    """Return the name that is the wanted one, or is like it but for case and spaces."""
    if wanted in names:
        return wanted
    plain = plain_name(wanted)
    return next((name for name in names if plain_name(name) == plain), "") if plain else ""


def value_at(row: Mapping[str, Any], path: Path) -> Any:  # noqa: ANN401 - whatever the row holds
    """Return the value at a path of a row; None if there is none."""
    if len(path) == 1:
        return row.get(path[0])
    value: Any = row
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(row: Mapping[str, Any], path: Path) -> str:
    value = value_at(row, path)
    if isinstance(value, str):
        short = len(value) <= _LONGEST_NO_TEXT
        return "" if short and value.strip().casefold() in _NO_TEXT else value
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return _BLANK_LINE.join(value)
    raise InputError(f"{'.'.join(path)} is not a string")


def _given_texts(names: tuple[str, ...], given: str) -> tuple[Path, ...]:
    """Return the fields of `--text-field`, which may be several with commas between."""
    if path := field_path(names, given):
        return (path,)
    parts = [part.strip() for part in given.split(",")]
    if len(parts) == 1 or not all(parts):
        return ()
    return tuple(_given(names, part) for part in parts)


def _given(names: tuple[str, ...], given: str) -> Path:
    path = field_path(names, given)
    if not path:
        raise InputError(f"there is no field {given!r}; {choices(given, names)}")
    return path


def field_path(names: tuple[str, ...], given: str) -> Path:
    """Return the field of a name, or the path of names with dots between; else an empty path."""
    if name := like(names, given):
        return (name,)
    first, dot, rest = given.partition(".")
    while dot:
        if (name := like(names, first)) and rest:
            return (name, *rest.split("."))
        more, dot, rest = rest.partition(".")
        first = f"{first}.{more}"
    return ()


def _usual(names: tuple[str, ...], usual: tuple[str, ...]) -> tuple[Path, ...]:
    """Return those of the usual fields that are among the names, the most usual first."""
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(plain_name(name), name)
    return tuple((name if name in names else plain[name],) for name in usual if name in plain)


def _first(paths: tuple[Path, ...]) -> Path:
    return paths[0] if paths else ()


def plain_name(name: str) -> str:
    """Return a name without case, surrounding space, and the difference of `-`, `_` and space.

    >>> plain_name(" Article-Text ")
    'article_text'
    """
    return re.sub(_BETWEEN, "_", name.strip("\ufeff \t\r\n\u00a0").casefold())
