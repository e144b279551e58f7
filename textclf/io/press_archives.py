"""Read exports of press archives: one text file with many articles, and their dates and sources.

`is_export` recognises LexisNexis, Factiva and ProQuest by the lines that divide the articles.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import IO, NamedTuple

from textclf.errors import InputError
from textclf.io.encoding import decode
from textclf.io.input_documents import InputDocument, ReadOptions, document_of_row
from textclf.io.press_layouts import (
    PressArticle,
    factiva_article,
    lexis_article,
    proquest_article,
)

_LARGEST = 100_000_000
"""Bytes of an export, which is read as a whole."""
_FEWEST_CODES = 4
"""Codes of Factiva that a file has at least."""

_NUMBERED = re.compile(r"^[ \t]*\d+ of \d+ DOCUMENTS?[ \t]*$", re.MULTILINE)
_END = re.compile(r"^[ \t]*End of Document[ \t]*$", re.MULTILINE)
_NEXIS_FIELD = re.compile(r"^(?:Body|Length:.*|Load-Date:.*|Section:.*)[ \t]*$", re.MULTILINE)
_FACTIVA_END = re.compile(
    r"^[ \t]*(?:AN\s+)?Document (?=\w*\d)[A-Za-z0-9]{10,}[ \t]*$", re.MULTILINE
)
_FACTIVA_WORDS = re.compile(r"^[ \t]*[\d,.]+ words?[ \t]*$", re.MULTILINE)
_FACTIVA_CODE = re.compile(r"^(HD|WC|PD|SN|SC|LA|CY|LP|TD)(?:\s|$)", re.MULTILINE)
_FACTIVA_HEAD = re.compile(r"HD(?:\s|$)")
_RULE = re.compile(r"^[ \t]*_{20,}[ \t]*$", re.MULTILINE)
_PROQUEST_FIELD = re.compile(
    r"^[ \t]*(?:Full text|Publication info|Publication title|ProQuest document ID):",
    re.MULTILINE | re.IGNORECASE,
)


class _Archive(NamedTuple):
    """How the exports of a press archive are recognised, divided and read."""

    name: str
    recognizes: Callable[[str], bool]
    begins: re.Pattern[str] | None
    """The line with which an article begins."""
    ends: re.Pattern[str] | None
    """The line with which an article ends."""
    article: Callable[[Sequence[str]], PressArticle | None]


def _has_factiva_codes(text: str) -> bool:
    codes = set(_FACTIVA_CODE.findall(text))
    return "HD" in codes and len(codes) >= _FEWEST_CODES and not codes.isdisjoint(("LP", "TD"))


_ARCHIVES = (
    _Archive(
        "LexisNexis",
        lambda text: bool(_NUMBERED.search(text)),
        _NUMBERED,
        _END,
        lexis_article,
    ),
    _Archive(
        "Nexis Uni",
        lambda text: bool(_END.search(text)) and bool(_NEXIS_FIELD.search(text)),
        None,
        _END,
        lexis_article,
    ),
    _Archive(
        "Factiva",
        lambda text: (
            bool(_FACTIVA_END.search(text))
            and (bool(_FACTIVA_WORDS.search(text)) or _has_factiva_codes(text))
        ),
        None,
        _FACTIVA_END,
        factiva_article,
    ),
    _Archive("Factiva", _has_factiva_codes, _FACTIVA_HEAD, _FACTIVA_END, factiva_article),
    _Archive(
        "ProQuest",
        lambda text: bool(_RULE.search(text)) and bool(_PROQUEST_FIELD.search(text)),
        None,
        _RULE,
        proquest_article,
    ),
)


def is_export(text: str) -> bool:
    """Return whether a text is an export of a press archive, or begins as one."""
    return _archive_of(text.replace("\r\n", "\n")) is not None


def read(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[InputDocument]:
    """Yield the articles of an export as rows with the fields title, date, source and text.

    Raises InputError if the file is too large, or is no export.
    """
    data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise InputError(
            f"{path}: is an export of more than {_LARGEST // 1_000_000} MB; divide the file"
        )
    try:
        text, warning = decode(data)
    except InputError as reason:
        raise InputError(f"{path}: {reason}") from None
    warnings = (f"{path}: {warning}",) if warning else ()
    archive = _archive_of(text.replace("\r\n", "\n"))
    if archive is None:
        raise InputError(f"{path}: is no export of LexisNexis, Factiva or ProQuest")
    found = False
    for number, lines in _pieces(text.splitlines(), archive):
        article = archive.article(lines)
        if article is not None:
            place = f"{path}:{number}"
            row = article._asdict()
            plain = reading._replace(text_field="", id_field="")
            yield document_of_row(row, place, path, plain, () if found else warnings)
            found = True
    if not found:
        raise InputError(f"{path}: looks like an export of {archive.name}, but has no article")


def _archive_of(text: str) -> _Archive | None:
    return next((one for one in _ARCHIVES if one.recognizes(text)), None)


def _pieces(lines: Sequence[str], archive: _Archive) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the lines between the dividing ones, each with the number of its first line."""
    start = 0
    for at, line in enumerate(lines):
        begins = archive.begins is not None and archive.begins.match(line)
        ends = archive.ends is not None and archive.ends.match(line)
        if not (begins or ends):
            continue
        if any(one.strip() for one in lines[start:at]):
            yield _trimmed(lines, start, at)
        # A headline of Factiva is a part of its article.
        start = at if begins and archive.begins is _FACTIVA_HEAD else at + 1
    if any(one.strip() for one in lines[start:]):
        yield _trimmed(lines, start, len(lines))


def _trimmed(lines: Sequence[str], start: int, end: int) -> tuple[int, Sequence[str]]:
    while not lines[start].strip():
        start += 1
    return start + 1, lines[start:end]
