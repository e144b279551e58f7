"""Finds the parts of already-scraped page text that are not the article.

Breadcrumbs, bylines, share bars, "Check Also" and its teaser, outlet tails. What is found
is reported with its reason and never altered. It knows lines of text and nothing else.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Dropped(NamedTuple):
    """A span of the original text that is not read, and why."""

    start: int
    end: int
    reason: str


_Line = tuple[int, str]
"""Where a line that is not blank starts, and the line without its surrounding white space."""


def furniture(text: str) -> tuple[Dropped, ...]:
    r"""Return the spans of a page that are not its article, in order, none overlapping.

    >>> [d.reason for d in furniture("Home / News / Rain\n\nRain fell on Swat.\n\nAbout admin")]
    ['breadcrumb', 'after the article']
    """
    lines = list(_lines(text))
    suspects = [number for number, (_, line) in enumerate(lines) if _may_be_furniture(line)]
    end = _article_end(lines, suspects)
    found = [
        dropped for n in suspects if n < end for dropped in _in_line(lines[n], n, n == end - 1)
    ]
    if end < len(lines):
        start, last = lines[-1]
        found.append(Dropped(lines[end][0], start + len(last), "after the article"))
    return tuple(found)


# The rules are texts, which `re` compiles as it meets them: most pages need few of them.
_OPENING_LINES = 6
"""How far down a page its breadcrumb, byline and date line stand."""

_NAME = r"[A-Z][\w.'’-]*(?: (?:[A-Z][\w.'’-]*|and|de|al|bin|ul)){0,5}"
_OUTLETS = (
    *("Dawn", "The News", "APP", "INP", "NNI", "Online", "ANI", "PTI", "IANS", "UNI", "UNB", "BSS"),
    *("AFP", "AP", "Reuters", "Xinhua", "Agencies", "Bloomberg", "DPA", "TASS", "Anadolu", "IRNA"),
    *("BBC", "CNN", "Al Jazeera", "News Desk", "Web Desk", "Monitoring Desk"),
)
_OUTLET = f"(?:{'|'.join(_OUTLETS)})"

_AFTER = (
    r"(?i)(?:about (?:the )?(?:admin|author|editor)|check also"
    r"|related (?:posts?|articles?|stories|news)"
    r"|you (?:may|might) also like|leave a (?:reply|comment)|post navigation|recommended for you"
    r"|more from (?:this|the) (?:section|author)|most (?:read|popular|viewed)|trending now"
    r"|your email address will not be published.*)[\s:.…]*"
)
_WHOLE_LINE: tuple[tuple[str, str], ...] = (
    (
        "share bar",
        (
            r"(?i)(?:share(?: this)?(?: (?:on|via|with) .{1,40})?"
            r"|tweet|print|e-?mail|whatsapp|facebook"
            r"|(?:share|tweet|pin|email|print)(?:[ |/]+(?:share|tweet|pin|email|print))+)[\s:.]*"
        ),
    ),
    (
        "advertisement",
        r"(?i)(?:advertise?ments?|sponsored(?: content)?|story continues below.*)[\s:.]*",
    ),
    (
        "teaser",
        r"(?i)(?:also read|read also|read more|see also|read next|watch)\s*[:|–—-].{1,200}",
    ),
    (
        "subscription",
        (
            r"(?i)(?:subscribe (?:to|now)|sign up (?:for|to) our|follow us on"
            r"|download (?:our|the) app"
            r"|click here (?:to|for)|join our whatsapp).{0,160}"
        ),
    ),
    (
        "notice",
        (
            r"(?i)(?:(?:copyright|©).{0,160}|.{0,120}all rights reserved.?"
            r"|published in .{2,60},? \w+ \d{1,2}(?:st|nd|rd|th)?,? \d{4}.?"
            r"|tags?\s*:.{1,200}|filed under\s*:.{1,120})"
        ),
    ),
)
_OPENING: tuple[tuple[str, str], ...] = (
    ("breadcrumb", r"(?i)home(?:page)?\s*(?:[/»>›|]|::).{1,300}"),
    (
        "date line",
        (
            r"(?i)(?:published|updated|posted|last updated|last modified)(?: on| at)?\b"
            r"[:\s|].{0,60}\d.{0,40}"
            r"|this story is from .{4,40}\d{4}.?"
        ),
    ),
    (
        "byline",
        (
            rf"By {_NAME}(?:\s*[|,]\s*[\w ]{{1,40}})?"
            r"|(?i:(?:by )?(?:our |a |the )?"
            r"(?:(?:staff |special )?(?:reporter|correspondent|writer)"
            r"|(?:news|web|monitoring) desk))"
        ),
    ),
)
_BEGINNINGS = frozenset(
    words[:3]
    for words in (
        *("about", "check", "related", "you", "leave", "post", "recommended", "more", "most"),
        *("trending", "share", "tweet", "print", "e-mail", "email", "whatsapp", "facebook", "pin"),
        *("advertisement", "sponsored", "story", "also", "read", "see", "watch", "subscribe"),
        *("sign", "follow", "download", "click", "join", "copyright", "published", "tag"),
        *("filed", "home", "updated", "last", "this", "by "),
    )
)
_BYLINE_BEGINNINGS = frozenset(
    words[:3]
    for words in (
        *("our", "the", "staff", "special", "reporter", "correspondent", "writer", "news", "web"),
        *("monitoring", "a staff", "a reporter", "a correspondent", "a writer", "a news"),
        "a monitoring",
    )
)
_BYLINE_ENDS = ("reporter", "correspondent", "writer", "desk")
_LONGEST_ENDING = 13
_LONGEST_NOTICE = 140
"""Characters: what ends in a notice, or is an office's byline, is no longer."""
_GLUED_BYLINE = r"By [A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]*){0,4}\s?[-–—:|]\s?(?=[A-Z“\"'])"
_TAIL = rf"\s?[-–—]{{1,2}}\s?(?:\({_OUTLET}\)|{_OUTLET})\s*\.?$|\s\({_OUTLET}\)\s*\.?$"
_TAIL_ENDS = (*_OUTLETS, ")")
_LAST_TAIL = r"\s?[-–—]\s?\((?:The )?[A-Z][\w.&' -]{1,40}\)\s*\.?$"
"""In the last line, whatever outlet stands behind a dash."""


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    for whole in text.splitlines(keepends=True):
        line = whole.strip()
        if line:
            yield start + whole.index(line[0]), line
        start += len(whole)


def _may_be_furniture(line: str) -> bool:
    """Return whether any rule can hold of a line: most lines take no more than this look."""
    beginning = line[:3].lower()
    if beginning in _BEGINNINGS or not beginning.isascii():
        return True
    if len(line) <= _LONGEST_NOTICE:
        ending = line[-_LONGEST_ENDING:].lower()
        if not ending.isascii() or "reserved" in ending:
            return True
        if beginning in _BYLINE_BEGINNINGS and ending.endswith(_BYLINE_ENDS):
            return True
    return line.removesuffix(".").rstrip().endswith(_TAIL_ENDS)


def _article_end(lines: Sequence[_Line], suspects: Sequence[int]) -> int:
    """Return the line at which the article is over; never leaves the larger part behind it."""
    for number in suspects:
        if re.fullmatch(_AFTER, lines[number][1]):
            read = sum(len(line) for _, line in lines[:number])
            if read >= sum(len(line) for _, line in lines[number:]):
                return number
    return len(lines)


def _in_line(line: _Line, number: int, last: bool) -> Iterator[Dropped]:
    start, text = line
    end = start + len(text)
    opening = number < _OPENING_LINES
    rules = _WHOLE_LINE + (_OPENING if opening else ())
    for reason, pattern in (*rules, ("after the article", _AFTER)):
        if re.fullmatch(pattern, text):
            yield Dropped(start, end, reason)
            return
    byline = re.match(_GLUED_BYLINE, text) if opening else None
    if byline:
        yield Dropped(start, start + byline.end(), "byline")
    tail = re.search(_TAIL, text) or (re.search(_LAST_TAIL, text) if last else None)
    if tail and (last or tail.group().strip()[0] in "-–—"):
        yield Dropped(start + tail.start(), end, "outlet tail")
