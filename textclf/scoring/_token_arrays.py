"""Many texts at once as arrays: their words with hashes, and how often each text has a term.

A batch is lower-cased, divided into words and hashed in a few passes over all its characters, and
no string is made for a word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from textclf.scoring.vocabulary import Hashes, appended, hash_spans
from textclf.scoring.weights import Indices
from textclf.text.tokens import lowered_offsets

_LARGEST = 1 << 17
"""Characters of a batch with more than one text: its arrays fit into the processor's cache."""
_TOP_BITS, _CONTINUING = 0b11000000, 0b10000000
"""The top bits of a byte in UTF-8, and their value in a byte that continues a character."""
_TERM_BITS = 32
"""The bits of a term: a text and a term are sorted as one number of 64 bits."""


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


_ASCII = bytes(_is_word(chr(byte)) for byte in range(256))
"""For each byte, whether it belongs to a word, in a text of ASCII."""
_UNSEEN, _OTHER, _WORD = range(3)
_kinds = np.zeros(0x110000, np.uint8)
"""Whether each code point belongs to a word; `_UNSEEN` until a text has it."""


def batched(texts: Sequence[str]) -> Iterator["Batch"]:
    """Yield the texts in batches of up to `_LARGEST` characters; a longer text is one batch."""
    start = size = 0
    for number, text in enumerate(texts):
        if size and size + len(text) > _LARGEST:
            yield Batch(texts[start:number])
            start, size = number, 0
        size += len(text)
    if len(texts) > start:
        yield Batch(texts[start:])


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a batch, text after text; arrays of words have the shape (words,)."""

    bounds: Indices
    """Shape (texts + 1,): the index of the first word of each text, and the number of words."""
    starts: Indices
    """The offset of each word in its text, before that was lower-cased."""
    hashes: Hashes
    sizes: Indices
    """The number of bytes of each word in UTF-8."""

    def ngrams(self, low: int, high: int) -> Iterator[tuple[Indices, Hashes]]:
        """Yield for each n from low to high the first word and the hash of each n-gram."""
        ends = np.repeat(self.bounds[1:], np.diff(self.bounds))
        firsts, ngrams = np.arange(len(ends)), self.hashes
        for n in range(1, high + 1):
            if n > 1:
                # An n-gram is one of n - 1 words and the next word, where its text has one.
                inside = firsts + n <= ends[firsts]
                firsts, ngrams = firsts[inside], ngrams[inside]
                last = firsts + n - 1
                ngrams = appended(ngrams, self.hashes[last], self.sizes[last])
            if n >= low:
                yield firsts, ngrams


class Batch:
    """Several texts, lower-cased, with a line feed between."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self._lowered = [text.lower() for text in texts]

    @cached_property
    def _begins(self) -> Indices:
        """Shape (texts + 1,): where each text begins in the batch, in characters, and the end."""
        sizes = np.fromiter(map(len, self._lowered), np.intp, len(self.texts))
        return np.concatenate([[0], np.cumsum(sizes + 1)])

    @cached_property
    def chunks(self) -> tuple[list[str], Indices]:
        """The chunks, text after text; and the first of each text and the end: (texts + 1,)."""
        by_text = [text.split() for text in self._lowered]
        bounds = np.cumsum([0, *map(len, by_text)])
        return [chunk for chunks in by_text for chunk in chunks], bounds

    @cached_property
    def words(self) -> Words:
        """The words: runs of two or more letters, digits and underscores."""
        joined = "\n".join(self._lowered)
        raw = joined.encode("utf-8", "surrogatepass")
        data = np.frombuffer(raw, np.uint8)
        is_ascii = len(raw) == len(joined)
        kinds = np.frombuffer(raw.translate(_ASCII), bool) if is_ascii else _in_words(joined)
        # A word starts where characters of words begin, and ends where they stop.
        inside = np.concatenate([[False], kinds, [False]])
        borders = np.flatnonzero(inside[1:] != inside[:-1])
        starts, ends = borders[::2], borders[1::2]
        long = ends - starts > 1
        starts, ends = starts[long], ends[long]
        bounds = np.searchsorted(starts, self._begins)
        first, end = starts, ends
        if not is_ascii:
            # Characters to bytes: a character begins at each byte that continues no other.
            byte_offsets = np.append(np.flatnonzero(data & _TOP_BITS != _CONTINUING), len(data))
            first, end = byte_offsets[starts], byte_offsets[ends]
        hashes = hash_spans(data, first, end)
        return Words(bounds, self._in_texts(starts, bounds), hashes, end - first)

    def _in_texts(self, starts: Indices, bounds: Indices) -> Indices:
        """Return the offsets of words in their texts, for those in the characters of the batch."""
        offsets = starts - np.repeat(self._begins[:-1], np.diff(bounds))
        for number, (text, lowered) in enumerate(zip(self.texts, self._lowered, strict=True)):
            if len(text) != len(lowered):
                own = slice(bounds[number], bounds[number + 1])
                offsets[own] = np.array(lowered_offsets(text), np.intp)[offsets[own]]
        return offsets


def tally(texts: Indices, terms: Indices) -> tuple[Indices, Indices, Indices]:
    """Return each distinct pair of a text and a term, in ascending order, and its count.

    `texts` and `terms` have the shape (occurrences,); the results have the shape (pairs,).
    """
    keys = np.sort(texts << _TERM_BITS | terms)
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])[: len(keys)])
    counts = np.diff(first, append=len(keys))
    keys = keys[first]
    return keys >> _TERM_BITS, keys & (1 << _TERM_BITS) - 1, counts


def _in_words(text: str) -> NDArray[np.bool_]:
    r"""Return which characters belong to words: those that \w of a regular expression matches."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))
    kinds = _kinds[points]
    if not kinds.all():
        for point in np.unique(points[kinds == _UNSEEN]).tolist():
            _kinds[point] = _WORD if _is_word(chr(point)) else _OTHER
        kinds = _kinds[points]
    return np.asarray(kinds == _WORD)
