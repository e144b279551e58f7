"""The layouts of articles in exports of press archives: LexisNexis, Factiva and ProQuest.

Each function takes the lines of one article and returns it, or None if they are no article, such
as a cover page.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple


class PressArticle(NamedTuple):
    """One article of an export; what the export does not say is empty."""

    title: str
    date: str
    source: str
    text: str


_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_MONTH = rf"\b(?:{_MONTHS})\b\.?,?"
_DAY = (
    rf"(?:{_MONTH}[ ]\d{{1,2}},?[ ]\d{{4}}|\b\d{{1,2}}\.?[ ]{_MONTH}[ ]\d{{4}}|{_MONTH}[ ]\d{{4}}"
    r"|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b)"
)
_DATE = re.compile(_DAY, re.IGNORECASE)
_LONGEST_DATE_LINE = 70
_RIGHTS = re.compile(r"copyright\b|\(c\)|©|all rights reserved", re.IGNORECASE)


def _is_date(line: str) -> bool:
    line = line.strip()
    return len(line) <= _LONGEST_DATE_LINE and bool(_DATE.search(line)) and not _RIGHTS.match(line)


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(line.strip() for line in lines).strip()


def _on_one_line(lines: Sequence[str]) -> str:
    return " ".join(" ".join(lines).split())


def _block(lines: Sequence[str], start: int) -> list[str]:
    """Return the lines from the first that is not blank to the next blank one."""
    block: list[str] = []
    for line in lines[start:]:
        if line.strip():
            block.append(line)
        elif block:
            break
    return block


# LexisNexis

_LEXIS_HEAD = re.compile(
    r"\s*(?:byline|section|length|dateline|highlight|series|edition|copyright"
    r"|correction(?!-date)|abstract)\s*:",
    re.IGNORECASE,
)
_LEXIS_END = re.compile(
    r"\s*(?:(?:load-date|language|publication-type|document-type|correction-date|journal-code"
    r"|graphic|subject|geographic|organization|company|ticker|industry|person|city|state|country"
    r"|pub-type|acc-no|url)\s*:|(?:classification|graphic|notes)\s*$)",
    re.IGNORECASE,
)


def lexis_article(lines: Sequence[str]) -> PressArticle | None:
    """Return an article of a LexisNexis export, in its old or its new (Nexis Uni) layout."""
    body = next((at for at, line in enumerate(lines) if line.strip() == "Body"), -1)
    head = range(body if body >= 0 else len(lines))
    day = next((at for at in head if _is_date(lines[at])), -1)
    date = lines[day].strip() if day >= 0 else ""
    if body >= 0:
        above = [at for at in range(day) if lines[at].strip()]
        source = lines[above[-1]].strip() if above else ""
        title = _on_one_line(_block_above(lines, above[-1])) if above else ""
        start = body + 1
    else:
        above = [at for at in range(max(day, 0)) if lines[at].strip()]
        named = [at for at in above if not _RIGHTS.search(lines[at])]
        source = lines[named[0]].strip() if named else ""
        block = _block(lines, day + 1)
        fields = next((at for at, line in enumerate(block) if _LEXIS_HEAD.match(line)), len(block))
        title = _on_one_line(block[:fields])
        start = _after_fields(lines, day + 1)
        if start < 0:  # no field tells where the text begins
            start = next((at for at in range(day + 1, len(lines)) if lines[at].strip()), 0)
            start += len(block)
    end = next((at for at in range(start, len(lines)) if _LEXIS_END.match(lines[at])), len(lines))
    text = _joined(_without_rights(lines[start:end]))
    if not text and not (title and date):
        return None
    return PressArticle(title, date, source, text)


def _block_above(lines: Sequence[str], end: int) -> list[str]:
    """Return the title that stands above the line of the source, with or without a blank line."""
    at = end - 1
    while at >= 0 and not lines[at].strip():
        at -= 1
    if at < end - 1:  # a blank line between: the title may have several lines
        first = at
        while first > 0 and lines[first - 1].strip():
            first -= 1
        return list(lines[first : at + 1])
    return list(lines[at : at + 1]) if at >= 0 else []


def _after_fields(lines: Sequence[str], start: int) -> int:
    """Return the line behind the last field that stands before the text; -1 if there is none."""
    behind = -1
    at = start
    while at < len(lines):
        if _LEXIS_HEAD.match(lines[at]):
            while at < len(lines) and lines[at].strip():
                at += 1
            behind = at
        elif behind >= 0 and lines[at].strip():
            break
        else:
            at += 1
    return behind


def _without_rights(lines: Sequence[str]) -> Sequence[str]:
    """Return lines without the lines of a copyright notice at their end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _RIGHTS.match(lines[end - 1].strip())):
        end -= 1
    return lines[:end]


# Factiva

_FACTIVA_HEAD = frozenset(
    [
        "SE",
        "HD",
        "CR",
        "BY",
        "WC",
        "PD",
        "ET",
        "SN",
        "SC",
        "ED",
        "PG",
        "VOL",
        "LA",
        "CY",
        "CLM",
        "LP",
        "TD",
    ]
)
_FACTIVA_END = frozenset(
    ["CO", "IN", "NS", "RE", "PUB", "AN", "ART", "CT", "RF", "IPC", "IPD", "CX"]
)
_CODE = re.compile(r"([A-Z]{2,3})(?:(\s{2,}|\t|$)|\s)(.*)")
_WORDS = re.compile(r"\s*[\d,.]+ words?\s*$", re.IGNORECASE)
_BY = re.compile(r"\s*by\s", re.IGNORECASE)
_DOCUMENT = re.compile(r"\s*(?:AN\s+)?Document (?=\w*\d)[A-Za-z0-9]{10,}\s*$")
_FACTIVA_HEAD_LINES = 14
"""Lines of an article's head below the number of its words, at most."""


def factiva_fields(lines: Sequence[str]) -> dict[str, list[str]]:
    """Return the lines of each field, by its code of two or three letters."""
    fields: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        match = _CODE.match(line.rstrip())
        code = match[1] if match else ""
        if match and code in _FACTIVA_HEAD and code not in fields and "TD" not in fields:
            starts = True
        else:
            far = match is not None and match[2] is not None
            starts = code in _FACTIVA_END and (far or (match is not None and " : " in match[3]))
            starts = starts or (code in {"AN", "PUB"} and ("LP" in fields or "TD" in fields))
        if starts and match:
            current = fields.setdefault(code, [])
            current.append(match[3])
        else:
            current.append(line)
    return fields


def factiva_article(lines: Sequence[str]) -> PressArticle | None:
    """Return an article of a Factiva export, with field codes or in the plain layout."""
    fields = factiva_fields(lines)
    if "HD" in fields and ("TD" in fields or "LP" in fields):
        text = "\n\n".join(filter(None, (_joined(fields.get(code, [])) for code in ("LP", "TD"))))
        title, date, source = (_on_one_line(fields.get(code, [])) for code in ("HD", "PD", "SN"))
        return PressArticle(title, date, source, text)
    count = next((at for at, line in enumerate(lines) if _WORDS.match(line)), -1)
    if count < 0:
        return None
    above = [at for at in range(count) if lines[at].strip() and not _BY.match(lines[at])]
    title = lines[above[-1]].strip() if above else ""
    below = [at for at in range(count + 1, len(lines)) if lines[at].strip()]
    below = below[:_FACTIVA_HEAD_LINES]
    day = next((at for at in below if _is_date(lines[at])), -1)
    names = [at for at in below if at > day and not re.match(r"\s*\d\d?:\d\d", lines[at])]
    source = lines[names[0]].strip() if names else ""
    rights = [at for at in below if _RIGHTS.search(lines[at])]
    if rights:
        start = rights[-1] + 1
    else:
        start = next(
            (at for at in range(count + 2, len(lines)) if not lines[at].strip()), count + 1
        )
    end = next((at for at in range(start, len(lines)) if _DOCUMENT.match(lines[at])), len(lines))
    return PressArticle(
        title, lines[day].strip() if day >= 0 else "", source, _joined(lines[start:end])
    )


# ProQuest

_PROQUEST = re.compile(
    r"(Full text|Title|Abstract|Abstract \(summary\)|Summary|Links|Publication title"
    r"|Publication info|Publication date|Publication year|Publication subject|Publisher"
    r"|Place of publication|Country of publication|Source type|Source|Language of publication"
    r"|Document type|Document feature|Document URL|ProQuest document ID|Copyright|Last updated"
    r"|Database|Subject|Subject term|Subjects|Location|People|Company / organization|Company"
    r"|Identifier / keyword|Classification|Credit|Author|Correspondence author|ISSN|e-ISSN|Section"
    r"|Pages|First page|Page|Volume|Issue|Number of pages|Column|Dateline|Business indexing term"
    r"|CODEN|DOI|Edition|Notes|Word count|Illustration|Caption|Genre|Product name|Ethnicity)"
    r":(?:\s+|$)(.*)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\s*(?:Document )?\d+ of \d+\s*$", re.IGNORECASE)


def proquest_article(lines: Sequence[str]) -> PressArticle | None:
    """Return an article of a ProQuest export; where it has no full text, its abstract."""
    fields: dict[str, list[str]] = {"": []}
    current = fields[""]
    for line in lines:
        match = _PROQUEST.match(line.strip())
        if match and match[1].lower() not in fields:
            current = fields.setdefault(match[1].lower(), [])
            current.append(match[2])
        else:
            current.append(line)
    if not {"full text", "title", "abstract", "publication info"} & fields.keys():
        return None
    head = [line for line in fields[""] if line.strip() and not _NUMBERED.match(line)]
    info = _on_one_line(fields.get("publication info", []))
    day = _DATE.search(info)
    text = next(
        (
            _joined(fields[name])
            for name in ("full text", "abstract", "abstract (summary)", "summary")
            if _joined(fields.get(name, []))
        ),
        "",
    )
    title = _on_one_line(fields.get("title", [])) or _on_one_line(head[:1])
    date = _on_one_line(fields.get("publication date", [])) or (day[0] if day else "")
    source = _on_one_line(fields.get("publication title", []))
    source = source or re.split(r"\s*[;,\[(:]|\.\s", info, maxsplit=1)[0].strip()
    return PressArticle(title, date, source, text)
