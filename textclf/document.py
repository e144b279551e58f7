"""A document: what is read of a text, its passages, and where each stood in the original.

Cleaning drops page furniture and mends characters; every offset can be led back to the
text as its owner has it. This room knows no schemes.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from textclf.furniture import Dropped, furniture
from textclf.sentences import Span, sentences, trimmed

_PARAGRAPH_END = "\n\n"
_LONG_PASSAGE = 1500
"""Characters. A longer paragraph has lost its breaks, and is split at its sentences."""
_SENTENCES_A_PASSAGE = 5

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_LINE_END = re.compile(r"\n\s*")
# Texts, which `re` compiles as it meets them: an article in ASCII needs neither.
_BEYOND_ASCII = r"[^\x00-\x7f]+"
_BEYOND_TYPOGRAPHY = r"[^\x00-\x7f‘’“”–—]"


class _Piece(NamedTuple):
    """A stretch of the read text, and the stretch of the original that it came from.

    Of equal length, the two go character by character; else the whole stands for the whole.
    """

    start: int
    end: int
    original_start: int
    original_end: int


@dataclass(frozen=True)
class Document:
    """A text to be coded. Made with `Document.read`."""

    original: str
    """The text as its owner has it."""
    text: str
    """What is read of it: furniture dropped, characters mended."""
    dropped: tuple[Dropped, ...]
    """What was not read, as spans of `original`."""
    _pieces: tuple[_Piece, ...]

    @classmethod
    def read(cls, original: str, *, clean: bool = True) -> "Document":
        r"""Return the document of a text; with `clean=False` page furniture is read as well.

        >>> document = Document.read("By ALI KHAN-THE canal\u00adbank broke at noon.")
        >>> document.text
        'THE canalbank broke at noon.'
        """
        dropped = furniture(original) if clean else ()
        if not dropped and _plain(original) and not original.isspace():
            return cls(original, original, (), ())
        kept: list[str] = []
        pieces: list[_Piece] = []
        length = 0
        for start, end in _between(dropped, len(original)):
            if original[start:end].isspace():
                continue
            if kept:
                kept.append(_PARAGRAPH_END)
                length += len(_PARAGRAPH_END)
            for text, original_start, original_end in _mended(original, start, end):
                kept.append(text)
                pieces.append(_Piece(length, length + len(text), original_start, original_end))
                length += len(text)
        return cls(original, "".join(kept), dropped, tuple(pieces))

    @cached_property
    def passages(self) -> tuple[Span, ...]:
        """The paragraphs, as spans of `text`."""
        return tuple(_passages(self.text))

    @cached_property
    def _ends(self) -> list[int]:
        """Where each passage ends."""
        return [passage.end for passage in self.passages]

    def passage_at(self, place: int) -> int:
        """Return which passage a place of `text` stands in; between two of them, the later."""
        return max(0, min(bisect_right(self._ends, place), len(self._ends) - 1))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read, and so no passage."""
        return not self.text.strip()

    def passages_in_original(self) -> tuple[Span, ...]:
        """Return the passages as spans of the original."""
        if self.text == self.original:
            return self.passages
        return tuple(self.in_original(span.start, span.end) for span in self.passages)

    def in_original(self, start: int, end: int) -> Span:
        """Return the span of the original that a span of `text` came from."""
        if self.text == self.original:
            return Span(start, end)
        first, last = self._piece(start), self._piece(max(start, end - 1))
        whole_first = first.end - first.start != first.original_end - first.original_start
        whole_last = last.end - last.start != last.original_end - last.original_start
        return Span(
            first.original_start + (0 if whole_first else start - first.start),
            last.original_end if whole_last else last.original_start + end - last.start,
        )

    def _piece(self, place: int) -> _Piece:
        found = bisect_right(self._pieces, place, key=lambda piece: piece.start) - 1
        return self._pieces[max(found, 0)]


def _between(dropped: tuple[Dropped, ...], length: int) -> Iterator[tuple[int, int]]:
    start = 0
    for part in dropped:
        if part.start > start:
            yield start, part.start
        start = max(start, part.end)
    if start < length:
        yield start, length


def _mended(original: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield the text of a stretch with where it came from: most often the stretch as it is.

    Letters, digits and spaces take their NFKC form, invisible format characters go, and a
    lone surrogate becomes U+FFFD: so that a soft hyphen or a ligature hides no word.
    """
    text = original[start:end]
    if _plain(text):
        yield text, start, end
        return
    done = 0
    for found in re.finditer(_BEYOND_ASCII, text):
        first = max(0, found.start() - 1)  # an accent belongs to the letter before it
        run = text[first : found.end()]
        if not _odd(run):
            continue
        if first > done:
            yield text[done:first], start + done, start + first
        for cluster in _clusters(run):
            place = start + first + cluster.start
            raw = run[cluster.start : cluster.end]
            yield _mend(raw), place, place + len(raw)
        done = found.end()
    if done < len(text):
        yield text[done:], start + done, end


def _plain(text: str) -> bool:
    """Return whether a look tells that nothing is to be mended."""
    return text.isascii() or not re.search(_BEYOND_TYPOGRAPHY, text)


def _odd(run: str) -> bool:
    return not unicodedata.is_normalized("NFKC", run) or any(
        unicodedata.category(char) in {"Cf", "Cs"} for char in run
    )


def _clusters(run: str) -> Iterator[Span]:
    start = 0
    for place in range(1, len(run) + 1):
        if place == len(run) or not unicodedata.combining(run[place]):
            yield Span(start, place)
            start = place


def _mend(cluster: str) -> str:
    visible = "".join(
        "\ufffd" if unicodedata.category(char) == "Cs" else char
        for char in cluster
        if unicodedata.category(char) != "Cf"
    )
    if visible and (unicodedata.category(visible[0])[0] in "LM" or visible[0].isdecimal()):
        return unicodedata.normalize("NFKC", visible)
    return " " if visible and unicodedata.category(visible[0]) == "Zs" else visible


def _passages(text: str) -> Iterator[Span]:
    gap = _BLANK_LINE if _BLANK_LINE.search(text.strip()) else _LINE_END
    start = 0
    for match in (*gap.finditer(text), None):
        end = match.start() if match else len(text)
        for passage in trimmed(text, start, end):
            yield from _split_long(text, passage)
        start = match.end() if match else end


def _split_long(text: str, passage: Span) -> Iterator[Span]:
    if passage.end - passage.start <= _LONG_PASSAGE:
        yield passage
        return
    spans = list(sentences(text[passage.start : passage.end]))
    for first in range(0, len(spans), _SENTENCES_A_PASSAGE):
        group = spans[first : first + _SENTENCES_A_PASSAGE]
        yield Span(passage.start + group[0].start, passage.start + group[-1].end)
