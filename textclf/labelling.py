"""Labels all that the sources give, one record for each thing that was asked about.

Items flow through in batches of a bounded size: a long input takes no more memory than a short
one. With several jobs, batches are labelled and spelled in processes while the next are read. It
knows no format: `output` does.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from functools import partial
from typing import NamedTuple

from textclf.classifier import Annotator, Options
from textclf.errors import InputError, TextclfError
from textclf.output import Format, Spelling, blank
from textclf.prediction import Annotation, Labelled, Status
from textclf.sources import Gathered, Reading, gather, items_of

_FIRST, _MOST = 64, 256
"""Items of the first batch, with which an engine is laid out for many, and of those that follow.

Many, since between two batches the processor's cache loses what the engine needs.
"""
_LARGEST = 1_000_000
"""Characters, or bytes of what nobody has read so far: a batch of so many takes no further item."""


class Spelled(NamedTuple):
    """The bytes of some records, and what is to be told of them."""

    data: bytes
    number: int = 0
    """How many records there are."""
    failed: int = 0
    """How many are of something that could not be read."""
    messages: tuple[str, ...] = ()
    """Warnings, and why something could not be read."""
    error: TextclfError | None = None
    """Why nothing follows."""


class _Batch(NamedTuple):
    gathered: list[Gathered]
    error: TextclfError | None = None
    """Why nothing follows."""

    def __str__(self) -> str:
        """Return the places that it was read from."""
        return " to ".join(one.place for one in (*self.gathered[:1], *self.gathered[1:][-1:]))


def label_inputs(
    inputs: Iterable[str],
    annotator: Annotator,
    reading: Reading = Reading(),
    options: Options = Options(),
) -> Iterator[Labelled]:
    """Yield the record of each text in the inputs, in order, reading on as they are asked for.

    What could not be read is a record too, with status `error` and the reason. Raises InputError
    for an input that is not there.
    """
    for batch in _batches(gather(inputs, reading)):
        yield from _labelled(batch, annotator, reading, options)
        if batch.error:
            raise batch.error


def spell_inputs(
    inputs: Iterable[str],
    annotator: Annotator,
    style: Format,
    prefix: str = "",
    reading: Reading = Reading(),
    options: Options = Options(),
    jobs: int = 1,
) -> Generator[Spelled, None, None]:
    """Yield the records of `label_inputs` as `write` writes them, some at a time.

    With several jobs, so many processes label and spell, to the same bytes; the first batch is
    done here, so that a short input starts none. Raises InputError for an input that is not
    there, for no job, and where a record cannot be spelled; WorkerError where a process is killed.
    """
    if jobs < 1:
        raise InputError(f"there are {jobs} jobs; give 1 or more")
    batches = _batches(gather(inputs, reading), max(_FIRST, _MOST // jobs))
    with closing(_spelled(batches, annotator, style, prefix, reading, options, jobs)) as parts:
        for part in parts:
            yield part
            if part.error:
                raise part.error


def _batches(gathered: Iterator[Gathered], later: int = _MOST) -> Iterator[_Batch]:
    """Yield what is gathered in batches; what came before an error comes with it."""
    batch: list[Gathered] = []
    size, most = 0, _FIRST
    try:
        for one in gathered:
            batch.append(one)
            size += one.size
            if len(batch) == most or size >= _LARGEST:
                yield _Batch(batch)
                batch, size, most = [], 0, later
    except TextclfError as error:
        yield _Batch(batch, error)
        return
    if batch:
        yield _Batch(batch)


def _labelled(
    batch: _Batch, annotator: Annotator, reading: Reading, options: Options
) -> list[Labelled]:
    items = list(items_of(batch.gathered, reading))
    texts = [item.text for item in items if not item.error]
    found = iter(annotator.annotate_all(texts, options))
    failed = Annotation(annotator.unanswered(Status.ERROR))
    records: list[Labelled] = []
    for item in items:
        one = failed if item.error else next(found)
        named = Annotation(
            one.predictions, item.id, item.path, item.error, item.warnings, one.dropped
        )
        records.append((named, item.row))
    return records


def _spelled(
    batches: Iterator[_Batch],
    annotator: Annotator,
    style: Format,
    prefix: str,
    reading: Reading,
    options: Options,
    jobs: int,
) -> Generator[Spelled, None, None]:
    first = next(batches, _Batch([]))
    records = _labelled(first, annotator, reading, options)
    if not records:
        yield Spelled(b"" if first.error else blank(style), error=first.error)
        return
    spelling = Spelling.of(records[0], style, prefix)
    yield _together(records, spelling, first.error)
    work = partial(_done, annotator, reading, options, spelling.going_on())
    if jobs == 1:
        yield from map(work, batches)
    else:
        from textclf.workers import in_processes  # noqa: PLC0415 - start-up time

        yield from in_processes(work, batches, jobs)
    yield Spelled(spelling.ending)


def _done(
    annotator: Annotator, reading: Reading, options: Options, spelling: Spelling, batch: _Batch
) -> Spelled:
    """Return what is done with a batch, in whichever process."""
    return _together(_labelled(batch, annotator, reading, options), spelling, batch.error)


def _together(records: list[Labelled], spelling: Spelling, error: TextclfError | None) -> Spelled:
    """Return the bytes of the records before the first that cannot be spelled."""
    data: list[bytes] = []
    try:
        data.extend(spelling.spelled(records))
    except TextclfError as reason:
        error = reason
    count = len(data)
    met = [annotation for annotation, _ in records[: count + 1]]
    messages = tuple(text for one in met for text in (*one.warnings, one.error) if text)
    failed = sum(bool(one.error) for one in met[:count])
    return Spelled(b"".join(data), count, failed, messages, error)
