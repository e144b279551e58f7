"""Many texts at once, as arrays: their words with the hashes, and how often each holds a term.

A batch is lower-cased, cut into words and hashed in a few passes over all of its characters, and
no string is made for a word. It knows no vocabulary, view or form.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from textclf.scoring.vocabulary import Hashes, appended, hash_spans
from textclf.text.tokens import lowered_places

Places = NDArray[np.intp]

_LARGEST = 1 << 17
"""Characters of a batch, if it has more than one text: its arrays stay near the processor."""
_TOP_BITS, _CONTINUING = 0b11000000, 0b10000000
"""What tells the bytes of UTF-8 that continue a character."""
_TEXT_BITS = 32
"""A text and a term are sorted as one number."""


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


_ASCII = bytes(_is_word(chr(byte)) for byte in range(256))
"""Which bytes stand in words, where all are ASCII."""
_UNSEEN, _OTHER, _WORD = range(3)
_kinds = np.zeros(0x110000, np.uint8)
"""Whether each code point stands in words, as far as it was met."""


def batched(texts: Sequence[str]) -> Iterator["Batch"]:
    """Yield the texts in batches that are neither so small nor so large as to be slow."""
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
    """The words of a batch, text after text."""

    bounds: Places
    """Shape (texts + 1,): the first word of each text, and how many words there are."""
    starts: Places
    """Where each word starts in its text, before it was lower-cased."""
    hashes: Hashes
    sizes: Places
    """How many bytes each word has in UTF-8."""

    def ngrams(self, low: int, high: int) -> Iterator[tuple[Places, Hashes]]:
        """Yield for each n from low to high the first word of each n-gram, and the hash of each."""
        ends = np.repeat(self.bounds[1:], np.diff(self.bounds))
        firsts, found = np.arange(len(ends)), self.hashes
        for n in range(1, high + 1):
            if n > 1:
                inside = firsts + n <= ends[firsts]
                firsts, found = firsts[inside], found[inside]
                last = firsts + n - 1
                found = appended(found, self.hashes[last], self.sizes[last])
            if n >= low:
                yield firsts, found


class Batch:
    """Several texts, lower-cased, with a line feed between."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self._lowered = [text.lower() for text in texts]

    @cached_property
    def _begins(self) -> Places:
        """Shape (texts + 1,): where each begins in the batch's characters, and one more would."""
        sizes = np.fromiter(map(len, self._lowered), np.intp, len(self.texts))
        return np.concatenate([[0], np.cumsum(sizes + 1)])

    @cached_property
    def chunks(self) -> tuple[list[str], Places]:
        """What stands between white space, text after text, and the first chunk of each."""
        found = [text.split() for text in self._lowered]
        bounds = np.cumsum([0, *map(len, found)])
        return [chunk for chunks in found for chunk in chunks], bounds

    @cached_property
    def words(self) -> Words:
        """The words: runs of two or more letters, digits and underscores."""
        joined = "\n".join(self._lowered)
        raw = joined.encode("utf-8", "surrogatepass")
        data = np.frombuffer(raw, np.uint8)
        is_ascii = len(raw) == len(joined)
        kinds = np.frombuffer(raw.translate(_ASCII), bool) if is_ascii else _in_words(joined)
        inside = np.concatenate([[False], kinds, [False]])
        borders = np.flatnonzero(inside[1:] != inside[:-1])
        starts, ends = borders[::2], borders[1::2]
        long = ends - starts > 1
        starts, ends = starts[long], ends[long]
        bounds = np.searchsorted(starts, self._begins)
        first, end = starts, ends
        if not is_ascii:
            places = np.append(np.flatnonzero(data & _TOP_BITS != _CONTINUING), len(data))
            first, end = places[starts], places[ends]
        hashes = hash_spans(data, first, end)
        return Words(bounds, self._in_texts(starts, bounds), hashes, end - first)

    def _in_texts(self, starts: Places, bounds: Places) -> Places:
        """Return for places in the batch's characters the places in the texts as they were."""
        found = starts - np.repeat(self._begins[:-1], np.diff(bounds))
        for number, (text, lowered) in enumerate(zip(self.texts, self._lowered, strict=True)):
            if len(text) != len(lowered):
                own = slice(bounds[number], bounds[number + 1])
                found[own] = np.array(lowered_places(text), np.intp)[found[own]]
        return found


def tally(texts: Places, terms: Places) -> tuple[Places, Places, Places]:
    """Return each pair of a text and a term once, in ascending order, and how often it is there."""
    keys = np.sort(texts << _TEXT_BITS | terms)
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])[: len(keys)])
    counts = np.diff(first, append=len(keys))
    keys = keys[first]
    return keys >> _TEXT_BITS, keys & (1 << _TEXT_BITS) - 1, counts


def _in_words(text: str) -> NDArray[np.bool_]:
    r"""Return which characters stand in words, as a regular expression's \w has it."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))
    kinds = _kinds[points]
    if not kinds.all():
        for point in np.unique(points[kinds == _UNSEEN]).tolist():
            _kinds[point] = _WORD if _is_word(chr(point)) else _OTHER
        kinds = _kinds[points]
    return np.asarray(kinds == _WORD)
