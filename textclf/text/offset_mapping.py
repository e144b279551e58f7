"""An edited text whose spans can be mapped back to the source."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from textclf.text.sentences import Span


class Edit(NamedTuple):
    """A span of a text, and its replacement."""

    start: int
    end: int
    text: str


class Piece(NamedTuple):
    """A span of the source, and its text in the edited text."""

    start: int
    end: int
    text: str
    """If it is as long as the span, characters are mapped one by one; else only as a whole."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """A text, and the pieces that it is made of; without pieces, it is the source itself."""

    text: str
    pieces: tuple[Piece, ...] = ()
    starts: tuple[int, ...] = ()
    """The offset of each piece in `text`."""

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> "Aligned":
        """Return the concatenated text of pieces."""
        texts = [piece.text for piece in pieces]
        starts = accumulate(map(len, texts[:-1]), initial=0)
        return cls("".join(texts), tuple(pieces), tuple(starts) if pieces else ())

    def source(self, start: int, end: int) -> Span:
        """Return the span of the source that a span of the text comes from."""
        if not self.pieces:
            return Span(start, end)
        number = bisect_right(self.starts, start) - 1
        first, last, text = self.pieces[number]
        begin = first
        if len(text) == last - first:
            begin += start - self.starts[number]
        if end > start + 1:
            number = bisect_right(self.starts, end - 1, number) - 1
            first, last, text = self.pieces[number]
        if len(text) == last - first:
            return Span(begin, first + end - self.starts[number])
        return Span(begin, last)


def edited(text: str, edits: Sequence[Edit]) -> Aligned:
    """Return the text with its edits applied.

    The edits are sorted; one that overlaps an earlier one is ignored.
    """
    if not edits:
        return Aligned(text)
    pieces = []
    done = 0
    for edit in edits:
        if edit.start < done:
            continue
        if edit.start > done:
            pieces.append(Piece(done, edit.start, text[done : edit.start]))
        if edit.text:
            pieces.append(Piece(*edit))
        done = edit.end
    if done < len(text):
        pieces.append(Piece(done, len(text), text[done:]))
    return Aligned.of(pieces)
