"""Pairs of 64-bit numbers, sorted by the first one, in memory that does not grow with them."""

from array import array
from collections.abc import Iterable, Iterator
from typing import IO, Self

from textclf.errors import no_room

_PARTITIONS = 256
"""Parts of the pairs, by key, so that only one part is in memory at the end."""
_HELD = 1 << 20
"""Pairs that are kept in memory; more go to a temporary file."""


class PairStore:
    """Pairs of a key and a value.

    It is a context manager: on exit, it closes the temporary file for what exceeds memory.
    """

    def __init__(self) -> None:
        self._held = [array("Q") for _ in range(_PARTITIONS)]
        self._count = 0
        self._file: IO[bytes] | None = None
        self._written: list[list[tuple[int, int]]] = [[] for _ in range(_PARTITIONS)]
        """For each partition: offset and bytes of its pairs in the file."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, keys: Iterable[int], value: int) -> None:
        """Add a pair for each key."""
        count = 0
        for key in keys:
            self._held[key % _PARTITIONS].extend((key, value))
            count += 1
        self._count += count
        if self._count >= _HELD:
            self._put_away()

    def partitions(self) -> Iterator[Iterator[tuple[int, int]]]:
        """Yield all pairs in parts; those of one key are in one part, in the order of adding."""
        for number in range(_PARTITIONS):
            pairs = array("Q")
            for start, size in self._written[number]:
                assert self._file is not None  # noqa: S101 - what was written is in the file
                self._file.seek(start)
                pairs.frombytes(self._file.read(size))
            pairs.extend(self._held[number])
            yield zip(pairs[::2], pairs[1::2], strict=True)

    def _put_away(self) -> None:
        """Move the pairs from memory to the temporary file."""
        import tempfile  # noqa: PLC0415 - start-up time

        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the store
            self._file.seek(0, 2)
            for number, pairs in enumerate(self._held):
                data = pairs.tobytes()
                self._written[number].append((self._file.tell(), len(data)))
                self._file.write(data)
        except OSError as reason:
            raise no_room(reason) from None
        self._held = [array("Q") for _ in range(_PARTITIONS)]
        self._count = 0
