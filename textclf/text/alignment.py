"""A text made from another one by edits, with the way back to the places it came from."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from textclf.text.sentences import Span


class Edit(NamedTuple):
    """A stretch of a text, and what stands in its place."""

    start: int
    end: int
    text: str


class Piece(NamedTuple):
    """A stretch of the source, and what stands for it in the edited text."""

    start: int
    end: int
    text: str
    """Of equal length, the two go character by character; else the whole stands for the whole."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """A text, and the pieces of its source that it is made of; without pieces it is the source."""

    text: str
    pieces: tuple[Piece, ...] = ()
    starts: tuple[int, ...] = ()
    """Where each piece begins in `text`."""

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> "Aligned":
        """Return the text that pieces make, in their order."""
        texts = [piece.text for piece in pieces]
        starts = accumulate(map(len, texts[:-1]), initial=0)
        return cls("".join(texts), tuple(pieces), tuple(starts) if pieces else ())

    def source(self, start: int, end: int) -> Span:
        """Return the span of the source that a span of the text came from."""
        if not self.pieces:
            return Span(start, end)
        number = bisect_right(self.starts, start) - 1
        first, last_place, text = self.pieces[number]
        begin = first
        if len(text) == last_place - first:
            begin += start - self.starts[number]
        if end > start + 1:
            number = bisect_right(self.starts, end - 1, number) - 1
            first, last_place, text = self.pieces[number]
        if len(text) == last_place - first:
            return Span(begin, first + end - self.starts[number])
        return Span(begin, last_place)


def edited(text: str, edits: Sequence[Edit]) -> Aligned:
    """Return the text with its edits carried out; they are in order.

    One that overlaps an earlier one is left out.
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
