"""Split a text into paragraphs, and join lines that were wrapped.

A line end inside a sentence joins two lines, so that wrapped text reads like text that was never
wrapped. Every other line end ends a paragraph, with or without a blank line.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from textclf.text.sentences import Span

RARE_LINE_ENDS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"

_CLOSING = "\"'”’)]»*_"
_ENDING = ".!?…:;|。؟۔"
_WRAPPED = 4
"""A text is wrapped if at least one in so many of its line ends is inside a sentence."""
_LINE_END = "\n"
_FULL = 0.8
"""A wrapped line continues if the next word would fill it beyond this share of the width."""
_NARROW, _WIDEST = 120, 200
"""Characters: a text with lines up to the first limit is wrapped if two full lines break a
sentence; no text is wrapped to lines longer than the second."""
_HABIT = 2
"""Line ends inside sentences that show that a text is wrapped."""
_HYPHENS = "-\u2010\u00ac"
_HYPHENATED = re.compile(rf"[^\W_][{_HYPHENS}]$")
_FEWEST_CUT, _NARROWEST_CUT = 3, 20
"""Lines, and characters in each, of a text that was cut at a width, even inside words."""
_LOWER_DATELINE = re.compile(
    r"[a-z][a-z .’'-]{2,30}(?:, [a-z]+ \d{1,2})?(?: \([a-z]+\))?\s?(?:[:—–]|- )"
)
_DATELINE = re.compile(r"[A-Z][A-Z .'’-]{2,30}(?:,[^:—–]{0,30})?\s?(?:\([\w ]+\)\s?)?(?:[:—–]|- )")


class Part(NamedTuple):
    """A span of the text, and the text that joins it to the part before in its paragraph."""

    start: int
    end: int
    before: str = ""


class Paragraph(NamedTuple):
    """A paragraph: its text in one line, and the spans of the whole text that it is made of."""

    text: str
    parts: tuple[Part, ...]

    def without(self, start: int, end: int) -> "Paragraph | None":
        """Return the paragraph without a span of it; None if nothing is left."""
        left, right = [*self._between(0, start)], [*self._between(end, len(self.text))]
        if right:
            right[0] = right[0]._replace(before=" " if left else "")
        texts = self.text[:start].strip(), self.text[end:].strip()
        text = " ".join(filter(None, texts))
        return Paragraph(text, (*left, *right)) if text else None

    def _between(self, start: int, end: int) -> Iterator[Part]:
        """Yield the parts of a span of the paragraph, without white space at its ends."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        at = 0
        for part in self.parts:
            at += len(part.before)
            first = max(start, at)
            last = min(end, at + part.end - part.start)
            if first < last:
                before = part.before if first == at else ""
                yield Part(part.start + first - at, part.start + last - at, before)
            at += part.end - part.start

    def source(self, start: int, end: int) -> Span:
        """Return the span of the whole text that a span of the paragraph comes from."""
        parts = list(self._between(start, end))
        return Span(parts[0].start, parts[-1].end)


def lines(text: str) -> list[Paragraph]:
    """Return the lines of a text that are not blank, without the white space around them."""
    found = []
    start = 0
    for line in _split(text):
        end = start + len(line)
        bare = line.strip()
        if bare:
            first = start if bare == line else start + line.index(bare[0])
            found.append(Paragraph(bare, (Part(first, first + len(bare)),)))
        start = end + 1
    return found


def paragraphs(
    text: str, found: Sequence[Paragraph], stands_alone: Callable[[str], bool] = lambda _: False
) -> list[Paragraph]:
    r"""Return the paragraphs that the lines of a text make.

    `stands_alone` says whether a line at the beginning of a paragraph is a paragraph of its own,
    such as a line of boilerplate, whatever follows.

    >>> text = "The canal was closed for\nrepairs on Monday.\nIt opened on Friday."
    >>> [paragraph.text for paragraph in paragraphs(text, lines(text))]
    ['The canal was closed for repairs on Monday.', 'It opened on Friday.']
    """
    inside = [_goes_on(one.text, other.text) for one, other in pairwise(found)]
    if not any(inside):
        return list(found)
    titled = _is_title_above(text, found)
    inside[0] = inside[0] and not titled
    cut = _is_cut(text)
    width = _width(found, inside)
    growing = _Growing(found[0])
    made = []
    for (one, other), goes_on in zip(pairwise(found), inside, strict=True):
        full = width and not (titled and one is found[0]) and _is_full(one, other, width, text)
        alone = growing.is_line and stands_alone(one.text)
        if cut:
            broken = " " in text[one.parts[-1].end : other.parts[0].start]
            growing.add(other, " " if broken else "", text)
        elif full or (goes_on and not alone):
            growing.add(other, " ", text)
        else:
            made.append(growing.done())
            growing = _Growing(other)
    return [*made, growing.done()]


def rejoined(text: str, kept: Sequence[Paragraph]) -> list[Paragraph]:
    """Return paragraphs, joined where a removed line was between the halves of a sentence."""
    if not kept:
        return []
    growing = _Growing(kept[0])
    made = []
    titled = len(kept) > 1 and _is_title_above(text, kept)
    for number, (one, other) in enumerate(pairwise(kept)):
        if _goes_on(one.text, other.text) and (number or not titled):
            growing.add(other, " ", text)
        else:
            made.append(growing.done())
            growing = _Growing(other)
    return [*made, growing.done()]


class _Growing:
    """A paragraph to which lines are added."""

    def __init__(self, first: Paragraph) -> None:
        self._texts = [first.text]
        self._parts = list(first.parts)
        self._first: Paragraph | None = first

    @property
    def is_line(self) -> bool:
        """Whether it is still a single line."""
        return self._first is not None

    def add(self, line: Paragraph, joint: str, text: str) -> None:
        """Add a line of the text; a hyphen that split a word at the line end is removed."""
        last = self._texts[-1]
        if joint and _HYPHENATED.search(last) and line.text[0].isalnum():
            joint = ""
            if _is_parted(last, line.text, text):
                self._texts[-1] = last[:-1]
                self._parts[-1] = self._parts[-1]._replace(end=self._parts[-1].end - 1)
        first, *rest = line.parts
        self._parts += [first._replace(before=joint), *rest]
        self._texts += [joint, line.text]
        self._first = None

    def done(self) -> Paragraph:
        """Return the paragraph."""
        return self._first or Paragraph("".join(self._texts), tuple(self._parts))


def ends_well(text: str) -> bool:
    """Return whether a text ends as a sentence does."""
    bare = text.rstrip(_CLOSING)
    return bool(bare) and bare[-1] in _ENDING


def _split(text: str) -> list[str]:
    """Return the lines of a text; every kind of line end is one character."""
    for sign in RARE_LINE_ENDS:
        if sign in text:
            text = text.replace(sign, _LINE_END)
    return text.split(_LINE_END)


def _goes_on(line: str, following: str) -> bool:
    """Return whether the line end between two lines is inside a sentence."""
    if line[-1] in _HYPHENS and _HYPHENATED.search(line):
        return following[0].isalnum()
    return following[0].islower() and not ends_well(line)


def _is_title_above(text: str, found: Sequence[Paragraph]) -> bool:
    """Return whether the first of several lines is a title.

    A title is followed by a blank line or a dateline, or other lines are too long for wrapped
    text.
    """
    line, following = found[0].text, found[1].text
    if ends_well(line) or len(line) > _WIDEST:
        return False
    if max(len(one.text) for one in found) > _WIDEST or _has_blank_line(text, found[0], found[1]):
        return True
    dateline = _LOWER_DATELINE if following.islower() else _DATELINE
    return dateline.match(following) is not None


def _is_cut(text: str) -> bool:
    """Return whether all lines of a text were cut at the same width, even inside words."""
    cut = _split(text.strip(_LINE_END))
    width = len(cut[0])
    even = all(len(line) == width for line in cut[:-1]) and 0 < len(cut[-1]) <= width
    return len(cut) >= _FEWEST_CUT and width >= _NARROWEST_CUT and even


def _width(found: Sequence[Paragraph], broken: Sequence[bool]) -> int:
    """Return the width that a text was wrapped to; 0 if it was not wrapped.

    The first line is ignored, because it may be a title of any length.
    """
    width = max(len(one.text) for one in found[1:])
    inside = sum(broken)
    if width > _NARROW:
        often = inside >= _HABIT and inside * _WRAPPED >= len(broken)
        return width if often and width <= _WIDEST else 0
    full = sum(len(one.text) > _FULL * width and not ends_well(one.text) for one in found[:-1])
    return width if max(inside, full) >= _HABIT else 0


def _is_full(line: Paragraph, following: Paragraph, width: int, text: str) -> bool:
    """Return whether the next word did not fit on a line, so that its paragraph continues."""
    if _has_blank_line(text, line, following):
        return False
    needed = len(line.text) + 1 + len(following.text.split(None, 1)[0])
    return needed > (width if ends_well(line.text) else _FULL * width)


def _has_blank_line(text: str, one: Paragraph, other: Paragraph) -> bool:
    gap = text[one.parts[-1].end : other.parts[0].start]
    ends = max(gap.count("\n"), gap.count("\r")) + sum(gap.count(sign) for sign in "\u2028\u2029")
    return ends > 1


def _is_parted(line: str, following: str, text: str) -> bool:
    """Return whether a hyphen at a line end splits a word, rather than joins a compound.

    The rest of the text decides if it has the word or the compound; else a list of English words
    decides. If neither has it, it is a compound if its first half is a word.
    """
    head = re.search(r"(?<![a-z])[a-z]+$", line[:-1].lower())
    tail = re.match(r"[a-z]+(?![\w-])", following)
    if head is None or tail is None or line[-3:-1].isupper():
        return False
    first, second = head.group(), tail.group()
    whole, compound = first + second, f"{first}-{second}"
    own = _words_in(text)
    if compound in own or compound in _words():
        return False
    return whole in own or whole in _words() or first not in _words()


@lru_cache(maxsize=1)
def _words_in(text: str) -> frozenset[str]:
    """Return the words of a text, and its compounds."""
    return frozenset(re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower()))


@cache
def _words() -> frozenset[str]:
    """Return common English words and compounds."""
    return frozenset((files("textclf.text") / "words.txt").read_text("ascii").split())
