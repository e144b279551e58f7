"""The table that finds a view's terms by their hashes, laid out as it lies in a model file.

A term's hash is the polynomial sum (byte + 1) * BASE**(what follows), modulo 2**64, over its
UTF-8 bytes. So the hash of "a b" follows from those of "a" and "b", and one pass of prefix sums
hashes every stretch of a text. The compiled engine reads the same table; it knows only numbers
and strings, no view, no text and no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from textclf._lazy_numpy import Buffer, np
from textclf.errors import ModelError
from textclf.scoring._native import native

if TYPE_CHECKING:
    from numpy.typing import NDArray

Hashes: TypeAlias = "NDArray[np.uint64]"
Slots: TypeAlias = "NDArray[np.uint64]"

BASE = 0xD6E8FEB86659FD93
_INVERSE = pow(BASE, -1, 1 << 64)
_MIX = 0x9E3779B97F4A7C15
_HALF = 32
_BUCKET = 8
"""Slots: those of a bucket fill one line of a processor's cache, and are compared at once."""
_MOST_TERMS = 1 << 26
_SEPARATOR = "\n"
_BLOCK = 1 << 20
"""Bytes that are hashed at a time; only a longer text is hashed whole."""


def hashes(texts: Iterable[str]) -> Hashes:
    """Return the hash of each text.

    >>> [hex(one) for one in hashes(["a", "ab"])]
    ['0x62', '0x453182972e7312a9']
    """
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    bounds = np.zeros(len(encoded) + 1, np.intp)
    np.cumsum(np.fromiter(map(len, encoded), np.intp, len(encoded)), out=bounds[1:])
    found = [np.zeros(0, np.uint64)]
    first = 0
    while first < len(encoded):
        last = max(first + 1, int(np.searchsorted(bounds, bounds[first] + _BLOCK, "right")) - 1)
        data = np.frombuffer(b"".join(encoded[first:last]), np.uint8)
        places = bounds[first : last + 1] - bounds[first]
        found.append(hash_spans(data, places[:-1], places[1:]))
        first = last
    return np.concatenate(found)


def hash_spans(data: NDArray[np.uint8], starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Hashes:
    """Return the hash of each stretch of bytes, from `starts` to before `ends`; 0 if empty."""
    powers, inverses = _powers(1 << max(10, len(data).bit_length()))
    sums = np.zeros(len(data) + 1, np.uint64)
    parts = np.add(data, np.uint64(1), dtype=np.uint64)
    parts *= inverses[: len(data)]
    np.cumsum(parts, out=sums[1:])
    return np.asarray((sums[ends] - sums[starts]) * powers[ends - 1])


def appended(first: Hashes, last: Hashes, sizes: NDArray[np.intp]) -> Hashes:
    """Return the hash of each first text, a blank and its last one, which has `sizes` bytes.

    >>> one, other = hashes(["a"]), hashes(["bc"])
    >>> appended(one, other, np.array([2])) == hashes(["a bc"])
    array([ True])
    """
    powers, _ = _powers(1 << max(10, int(sizes.max(initial=0) + 1).bit_length()))
    blank = np.uint64(ord(" ") + 1)
    return np.asarray(first * powers[sizes + 1] + blank * powers[sizes] + last)


class Vocabulary(Sequence[str]):
    """The terms of a view, each once, and the table that finds them.

    The table is an array of buckets of eight slots, and the hash of each term. A slot is 0, or in
    its low `row_bits` a row + 1 and above them a tag, bits of the mixed hash. The top bits of the
    mixed hash are a term's home bucket; it stands there, or in a bucket behind it with no empty
    slot between. Half of the slots or more are empty, and the last one is.
    """

    _stored: tuple[Buffer, Buffer] | None = None

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = tuple(terms)

    @classmethod
    def stored(cls, blob: Buffer, hashes: Buffer, slots: Buffer) -> Vocabulary:
        """Return the vocabulary that gave these; `check` tells whether it holds."""
        found = cls.__new__(cls)
        found.blob = blob
        found._stored = hashes, slots  # noqa: SLF001 - its own
        return found

    @property
    def table(self) -> tuple[Buffer, Buffer]:
        """The hashes and the slots, as they are stored."""
        return self._stored or (self.hashes, self.slots)

    @cached_property
    def blob(self) -> Buffer:
        """The terms in UTF-8, a line feed between."""
        return _SEPARATOR.join(self._terms).encode("utf-8", "surrogatepass")

    @cached_property
    def hashes(self) -> Hashes:
        """The hash of each term, shape (terms,). Raises ModelError where two are the same."""
        if self._stored:
            return np.asarray(self._stored[0])
        found = hashes(self._terms)
        order = np.argsort(found, kind="stable")
        same = np.flatnonzero(found[order][1:] == found[order][:-1])
        if len(same):
            one, other = (self._terms[order[same[0] + step]] for step in (0, 1))
            raise ModelError(f"the terms {one!r} and {other!r} have one hash; leave one out")
        return found

    @cached_property
    def slots(self) -> Slots:
        """The slots of the table, each a row and a tag, or 0."""
        if self._stored:
            return np.asarray(self._stored[1])
        bits, row_bits = _shape(len(self.hashes))
        mixed = _mixed(self.hashes)
        home = _homes(mixed, bits)
        order = np.argsort(home, kind="stable")
        steps = np.arange(len(order))
        places = np.maximum.accumulate(home[order] - steps) + steps
        slots = np.zeros(
            max(_BUCKET << bits, _BUCKET * (2 + int(places[-1]) // _BUCKET)), np.uint64
        )
        slots[places] = _tags(mixed[order], bits, row_bits) | (order + 1).astype(np.uint64)
        return slots

    @cached_property
    def _terms(self) -> tuple[str, ...]:
        return tuple(str(self.blob, "utf-8", "surrogatepass").split(_SEPARATOR))

    def find(self, wanted: Hashes) -> NDArray[np.intp]:
        """Return the row of the term with each hash, -1 where there is none."""
        bits, row_bits = _shape(len(self))
        row_mask = np.uint64((1 << row_bits) - 1)
        mixed = _mixed(wanted)
        tags, places = _tags(mixed, bits, row_bits), _homes(mixed, bits)
        rows = np.full(len(wanted), -1, np.intp)
        left = np.arange(len(wanted))
        while len(left):
            slots = self.slots.take(places)
            full = slots != 0
            slots ^= tags
            alike = full & (slots <= row_mask)
            (found,), (on,) = alike.nonzero(), (full > alike).nonzero()
            rows[left.take(found)] = slots.take(found).astype(np.intp) - 1
            left, tags, places = left.take(on), tags.take(on), places.take(on) + 1
        return rows

    def check(self) -> str:
        """Return what is wrong with a stored table, but for what it takes the terms to see.

        With none of this, no look-up goes beyond the table or its rows.
        """
        hashes, slots = self.table
        terms = len(hashes)
        if not 0 < terms <= _MOST_TERMS:
            return f"it has {terms} terms, not 1 to {_MOST_TERMS}"
        bits, row_bits = _shape(terms)
        buckets, rest = divmod(len(slots), _BUCKET)
        if buckets < 1 << bits or rest or slots[-1]:
            return "its table has too few slots, or no empty one at its end"
        full, rows, highest = (native.held if native else held)(slots, row_bits)
        if highest > terms or {full, rows} != {terms}:
            return "its table does not hold each term once"
        return ""

    def check_terms(self) -> str:
        """Return what is wrong with a stored vocabulary: its terms, or their table."""
        try:
            terms = self._terms
        except UnicodeDecodeError:
            return "it is not UTF-8"
        if not np.array_equal(hashes(terms), self.hashes):
            return "its hashes are not those of its terms"
        if not np.array_equal(Vocabulary(terms).slots, self.slots):
            return "its table is not that of its terms"
        return ""

    def __reduce__(self) -> tuple[Any, tuple[bytes, Hashes, Slots]]:
        return Vocabulary.stored, (bytes(self.blob), self.hashes, self.slots)

    def __len__(self) -> int:
        return len(self._stored[0] if self._stored else self._terms)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...
    def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
        return self._terms[place]


def held(slots: Buffer, row_bits: int) -> tuple[int, int, int]:
    """Return how many slots are not empty, how many hold a row, and the highest row + 1."""
    found = np.asarray(slots)
    rows = found & np.uint64((1 << row_bits) - 1)
    return int(np.count_nonzero(found)), int(np.count_nonzero(rows)), int(rows.max())


def _shape(terms: int) -> tuple[int, int]:
    """Return how many bits of a mixed hash give the home bucket, and of a slot the row."""
    return max(1, ((terms - 1) // (_BUCKET // 2)).bit_length()), terms.bit_length()


def _mixed(found: Hashes) -> Hashes:
    return np.asarray((found ^ (found >> np.uint64(_HALF))) * np.uint64(_MIX))


def _homes(mixed: Hashes, bits: int) -> NDArray[np.intp]:
    """Return the first slot of each home bucket."""
    return (mixed >> np.uint64(64 - bits)).astype(np.intp) * _BUCKET


def _tags(mixed: Hashes, bits: int, row_bits: int) -> Slots:
    return np.asarray((mixed << np.uint64(bits)) & ~np.uint64((1 << row_bits) - 1))


@lru_cache(maxsize=8)
def _powers(count: int) -> tuple[Hashes, Hashes]:
    """Return the powers of the base and of its inverse, from the 0th on."""
    found: list[Any] = []
    for base in (BASE, _INVERSE):
        factors = np.full(count, base, np.uint64)
        factors[0] = 1
        found.append(np.multiply.accumulate(factors))
    return found[0], found[1]
