"""Batches of articles: what one process labels at a time."""

from collections.abc import Iterator
from typing import NamedTuple

from textclf.errors import TextclfError
from textclf.io.input_documents import InputDocument, Pending
from textclf.io.read_inputs import BytesRead

FIRST_BATCH, LATER_BATCH = 64, 256
"""Articles in the first batch, and in each one that follows.

A batch of 64 makes the scorer repack its weights for throughput. Larger batches follow, since the
processor's cache loses the weights between two batches.
"""
_LARGEST = 1_000_000
"""Characters, or bytes of files that are still to be read: a batch that has as many is full."""


class Batch(NamedTuple):
    """Articles in the order of the inputs, some of them still to be read."""

    gathered: list[Pending]
    error: TextclfError | None = None
    """The error that ends the run after this batch."""
    bytes_read: int = 0
    """How many bytes of the inputs had been read when the batch was full."""

    def __str__(self) -> str:
        """Return file and line of its first and its last article."""
        return " to ".join(one.place for one in (*self.gathered[:1], *self.gathered[1:][-1:]))

    @property
    def documents(self) -> list[InputDocument]:
        """What is read already: the first document of each table is."""
        return [one for one in self.gathered if isinstance(one, InputDocument)]


def batches_of(
    gathered: Iterator[Pending], later: int = LATER_BATCH, count: BytesRead | None = None
) -> Iterator[Batch]:
    """Yield batches of articles; the last one before an error holds the error."""
    batch: list[Pending] = []
    size, most = 0, FIRST_BATCH
    try:
        for one in gathered:
            batch.append(one)
            size += one.size
            if len(batch) == most or size >= _LARGEST:
                yield Batch(batch, bytes_read=int(count or 0))
                batch, size, most = [], 0, later
    except TextclfError as error:
        yield Batch(batch, error)
        return
    if batch:
        yield Batch(batch, bytes_read=int(count or 0))
