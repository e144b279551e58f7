"""Batches of articles: what one worker labels at a time, and the check that none is lost.

A batch says which articles to read, as byte ranges and row groups where it can, and gives the same
part of the output whenever and wherever it is labelled.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from textclf.batch.encoded_batch import EncodedBatch
from textclf.errors import TextclfError, WorkerError
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
    start: int = 0
    """How many items of the inputs come before this batch."""
    error: TextclfError | None = None
    """The error that ends the run after this batch."""
    bytes_read: int = 0
    """How many bytes of the inputs had been read when the batch was full."""

    def __str__(self) -> str:
        """Return file and line of its first and its last article."""
        return " to ".join(one.place for one in (*self.gathered[:1], *self.gathered[1:][-1:]))

    @property
    def items(self) -> int:
        """How many items there are: a blank line is one too."""
        return sum(one.items for one in self.gathered)

    @property
    def documents(self) -> list[InputDocument]:
        """What is read already: the first document of each table is."""
        return [one for one in self.gathered if isinstance(one, InputDocument)]


def batches_of(
    gathered: Iterator[Pending],
    later: int = LATER_BATCH,
    count: BytesRead | None = None,
    start: int = 0,
) -> Iterator[Batch]:
    """Yield batches of articles, after `start` items; the last one before an error holds it."""
    batch: list[Pending] = []
    items, size, most = 0, 0, FIRST_BATCH
    try:
        for one in gathered:
            batch.append(one)
            items += one.items
            size += one.size
            if items >= most or size >= _LARGEST:
                yield Batch(batch, start, bytes_read=int(count or 0))
                start += items
                batch, items, size, most = [], 0, 0, later
    except TextclfError as error:
        yield Batch(batch, start, error)
        return
    if batch:
        yield Batch(batch, start, bytes_read=int(count or 0))


def first_of(gathered: Iterator[Pending], items: int) -> Iterator[Pending]:
    """Yield what holds the first items of the inputs, so many of them."""
    while items > 0 and (one := next(gathered, None)):
        items -= one.items
        yield one


class Tiling:
    """Checks that what comes back of the batches follows each other without a gap or an overlap."""

    def __init__(self, start: int = 0) -> None:
        self._handed_out = self._came_back = start

    def handed_out(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yield the batches, and count their items."""
        for batch in batches:
            self._handed_out += batch.items
            yield batch

    def came_back(self, parts: Iterable[EncodedBatch]) -> Iterator[EncodedBatch]:
        """Yield the parts of the output; raises WorkerError if they do not make up the batches."""
        for part in parts:
            if part.items and part.start != self._came_back:
                raise WorkerError(
                    f"the part that begins after item {part.start:,} came after item "
                    f"{self._came_back:,}; run the command again"
                )
            self._came_back += part.items
            yield part
        if self._came_back != self._handed_out:
            raise WorkerError(
                f"the parts end after item {self._came_back:,} of {self._handed_out:,}; "
                "run the command again"
            )
