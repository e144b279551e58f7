"""Find articles that are nearly the same as an earlier one, such as syndicated copies.

A text is cut at each letter o, so that an edit changes one or two pieces and leaves the others as
they are. Two texts are copies if their sets of pieces have a Jaccard similarity (Broder 1997) of
at least 0.65. Candidates are found by six minimum hashes, and compared by the 64 smallest hashes.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import IO, Self
from zlib import adler32, crc32

from textclf.errors import no_room
from textclf.text.pair_store import PairStore

_SIMILARITY = 0.65
_CUT = b"o"
_SHORTEST = 8
"""Letters and digits of a piece: a shorter one is in many texts."""
_FEWEST = 4
"""Pieces of a text: one with fewer is a copy only of a text with the same letters and digits."""
_SKETCH = 64
"""Hashes of a text that are kept. With fewer pieces, the similarity is exact."""
_BANDS = 6
"""Minimum hashes of a text: two texts with a similarity of 0.65 share one 998 times in 1,000."""
_COMPARED = 8
"""A text is compared with at most so many others for each minimum hash that they share."""

Sketch = Sequence[int]
"""The smallest hashes of the pieces of a text, in ascending order."""


def sketch_of(paragraphs: Sequence[bytes]) -> Sketch:
    """Return the sketch of a text from its folded paragraphs; it is empty for an empty text."""
    whole = b"".join(paragraphs)
    if not whole:
        return array("I")
    hashes = {crc32(piece) for piece in whole.split(_CUT) if len(piece) >= _SHORTEST}
    if len(hashes) < _FEWEST:
        hashes = {crc32(whole), adler32(whole)}
    return array("I", sorted(hashes)[:_SKETCH])


def are_copies(one: frozenset[int], other: frozenset[int]) -> bool:
    """Return whether the similarity of two texts, estimated from their sketches, is large enough.

    >>> are_copies(frozenset([1, 2, 3]), frozenset([1, 2, 3, 4]))
    True
    """
    shared = one & other
    if len(shared) < _SIMILARITY * max(len(one), len(other)):
        return False  # the similarity is smaller than this share, which takes less time
    smallest = sorted(one | other)[:_SKETCH]
    return len(shared.intersection(smallest)) >= _SIMILARITY * len(smallest)


class CopyFinder:
    """Finds copies among articles, in one pass and in memory that does not grow with the texts.

    It is a context manager: on exit, it closes the temporary file of sketches and names.
    """

    def __init__(self) -> None:
        self._pairs = PairStore()
        self._file: IO[bytes] | None = None
        self._ends = array("Q", [0])
        """Where the entry of each article ends in the file."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pairs.__exit__(*exception)
        if self._file is not None:
            self._file.close()

    def add(self, place: str, name: str, sketch: Sketch) -> None:
        """Add the next article: its place, its id and its sketch."""
        if not sketch:
            return
        entry = array("I", sketch).tobytes()
        entry += f"\n{place}\x00{'' if name == place else name}".encode("utf-8", "surrogatepass")
        number = len(self._ends) - 1
        self._write(len(sketch).to_bytes(4, "little") + entry)
        least: dict[int, int] = {}
        for one in reversed(sketch):  # the last one that stays is the smallest
            least[one % _BANDS] = one
        self._pairs.add(least.values(), number)

    def copies(self) -> Mapping[str, str]:
        """Return the place of each copy with the id of the first article of its kind."""
        earlier: dict[int, int] = {}
        sketch = lru_cache(maxsize=4096)(self._sketch)
        for pairs in self._pairs.partitions():
            for numbers in _grouped(pairs):
                firsts: list[int] = []
                for number in numbers:
                    known = sketch(number)
                    for first in firsts:
                        if are_copies(sketch(first), known):
                            earlier[number] = min(first, earlier.get(number, first))
                            break
                    else:
                        if len(firsts) < _COMPARED:
                            firsts.append(number)
        for number in sorted(earlier):  # a copy of a copy is a copy of the first
            earlier[number] = earlier.get(earlier[number], earlier[number])
        names = ((self._names(number), self._names(first)) for number, first in earlier.items())
        # A file that is given twice has the same places again.
        return {copy[0]: first[1] for copy, first in names if copy[0] != first[0]}

    def _write(self, entry: bytes) -> None:
        import tempfile  # noqa: PLC0415 - start-up time

        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=1 << 20)  # noqa: SIM115 - as above
            self._file.write(entry)
        except OSError as reason:
            raise no_room(reason) from None
        self._ends.append(self._ends[-1] + len(entry))

    def _entry(self, number: int) -> tuple[int, bytes]:
        assert self._file is not None  # noqa: S101 - an article was added
        self._file.seek(self._ends[number])
        entry = self._file.read(self._ends[number + 1] - self._ends[number])
        return int.from_bytes(entry[:4], "little"), entry[4:]

    def _sketch(self, number: int) -> frozenset[int]:
        count, entry = self._entry(number)
        found = array("I")
        found.frombytes(entry[: count * found.itemsize])
        return frozenset(found)

    def _names(self, number: int) -> tuple[str, str]:
        """Return the place and the id of an article."""
        count, entry = self._entry(number)
        names = entry[count * array("I").itemsize + 1 :].decode("utf-8", "surrogatepass")
        place, _, name = names.partition("\x00")
        return place, name or place


def _grouped(pairs: Iterable[tuple[int, int]]) -> Iterable[list[int]]:
    """Return the values of each key that has several, in ascending order."""
    found: dict[int, list[int]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return (values for values in found.values() if len(values) > 1)
