"""Split English text into sentences by punctuation, with the abbreviations of news."""

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
# A match begins at the last of a run of dots, and its quantifiers do not backtrack, so that a
# long run of signs takes linear time.
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*+(\s+)(?=[\"'“‘(\[]*+[A-Z0-9])")
_PUNCTUATION = frozenset(".!?")
_LONGEST_WORD = 24
"""Characters before a full stop that are searched for an abbreviation; all are shorter."""


class Span(NamedTuple):
    """A span of characters: `start` inclusive, `end` exclusive."""

    start: int
    end: int


def sentences(text: str) -> Iterator[Span]:
    """Yield the sentences of a text as spans, without surrounding white space.

    >>> [(s.start, s.end) for s in sentences("Gen. Khan spoke. Nobody left.")]
    [(0, 16), (17, 29)]
    """
    start = 0
    for gap in sentence_gaps(text):
        yield from trimmed(text, start, gap.start)
        start = gap.end
    yield from trimmed(text, start, len(text))


def sentence_gaps(text: str) -> Iterator[Span]:
    """Yield the white space between the sentences of a text."""
    for match in _SENTENCE_END.finditer(text):
        at = match.start()
        gap, end = match.span(1)
        if gap == at + 1 and text[at] == "." and text[at - 1 : at] not in _PUNCTUATION:
            words = text[max(0, at - _LONGEST_WORD) : at].rsplit(None, 1)
            last = words[-1].lstrip("\"'“‘([").lower() if words else ""
            if last in ABBREVIATIONS or (len(last) == 1 and last.isalpha()):
                continue
        yield Span(gap, end)


def trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield a span of a text without the white space around it; nothing if it is blank."""
    part = text[start:end]
    stripped = part.strip()
    if stripped:
        first = start + len(part) - len(part.lstrip())
        yield Span(first, first + len(stripped))
