"""A document: the cleaned text, its passages, and their offsets in the original.

Reading normalizes characters, joins wrapped lines and removes boilerplate. Every span of the
cleaned text can be mapped back to the original. The layout of a text does not change what is read.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from textclf.text.boilerplate import (
    RemovedSpan,
    find_boilerplate,
    glued,
    is_boilerplate,
    other_stories,
)
from textclf.text.boilerplate_rules import AFTER
from textclf.text.normalize import normalize
from textclf.text.offset_mapping import Aligned, Piece
from textclf.text.paragraphs import Paragraph, ends_well, lines, paragraphs, rejoined
from textclf.text.repeated_paragraphs import NOTHING_REPEATED, Repeated, folded
from textclf.text.sentences import Span, sentence_gaps

_PASSAGE = 400
"""Characters that a passage of several sentences has at most. Half of the paragraphs of a daily
are shorter than 240, and nine in ten are shorter than 440."""
_LONGEST_TITLE = 160
_TITLE_SHARE = 2
"""A title is followed by a text that is at least so many times as long."""
_LINE_END = "\n"
_NOTHING = Aligned("")
_REPEATED = "repeated in this input"


@dataclass(frozen=True, slots=True)
class _Read:
    """A cleaned text, aligned with the original in two steps."""

    text: str = ""
    lines: Aligned = _NOTHING
    """From the cleaned text to the normalized characters."""
    characters: Aligned = _NOTHING
    """From the normalized characters to the original."""

    def source(self, start: int, end: int) -> Span:
        if self.lines.pieces:
            start, end = self.lines.source(start, end)
        return self.characters.source(start, end)


@dataclass(frozen=True)
class Document:
    """A text to be coded; `Document.read` makes one."""

    original: str
    """The text as the user gave it."""
    text: str
    """The cleaned text: the title on a line of its own, then one paragraph on each line."""
    removed: tuple[RemovedSpan, ...]
    """The boilerplate that was removed, as spans of `original`."""
    title: str
    """The title as the user gave it separately; empty if it is not part of `text`."""
    body_start: int
    """The offset in `text` at which the body begins, after the title."""
    _body: _Read
    _heading: _Read

    @classmethod
    def read(
        cls,
        original: str,
        *,
        title: str = "",
        clean: bool = True,
        repeated: Repeated = NOTHING_REPEATED,
    ) -> "Document":
        r"""Return the document of a text, and of its title if it is given separately.

        With `clean=False`, boilerplate is kept. `repeated` holds the paragraphs that several
        articles of the same input share, which are removed as boilerplate too.

        >>> document = Document.read("By ALI KHAN-THE canal\u00adbank broke\nat noon.")
        >>> document.text
        'THE canalbank broke at noon.'
        """
        characters = normalize(original)
        found, removed = _paragraphs(characters.text, repeated if clean else None)
        heading = _heading(title)
        if heading.text and found and folded(found[0].text) == folded(heading.text):
            heading = _Read()  # the text begins with its title
            inside = len(found) > 1
        else:
            inside = _begins_with_title(found)
        text, lines_read = _laid_out(found, characters.text)
        body = _Read(text, lines_read, characters)
        before = len(heading.text) + 1 if heading.text and text else len(heading.text)
        return cls(
            original,
            f"{heading.text}{_LINE_END}{text}" if heading.text and text else heading.text or text,
            tuple(
                RemovedSpan(*characters.source(one.start, one.end), one.reason) for one in removed
            ),
            title if heading.text else "",
            before + len(found[0].text) + 1 if inside else before,
            body,
            heading,
        )

    @cached_property
    def passages(self) -> tuple[Span, ...]:
        """Runs of whole sentences of the body, as spans of `text`.

        A passage ends where the next sentence would make it longer than 400 characters. It can
        continue across paragraphs, because the same article is printed with and without them.
        """
        return tuple(_runs(self.text, self.body_start))

    @cached_property
    def paragraphs(self) -> tuple[Span, ...]:
        """The title and the paragraphs, as spans of `text`: one for each line."""
        spans = []
        start = 0
        for line in self.text.split(_LINE_END) if self.text else ():
            spans.append(Span(start, start + len(line)))
            start += len(line) + 1
        return tuple(spans)

    @cached_property
    def _ends(self) -> list[int]:
        """Where each passage ends."""
        return [passage.end for passage in self.passages]

    def passage_at(self, offset: int) -> int | None:
        """Return the number of the passage at an offset of `text`; None in the title.

        An offset between two passages belongs to the later one.
        """
        if offset < self.body_start:
            return None
        return max(0, min(bisect_right(self._ends, offset), len(self._ends) - 1))

    @property
    def is_empty(self) -> bool:
        """Whether the cleaned text is empty, and there is no passage."""
        return not self.text

    def passages_in_original(self) -> tuple[Span, ...]:
        """Return the passages as spans of the original."""
        if not self.title and not self._body.lines.pieces and not self._body.characters.pieces:
            return self.passages
        return tuple([self.in_original(span.start, span.end) for span in self.passages])

    def in_original(self, start: int, end: int) -> Span:
        """Return the span of the original, or of the separate title, for a span of `text`.

        For a span that runs from a separate title into the text, only the part in the text.
        """
        own_start = len(self._heading.text) + 1 if self.title else 0
        if start < own_start:
            if end <= own_start:
                end = min(end, own_start - 1)
                return self._heading.source(min(start, end), end)
            start = own_start
        return self._body.source(start - own_start, end - own_start)

    def stands_apart(self, end: int) -> bool:
        """Return whether a span of `text` that ends at `end` is of a title given separately."""
        return bool(self.title) and end <= len(self._heading.text) + 1


def _heading(title: str) -> _Read:
    """Return a title that is given separately as one line."""
    characters = normalize(title)
    if "\n" not in title and title == title.strip():
        return _Read(characters.text, Aligned(characters.text), characters)
    found = lines(characters.text)
    parts = [part._replace(before=" ") for one in found for part in one.parts]
    whole = [Paragraph("", tuple(parts))] if parts else []
    return _Read(*_laid_out(whole, characters.text), characters)


def _begins_with_title(found: Sequence[Paragraph]) -> bool:
    """Return whether the first paragraph looks like the title of the others."""
    if len(found) < 2 or len(found[0].text) > _LONGEST_TITLE:  # noqa: PLR2004 - a title heads a text
        return False
    first, rest = found[0].text, found[1:]
    statement = ends_well(first) and (first[-1] not in "?!" or ". " in first)
    if statement or first[0].islower() or first[-1] == ",":
        return False
    return sum(len(one.text) for one in rest) >= _TITLE_SHARE * len(first) and any(
        ends_well(one.text) for one in rest
    )


def _paragraphs(text: str, repeated: Repeated | None) -> tuple[list[Paragraph], list[RemovedSpan]]:
    """Return the paragraphs to be read, and the removed spans of the text.

    If `repeated` is None, nothing is removed.
    """
    found = lines(text)
    if repeated is None:
        return paragraphs(text, found), []
    found = paragraphs(text, found, is_boilerplate)
    gone = find_boilerplate([one.text for one in found])
    removed = _removed(found, gone)
    if gone:
        found = rejoined(text, [one for n, one in enumerate(found) if n not in gone])
    left: list[Paragraph | None] = list(found)
    for number, start, end, reason in reversed(glued([one.text for one in found])):
        one = left[number]
        if one is not None:
            removed.append(RemovedSpan(*one.source(start, end), reason))
            left[number] = one.without(start, end)
    found = [one for one in left if one]
    gone = _other_stories([one.text for one in found], repeated)
    removed += _removed(found, gone)
    return [one for n, one in enumerate(found) if n not in gone], sorted(removed)


def _removed(found: Sequence[Paragraph], gone: Mapping[int, str]) -> list[RemovedSpan]:
    """Return the removed paragraphs as spans; all text after the article is one span."""
    removed: list[RemovedSpan] = []
    for number, reason in gone.items():
        parts = found[number].parts
        one = RemovedSpan(parts[0].start, parts[-1].end, reason)
        if reason == AFTER and removed and removed[-1].reason == AFTER and number - 1 in gone:
            one = RemovedSpan(removed.pop().start, one.end, AFTER)
        removed.append(one)
    return removed


def _other_stories(texts: Sequence[str], repeated: Repeated) -> dict[int, str]:
    """Return the paragraphs of other stories, by number, and why."""
    gone = dict.fromkeys((n for n, yes in enumerate(repeated.among(texts)) if yes), _REPEATED)
    return gone | other_stories(texts, gone)


def _laid_out(found: Sequence[Paragraph], text: str) -> tuple[str, Aligned]:
    """Return the paragraphs, one on each line, and their alignment with the text."""
    if _stands_as_read(found, text):
        whole = text[: found[-1].parts[0].end] if found else ""
        return whole, Aligned(whole)
    pieces: list[Piece] = []
    end = 0
    for paragraph in found:
        for number, part in enumerate(paragraph.parts):
            before = part.before if number else _LINE_END if pieces else ""
            if before:
                pieces.append(Piece(end, part.start, before))
            pieces.append(Piece(part.start, part.end, text[part.start : part.end]))
            end = part.end
    read = Aligned.of(pieces)
    return read.text, read


def _stands_as_read(found: Sequence[Paragraph], text: str) -> bool:
    """Return whether the text itself begins with these paragraphs, one on each line."""
    expected = 0
    for paragraph in found:
        if len(paragraph.parts) > 1:
            return False
        start, end, _ = paragraph.parts[0]
        if start != expected or (start and text[start - 1] != _LINE_END):
            return False
        expected = end + 1
    return True


def _runs(text: str, start: int) -> Iterator[Span]:
    """Yield runs of sentences up to the length of a passage; a longer sentence is one run."""
    first, end = start, start
    for line in text[start:].split(_LINE_END):
        at = 0
        for gap in (*sentence_gaps(line), Span(len(line), len(line) + 1)):
            if start + gap.start - first > _PASSAGE and end > first:
                yield Span(first, end)
                first = start + at
            end, at = start + gap.start, gap.end
        start += len(line) + 1
    if end > first:
        yield Span(first, end)
