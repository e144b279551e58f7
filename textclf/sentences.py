"""Splits English text into sentences: by its punctuation, with the abbreviations of news.

It knows characters and nothing else.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof gen lt col maj capt sgt brig adm rev fr st sr jr hon justice no vs gov sen
    rep pres supt insp dept govt jan feb mar apr jun jul aug sep sept oct nov dec inc ltd co corp
    rs art sec i.e e.g etc viz approx
    """.split()  # noqa: SIM905 - a list of fifty strings hides its words
)
_SENTENCE_END = r"[.!?]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9])"


class Span(NamedTuple):
    """A stretch of characters: `start` inclusive, `end` exclusive."""

    start: int
    end: int


def sentences(text: str) -> Iterator[Span]:
    """Yield the sentences of a text, as spans without their surrounding white space.

    >>> [(s.start, s.end) for s in sentences("Gen. Khan spoke. Nobody left.")]
    [(0, 16), (17, 29)]
    """
    start = 0
    for match in re.finditer(_SENTENCE_END, text):
        words = text[start : match.start()].rsplit(None, 1)
        last = words[-1].lstrip("\"'“‘([").lower() if words else ""
        initial = len(last) == 1 and last.isalpha()
        if match.group().rstrip() == "." and (last in ABBREVIATIONS or initial):
            continue
        yield from trimmed(text, start, match.end())
        start = match.end()
    yield from trimmed(text, start, len(text))


def trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield a stretch of a text without the white space around it; nothing where it is blank."""
    part = text[start:end]
    stripped = part.strip()
    if stripped:
        first = start + len(part) - len(part.lstrip())
        yield Span(first, first + len(stripped))
