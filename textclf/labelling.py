"""Labels all that the sources give, one record for each thing that was asked about.

Items flow through in batches of a bounded size: a long input takes no more memory than a short
one. With several jobs, batches are labelled in threads while the next are read.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue
from typing import TypeVar

from textclf.classifier import Annotator, Options
from textclf.errors import InputError, TextclfError
from textclf.prediction import Annotation, Labelled, Status
from textclf.sources import Item, Reading, read_items

T = TypeVar("T")

_MOST = 32
"""Items of a batch."""
_LARGEST = 1_000_000
"""Characters: a batch that has so many takes no further item."""


def label_inputs(
    inputs: Iterable[str],
    annotator: Annotator,
    reading: Reading = Reading(),
    options: Options = Options(),
    jobs: int = 1,
) -> Iterator[Labelled]:
    """Yield the record of each text in the inputs, in order, reading on as they are asked for.

    What could not be read is a record too, with status `error` and the reason. `jobs` is how
    many threads label. Raises InputError for an input that is not there, and for no job.
    """
    if jobs < 1:
        raise InputError(f"there are {jobs} jobs; give 1 or more")
    batches = _batches(read_items(inputs, reading))
    if jobs == 1:
        for batch in batches:
            yield from _labelled(batch, annotator, options)
    else:
        yield from _in_threads(batches, annotator, options, jobs)


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Yield the items in batches; those that were read before an error come before it."""
    batch: list[Item] = []
    size = 0
    try:
        for item in items:
            batch.append(item)
            size += len(item.text)
            if len(batch) == _MOST or size >= _LARGEST:
                yield batch
                batch, size = [], 0
    except TextclfError:
        yield batch
        raise
    yield batch


def _labelled(batch: list[Item], annotator: Annotator, options: Options) -> list[Labelled]:
    texts = [item.text for item in batch if not item.error]
    found = iter(annotator.annotate_all(texts, options))
    failed = Annotation(annotator.unanswered(Status.ERROR))
    return [
        (
            replace(
                failed if item.error else next(found),
                id=item.id,
                path=item.path,
                error=item.error,
                warnings=item.warnings,
            ),
            item.row,
        )
        for item in batch
    ]


def _in_threads(
    batches: Iterator[list[Item]], annotator: Annotator, options: Options, jobs: int
) -> Iterator[Labelled]:
    free: SimpleQueue[Annotator] = SimpleQueue()
    for one in (annotator, *(annotator.another() for _ in range(jobs - 1))):
        free.put(one)

    def label(batch: list[Item]) -> list[Labelled]:
        own = free.get()
        try:
            return _labelled(batch, own, options)
        finally:
            free.put(own)

    pool = ThreadPoolExecutor(jobs)
    try:
        started = (pool.submit(label, batch) for batch in batches)
        for done in _ahead(started, 2 * jobs):
            yield from done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ahead(items: Iterator[T], most: int) -> Iterator[T]:
    """Yield the items, fetching up to so many before they are asked for."""
    waiting: deque[T] = deque()
    try:
        for item in items:
            waiting.append(item)
            if len(waiting) > most:
                yield waiting.popleft()
    except TextclfError:
        yield from waiting
        raise
    yield from waiting
