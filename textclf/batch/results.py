"""Labels all that the sources give, one record for each thing that was asked about.

Items flow through in batches of a bounded size: a long input takes no more memory than a short
one. With several jobs, batches are labelled and spelled in processes while the next are read. It
knows no format: `output` does.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import IO, NamedTuple, TypeVar

from textclf.classifier.classifier import MultiClassifier, PredictOptions, read_document
from textclf.classifier.prediction import DocumentResult, Labelled, Status
from textclf.errors import InputError, TextclfError
from textclf.io.cleaning_report import cleaning_report
from textclf.io.input_documents import Pending, ReadOptions
from textclf.io.read_inputs import STDIN, expand, format_of, gather, items_of, seekable_stdin
from textclf.io.record_writer import Format, RecordWriter, blank
from textclf.model.priors import prior_text
from textclf.text.document import Document
from textclf.text.repeated_paragraphs import ARTICLES, ParagraphCounter, keys_of

R = TypeVar("R")

_FIRST, _MOST = 64, 256
"""Items of the first batch, with which an engine is laid out for many, and of those that follow.

Many, since between two batches the processor's cache loses what the engine needs.
"""
_LARGEST = 1_000_000
"""Characters, or bytes of what nobody has read so far: a batch of so many takes no further item."""
_ESTIMATED = 2_000
"""Texts that shares of labels are estimated from, at most."""


class EncodedBatch(NamedTuple):
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
    removed: Mapping[str, int] = MappingProxyType({})
    """How many spans were not read, by reason."""
    answers: Mapping[Status, int] = MappingProxyType({})
    """How many answers have each status."""
    shown: bytes = b""
    """What was read of each text and what was not, for a person to look over."""


class _Batch(NamedTuple):
    gathered: list[Pending]
    error: TextclfError | None = None
    """Why nothing follows."""

    def __str__(self) -> str:
        """Return the places that it was read from."""
        return " to ".join(one.place for one in (*self.gathered[:1], *self.gathered[1:][-1:]))


def iter_results(
    inputs: Sequence[str],
    multi_classifier: MultiClassifier,
    reading: ReadOptions = ReadOptions(),
    options: PredictOptions = PredictOptions(),
) -> Iterator[Labelled]:
    """Yield the record of each text in the inputs, in order, reading on as they are asked for.

    The inputs are read twice, first for the paragraphs that several articles share; not so where
    `options.repeated` gives those. What could not be read is a record too, with status `error`
    and the reason. Raises InputError for an input that is not there.
    """
    with _twice(inputs, reading, options) as (stdin, found):
        for batch in _batches(gather(inputs, reading, stdin)):
            yield from (record for record, _ in _labelled(batch, multi_classifier, reading, found))
            if batch.error:
                raise batch.error


def encode_results(
    inputs: Sequence[str],
    multi_classifier: MultiClassifier,
    style: Format,
    prefix: str = "",
    reading: ReadOptions = ReadOptions(),
    options: PredictOptions = PredictOptions(),
    jobs: int = 1,
    *,
    show: bool = False,
    estimate: bool = False,
) -> Generator[EncodedBatch, None, None]:
    """Yield the records of `iter_results` as `write` writes them, some at a time.

    With several jobs, so many processes label and spell, to the same bytes; the first batch is
    done here, so that a short input starts none. With `show`, what was read of each text comes
    as well. With `estimate`, the first 2,000 texts are read once more before, labels are taken to
    be as frequent as they tell, and the first message says so. Raises InputError for an input
    that is not there, for no job, and where a record cannot be spelled; WorkerError where a
    process is killed.
    """
    if jobs < 1:
        raise InputError(f"there are {jobs} jobs; give 1 or more")
    most = max(_FIRST, _MOST // jobs)
    with _twice(inputs, reading, options, jobs, again=estimate) as (stdin, found):
        if estimate:
            multi_classifier, warning = _adapted(inputs, multi_classifier, reading, found, stdin)
            yield EncodedBatch(b"", messages=(warning,))
        batches = _batches(gather(inputs, reading, stdin), most)
        run = _Run(multi_classifier, reading, found, show)
        with closing(_spelled(batches, run, style, prefix, jobs)) as parts:
            for part in parts:
                yield part
                if part.error:
                    raise part.error


def adapted_to(
    inputs: Sequence[str],
    multi_classifier: MultiClassifier,
    reading: ReadOptions = ReadOptions(),
    options: PredictOptions = PredictOptions(),
) -> MultiClassifier:
    """Return the classifier for inputs whose labels are as frequent as their first texts suggest.

    The first 2,000 are read; see `MultiClassifier.adapted`. Raises InputError for an input that is
    not there, and where no model states a prior.
    """
    with _twice(inputs, reading, options, again=True) as (stdin, found):
        return _adapted(inputs, multi_classifier, reading, found, stdin)[0]


def _adapted(
    inputs: Sequence[str],
    multi_classifier: MultiClassifier,
    reading: ReadOptions,
    options: PredictOptions,
    stdin: IO[bytes] | None,
) -> tuple[MultiClassifier, str]:
    """Return the annotator that is adapted to inputs, and what a person is to be told of it."""
    read = 0

    def documents() -> Iterator[list[Document]]:
        nonlocal read
        for batch in _batches(gather(inputs, reading, stdin)):
            items = [item for item in items_of(batch.gathered, reading) if not item.error]
            items = items[: _ESTIMATED - read]
            read += len(items)
            yield [read_document(item.text, item.title, options) for item in items]
            if read == _ESTIMATED:
                return

    adapted = multi_classifier.adapted(documents())
    found = "; ".join(
        f"{one.scheme.name}: {prior_text(one) if one.decision.prior else 'states none, stays'}"
        for one in adapted.models
    )
    first = "the first " if read == _ESTIMATED else ""
    return adapted, (
        f"warning: prior estimated from {first}{read:,} articles: {found}; "
        "few texts, or texts unlike those learned from, mislead it"
    )


@contextmanager
def _twice(
    inputs: Sequence[str],
    reading: ReadOptions,
    options: PredictOptions,
    jobs: int = 1,
    *,
    again: bool = False,
) -> Iterator[tuple[IO[bytes] | None, PredictOptions]]:
    """Read the inputs once for what is repeated in them; give what is needed to read them again.

    What comes on standard input is kept where it is read for that, or `again` all the same.
    """
    known = options.repeated is not None or not options.clean or _is_short(inputs, reading)
    if known and not again:
        yield None, options
        return
    with seekable_stdin() if STDIN in inputs else nullcontext() as stdin:
        if known:
            yield stdin, options
            return
        batches = _batches(gather(inputs, reading, stdin))
        first = next(batches, _Batch([]))
        with ParagraphCounter() as counter:
            for keys in _keys(first, reading):
                counter.add(keys)
            for found in _mapped(partial(_keys, reading=reading), batches, jobs):
                for keys in found:
                    counter.add(keys)
            repeated = counter.repeated()
        yield stdin, replace(options, repeated=repeated)


def _is_short(inputs: Sequence[str], reading: ReadOptions) -> bool:
    """Return whether the inputs hold too few articles for a paragraph to stand in several."""
    paths = expand(inputs, reading)
    whole = not reading.lines and all(format_of(path, reading) == "text" for path in paths)
    return whole and STDIN not in paths and len(paths) < ARTICLES


def _keys(batch: _Batch, reading: ReadOptions) -> Sequence[Sequence[int]]:
    """Return the keys of the paragraphs of each text."""
    items = items_of(batch.gathered, reading)
    return [array("Q", keys_of(item.text)) for item in items if not item.error]


def _mapped(work: Callable[[_Batch], R], batches: Iterator[_Batch], jobs: int) -> Iterator[R]:
    """Yield what the work makes of each batch, in their order, in so many processes."""
    if jobs == 1:
        yield from map(work, batches)
        return
    from textclf.batch.workers import in_processes  # noqa: PLC0415 - start-up time

    yield from in_processes(work, batches, jobs)


def _batches(gathered: Iterator[Pending], later: int = _MOST) -> Iterator[_Batch]:
    """Yield what is gathered in batches; what came before an error comes with it."""
    batch: list[Pending] = []
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
    batch: _Batch, multi_classifier: MultiClassifier, reading: ReadOptions, options: PredictOptions
) -> list[tuple[Labelled, Document | None]]:
    """Return the record of each text, with its document where it could be read."""
    items = list(items_of(batch.gathered, reading))
    documents = [
        None if item.error else read_document(item.text, item.title, options) for item in items
    ]
    found = iter(multi_classifier.classify_documents([one for one in documents if one], options))
    failed = DocumentResult(multi_classifier.unanswered(Status.ERROR))
    records: list[tuple[Labelled, Document | None]] = []
    for item, document in zip(items, documents, strict=True):
        one = next(found) if document else failed
        named = DocumentResult(
            one.predictions, item.id, item.path, item.error, item.warnings, one.removed
        )
        records.append(((named, item.row), document))
    return records


class _Run(NamedTuple):
    """What is the same for all batches of a run."""

    multi_classifier: MultiClassifier
    reading: ReadOptions
    options: PredictOptions
    show: bool

    def labelled(self, batch: _Batch) -> list[tuple[Labelled, Document | None]]:
        """Return the records of a batch, with their documents."""
        return _labelled(batch, self.multi_classifier, self.reading, self.options)


def _spelled(
    batches: Iterator[_Batch], run: _Run, style: Format, prefix: str, jobs: int
) -> Generator[EncodedBatch, None, None]:
    first = next(batches, _Batch([]))
    records = run.labelled(first)
    if not records:
        yield EncodedBatch(b"" if first.error else blank(style), error=first.error)
        return
    spelling = RecordWriter.of(records[0][0], style, prefix)
    yield _together(records, spelling, first.error, show=run.show)
    yield from _mapped(partial(_done, run, spelling.going_on()), batches, jobs)
    yield EncodedBatch(spelling.ending)


def _done(run: _Run, spelling: RecordWriter, batch: _Batch) -> EncodedBatch:
    """Return what is done with a batch, in whichever process."""
    return _together(run.labelled(batch), spelling, batch.error, show=run.show)


def _together(
    labelled: Sequence[tuple[Labelled, Document | None]],
    spelling: RecordWriter,
    error: TextclfError | None,
    *,
    show: bool,
) -> EncodedBatch:
    """Return the bytes of the records before the first that cannot be spelled."""
    data: list[bytes] = []
    try:
        data.extend(spelling.encoded(record for record, _ in labelled))
    except TextclfError as reason:
        error = reason
    count = len(data)
    met = [annotation for (annotation, _), _ in labelled[: count + 1]]
    messages = tuple(text for one in met for text in (*one.warnings, one.error) if text)
    failed = sum(bool(one.error) for one in met[:count])
    reasons = Counter(removed.reason for one in met[:count] for removed in one.removed)
    answers = Counter(answer.status for one in met[:count] for answer in one.predictions)
    shown = [
        cleaning_report(document, annotation.id)
        for (annotation, _), document in (labelled[:count] if show else ())
        if document
    ]
    data_shown = "".join(shown).encode("utf-8", "backslashreplace")
    return EncodedBatch(
        b"".join(data), count, failed, messages, error, reasons, answers, data_shown
    )
