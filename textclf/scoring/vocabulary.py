"""The vocabulary of a feature group: a table that finds terms by hash, as a model file stores it.

The hash of a term is a polynomial, as in Karp and Rabin (1987): the sum over its UTF-8 bytes of
(byte + 1) * BASE**(number of bytes after it), modulo 2**64. So the hash of "a b" follows from those
of "a" and "b", and one pass of prefix sums gives the hash of every substring of a text. The native
scorer reads the same table.
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
"""Slots of a bucket: they fill one line of a processor's cache, and are compared at once."""
_MOST_TERMS = 1 << 26
_SEPARATOR = "\n"
_BLOCK = 1 << 20
"""Bytes that are hashed at a time; a longer text is hashed as a whole."""


def hashes(texts: Iterable[str]) -> Hashes:
    """Return the hash of each text, shape (texts,).

    >>> [hex(one) for one in hashes(["a", "ab"])]
    ['0x62', '0x453182972e7312a9']
    """
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    bounds = np.zeros(len(encoded) + 1, np.intp)
    np.cumsum(np.fromiter(map(len, encoded), np.intp, len(encoded)), out=bounds[1:])
    blocks = [np.zeros(0, np.uint64)]
    first = 0
    while first < len(encoded):
        # As many texts as fit into one block, and one at least.
        last = max(first + 1, int(np.searchsorted(bounds, bounds[first] + _BLOCK, "right")) - 1)
        data = np.frombuffer(b"".join(encoded[first:last]), np.uint8)
        offsets = bounds[first : last + 1] - bounds[first]
        blocks.append(hash_spans(data, offsets[:-1], offsets[1:]))
        first = last
    return np.concatenate(blocks)


def hash_spans(data: NDArray[np.uint8], starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Hashes:
    """Return the hash of each span of bytes, from `starts` to before `ends`; 0 if it is empty.

    `starts`, `ends` and the result have the shape (spans,).
    """
    powers, inverses = _powers(1 << max(10, len(data).bit_length()))
    # Prefix sums of (byte + 1) / BASE**offset; BASE is odd, so it has an inverse modulo 2**64.
    # A difference of two sums times BASE**(end - 1) is the hash of the span between them.
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
    """The terms of a feature group, each once, and the table that finds their rows.

    The table is an array of slots in buckets of eight (linear probing: Knuth, TAOCP, vol. 3), with
    the hash of each term beside it. An empty slot is 0. Another has row + 1 in its low `row_bits`
    bits, and above them a tag: bits of the mixed hash. The top bits of the mixed hash give a term's
    home bucket. The term is in that bucket, or after it with no empty slot between. Half of the
    slots or more are empty, and so is the last one: every search ends.
    """

    _stored: tuple[Buffer, Buffer] | None = None

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = tuple(terms)

    @classmethod
    def stored(cls, blob: Buffer, hashes: Buffer, slots: Buffer) -> Vocabulary:
        """Return the vocabulary that was stored as these; `check` says whether they are sound."""
        vocabulary = cls.__new__(cls)
        vocabulary.blob = blob
        vocabulary._stored = hashes, slots  # noqa: SLF001 - its own
        return vocabulary

    @property
    def table(self) -> tuple[Buffer, Buffer]:
        """The hashes and the slots, as they are stored."""
        return self._stored or (self.hashes, self.slots)

    @cached_property
    def blob(self) -> Buffer:
        """The terms in UTF-8, separated by line feeds."""
        return _SEPARATOR.join(self._terms).encode("utf-8", "surrogatepass")

    @cached_property
    def hashes(self) -> Hashes:
        """The hash of each term, shape (terms,). Raises ModelError where two are the same."""
        if self._stored:
            return np.asarray(self._stored[0])
        own = hashes(self._terms)
        order = np.argsort(own, kind="stable")
        same = np.flatnonzero(own[order][1:] == own[order][:-1])
        if len(same):
            one, other = (self._terms[order[same[0] + step]] for step in (0, 1))
            raise ModelError(f"the terms {one!r} and {other!r} have one hash; leave one out")
        return own

    @cached_property
    def slots(self) -> Slots:
        """The slots of the table, each a row and a tag, or 0."""
        if self._stored:
            return np.asarray(self._stored[1])
        bits, row_bits = _shape(len(self.hashes))
        mixed = _mixed(self.hashes)
        home = _homes(mixed, bits)
        order = np.argsort(home, kind="stable")
        # In the order of home buckets each term takes its home slot, or else the slot after that of
        # the term before: index[i] = max(home[i], index[i - 1] + 1), as a running maximum.
        steps = np.arange(len(order))
        index = np.maximum.accumulate(home[order] - steps) + steps
        slots = np.zeros(max(_BUCKET << bits, _BUCKET * (2 + int(index[-1]) // _BUCKET)), np.uint64)
        slots[index] = _tags(mixed[order], bits, row_bits) | (order + 1).astype(np.uint64)
        return slots

    @cached_property
    def _terms(self) -> tuple[str, ...]:
        return tuple(str(self.blob, "utf-8", "surrogatepass").split(_SEPARATOR))

    def find(self, wanted: Hashes) -> NDArray[np.intp]:
        """Return the row of the term with each hash, shape (hashes,); -1 if there is none."""
        bits, row_bits = _shape(len(self))
        row_mask = np.uint64((1 << row_bits) - 1)
        mixed = _mixed(wanted)
        tags, index = _tags(mixed, bits, row_bits), _homes(mixed, bits)
        rows = np.full(len(wanted), -1, np.intp)
        left = np.arange(len(wanted))
        # One slot of every search that is not over at a time.
        while len(left):
            slots = self.slots.take(index)
            full = slots != 0
            # An equal tag becomes 0: what is left of the slot is the row + 1.
            slots ^= tags
            equal = full & (slots <= row_mask)
            (hits,), (misses,) = equal.nonzero(), (full > equal).nonzero()
            rows[left.take(hits)] = slots.take(hits).astype(np.intp) - 1
            left, tags, index = left.take(misses), tags.take(misses), index.take(misses) + 1
        return rows

    def check(self) -> str:
        """Return what is wrong with a stored table; an empty text if nothing is.

        It does not read the terms. A table that passes has no search beyond its end or its rows.
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
        """Return what is wrong with the terms of a stored vocabulary; empty if nothing is."""
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
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self._terms[index]


def held(slots: Buffer, row_bits: int) -> tuple[int, int, int]:
    """Return how many slots are not empty, how many hold a row, and the highest row + 1."""
    array = np.asarray(slots)
    rows = array & np.uint64((1 << row_bits) - 1)
    return int(np.count_nonzero(array)), int(np.count_nonzero(rows)), int(rows.max())


def _shape(terms: int) -> tuple[int, int]:
    """Return how many bits of a mixed hash give the home bucket, and how many of a slot the row.

    There are twice to four times as many slots as terms.
    """
    return max(1, ((terms - 1) // (_BUCKET // 2)).bit_length()), terms.bit_length()


def _mixed(hashes: Hashes) -> Hashes:
    """Return hashes whose top bits depend on all bits (Fibonacci hashing: Knuth, TAOCP, vol. 3)."""
    return np.asarray((hashes ^ (hashes >> np.uint64(_HALF))) * np.uint64(_MIX))


def _homes(mixed: Hashes, bits: int) -> NDArray[np.intp]:
    """Return the index of the first slot of each home bucket."""
    return (mixed >> np.uint64(64 - bits)).astype(np.intp) * _BUCKET


def _tags(mixed: Hashes, bits: int, row_bits: int) -> Slots:
    """Return the bits of mixed hashes after those of the home bucket, the low `row_bits` clear."""
    return np.asarray((mixed << np.uint64(bits)) & ~np.uint64((1 << row_bits) - 1))


@lru_cache(maxsize=8)
def _powers(count: int) -> tuple[Hashes, Hashes]:
    """Return the powers 0 to `count` - 1 of the base, and of its inverse."""
    powers: list[Any] = []
    for base in (BASE, _INVERSE):
        factors = np.full(count, base, np.uint64)
        factors[0] = 1
        powers.append(np.multiply.accumulate(factors))
    return powers[0], powers[1]
