"""Labels the articles of files, and gives a result or an encoded record for each.

Articles are read, labelled and encoded in batches of bounded size, so that a long input takes no
more memory than a short one. With several jobs, processes label and encode batches while the next
ones are read.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import IO, NamedTuple, TypeVar

from textclf.batch.batches import FIRST_BATCH, LATER_BATCH, Batch, batches_of
from textclf.batch.encoded_batch import EncodedBatch
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions, read_document
from textclf.classifier.prediction import DocumentResult, Labelled, Status
from textclf.errors import InputError
from textclf.io.cleaning_report import cleaning_report
from textclf.io.find_inputs import STDIN, find_inputs
from textclf.io.input_documents import InputDocument, Pending, ReadOptions
from textclf.io.problems import problems_of
from textclf.io.read_inputs import (
    BytesRead,
    gather,
    holds_one_article,
    items_of,
    seekable_stdin,
)
from textclf.io.record_writer import Format, RecordWriter, blank
from textclf.model.priors import prior_text
from textclf.text.document import Document
from textclf.text.repeated_paragraphs import ARTICLES, ParagraphCounter, keys_of

R = TypeVar("R")

_ESTIMATED = 2_000
"""The largest number of texts that the shares of labels are estimated from."""


def iter_results(
    inputs: Sequence[str],
    multi_classifier: MultiClassifier,
    reading: ReadOptions = ReadOptions(),
    options: PredictOptions = PredictOptions(),
    *,
    keep_text: bool = False,
) -> Iterator[Labelled]:
    """Yield the result of each article in the inputs, with the fields of its row, in order.

    The inputs are read as results are asked for. They are read twice, first for the paragraphs
    that several articles share, unless `options.repeated` gives these. An article that cannot be
    read has a result too, with status `error` and the reason. With `keep_text`, results hold text
    and title. Raises InputError for an input that does not exist.
    """
    paths = find_inputs(inputs, reading).paths
    with _twice(paths, reading, options) as (stdin, found):
        for batch in batches_of(gather(paths, reading, stdin)):
            for (result, row), document in _labelled(batch, multi_classifier, reading, found):
                if keep_text and document:
                    yield replace(result, text=document.original, title=document.title), row
                else:
                    yield result, row
            if batch.error:
                raise batch.error


def find_article(
    inputs: Sequence[str],
    reading: ReadOptions,
    options: PredictOptions,
    wanted: Callable[[int, InputDocument], bool],
) -> tuple[InputDocument | None, PredictOptions]:
    """Return the first article that is wanted, and the options that a run of all inputs has.

    `wanted` gets the number of an article, from 1, and the article. The options hold the
    paragraphs that articles of the inputs share. None stands for no such article. Raises
    InputError for an input that does not exist.
    """
    paths = find_inputs(inputs, reading).paths
    with _twice(paths, reading, options) as (stdin, found):
        for number, item in enumerate(items_of(gather(paths, reading, stdin), reading), start=1):
            if wanted(number, item):
                return item, found
    return None, found


def encode_results(
    paths: Sequence[str],
    multi_classifier: MultiClassifier,
    style: Format,
    prefix: str = "",
    reading: ReadOptions = ReadOptions(),
    options: PredictOptions = PredictOptions(),
    jobs: int = 1,
    *,
    show: bool = False,
    estimate: bool = False,
    excel: bool = False,
    skip: int = 0,
) -> Generator[EncodedBatch, None, None]:
    """Yield the bytes of the records of `iter_results`, some records at a time.

    `paths` are what `expand` returns. With several jobs, as many processes label and encode, to
    the same bytes; this process does the first batch, so that a short input starts none. With
    `show`, the text that was read of each article comes as well. With `estimate`, the first 2,000
    articles are read once more before, labels are assumed to be as frequent as in these, and the
    first message says so. The first items, `skip` of them, are read and not labelled, and what is
    yielded follows their records. Raises InputError if there is no job, or if a record cannot be
    encoded, and WorkerError if a process is killed.
    """
    if jobs < 1:
        raise InputError(f"there are {jobs} jobs; give 1 or more")
    most = max(FIRST_BATCH, LATER_BATCH // jobs)
    with _twice(paths, reading, options, jobs, again=estimate) as (stdin, found):
        if estimate:
            multi_classifier, warning = _adapted(paths, multi_classifier, reading, found, stdin)
            yield EncodedBatch(b"", messages=(warning,))
        count = BytesRead()
        gathered = gather(paths, reading, stdin, count)
        run = _Run(multi_classifier, reading, found, show)
        writer = _writer_behind(islice(gathered, skip), run, style, prefix, excel=excel)
        batches = batches_of(gathered, most, count)
        with closing(_encoded(batches, run, style, prefix, jobs, writer, excel=excel)) as parts:
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
    paths = find_inputs(inputs, reading).paths
    with _twice(paths, reading, options, again=True) as (stdin, found):
        return _adapted(paths, multi_classifier, reading, found, stdin)[0]


def _adapted(
    paths: Sequence[str],
    multi_classifier: MultiClassifier,
    reading: ReadOptions,
    options: PredictOptions,
    stdin: IO[bytes] | None,
) -> tuple[MultiClassifier, str]:
    """Return a classifier with priors estimated from the inputs, and a message that says so."""
    read = 0

    def documents() -> Iterator[list[Document]]:
        nonlocal read
        for batch in batches_of(gather(paths, reading, stdin)):
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
    paths: Sequence[str],
    reading: ReadOptions,
    options: PredictOptions,
    jobs: int = 1,
    *,
    again: bool = False,
) -> Iterator[tuple[IO[bytes] | None, PredictOptions]]:
    """Read the inputs for repeated paragraphs; give standard input from its beginning, and options.

    The options hold the repeated paragraphs. Nothing is read if the options have them already, or
    if the inputs are too short to repeat any. Standard input is kept in memory or in a file if it
    is read here, or if the caller reads it twice (`again`).
    """
    known = options.repeated is not None or not options.clean or _is_short(paths, reading)
    if known and not again:
        yield None, options
        return
    with seekable_stdin() if STDIN in paths else nullcontext() as stdin:
        if known:
            yield stdin, options
            return
        batches = batches_of(gather(paths, reading, stdin))
        first = next(batches, Batch([]))
        with ParagraphCounter() as counter:
            for keys in _keys(first, reading):
                counter.add(keys)
            for found in _mapped(partial(_keys, reading=reading), batches, jobs):
                for keys in found:
                    counter.add(keys)
            repeated = counter.repeated()
        yield stdin, replace(options, repeated=repeated)


def _is_short(paths: Sequence[str], reading: ReadOptions) -> bool:
    """Return whether the files hold too few articles for a paragraph to be in several."""
    return len(paths) < ARTICLES and all(holds_one_article(path, reading) for path in paths)


def _keys(batch: Batch, reading: ReadOptions) -> Sequence[Sequence[int]]:
    """Return the keys of the paragraphs of each text."""
    items = items_of(batch.gathered, reading)
    return [array("Q", keys_of(item.text)) for item in items if not item.error]


def _mapped(work: Callable[[Batch], R], batches: Iterator[Batch], jobs: int) -> Iterator[R]:
    """Yield the result of the work for each batch, in order, from as many processes as jobs."""
    if jobs == 1:
        yield from map(work, batches)
        return
    from textclf.batch.workers import in_processes  # noqa: PLC0415 - start-up time

    yield from in_processes(work, batches, jobs)


def _labelled(
    batch: Batch, multi_classifier: MultiClassifier, reading: ReadOptions, options: PredictOptions
) -> list[tuple[Labelled, Document | None]]:
    """Return the result of each article, with its document if it could be read."""
    items = list(items_of(batch.gathered, reading))
    documents = [
        None if item.error else read_document(item.text, item.title, options) for item in items
    ]
    predictions = iter(
        multi_classifier.predict_documents([one for one in documents if one], options)
    )
    unread = multi_classifier.unanswered(Status.ERROR)
    records: list[tuple[Labelled, Document | None]] = []
    for item, document in zip(items, documents, strict=True):
        result = DocumentResult(
            next(predictions) if document else unread,
            item.id,
            item.path,
            item.error,
            item.warnings,
            document.removed if document else (),
        )
        records.append(((result, item.row), document))
    return records


class _Run(NamedTuple):
    """What all batches of a run share."""

    multi_classifier: MultiClassifier
    reading: ReadOptions
    options: PredictOptions
    show: bool

    def labelled(self, batch: Batch) -> list[tuple[Labelled, Document | None]]:
        """Return the results of a batch, with their documents."""
        return _labelled(batch, self.multi_classifier, self.reading, self.options)


def _writer_behind(
    gathered: Iterator[Pending], run: _Run, style: Format, prefix: str, *, excel: bool
) -> RecordWriter | None:
    """Read items to the end; return the writer of what follows, None if they have no record."""
    writer = None
    for batch in batches_of(gathered):
        if writer is None and (records := run.labelled(batch)):
            writer = _writer_of(records, batch, style, prefix, excel=excel)
    return writer


def _writer_of(
    records: Sequence[tuple[Labelled, Document | None]],
    first: Batch,
    style: Format,
    prefix: str,
    *,
    excel: bool,
) -> RecordWriter:
    """Return the writer of a run whose first batch has these records."""
    # The columns are those of a row that could be read, if there is one.
    limited_to = next((one for one, _ in records if not one[0].error), records[0][0])
    mark = any(one.marked for one in first.documents)
    return RecordWriter.of(limited_to, style, prefix, mark=mark, excel=excel)


def _encoded(
    batches: Iterator[Batch],
    run: _Run,
    style: Format,
    prefix: str,
    jobs: int,
    writer: RecordWriter | None,
    *,
    excel: bool,
) -> Generator[EncodedBatch, None, None]:
    if writer is None:
        first = next(batches, Batch([]))
        records = run.labelled(first)
        if not records:
            yield EncodedBatch(b"" if first.error else blank(style), error=first.error)
            return
        writer = _writer_of(records, first, style, prefix, excel=excel)
        yield _encode(records, writer, first, run)
    yield from _mapped(partial(_label_and_encode, run, writer.going_on()), batches, jobs)
    yield EncodedBatch(writer.ending)


def _label_and_encode(run: _Run, writer: RecordWriter, batch: Batch) -> EncodedBatch:
    """Label and encode a batch; this runs in any process."""
    return _encode(run.labelled(batch), writer, batch, run)


def _encode(
    labelled: Sequence[tuple[Labelled, Document | None]],
    writer: RecordWriter,
    batch: Batch,
    run: _Run,
) -> EncodedBatch:
    """Return the bytes of the records; one that cannot be written becomes an error."""
    data: list[bytes] = []
    met: list[DocumentResult] = []
    failed = DocumentResult(run.multi_classifier.unanswered(Status.ERROR))
    for (result, row), _ in labelled:
        try:
            data.append(writer.encoded_one((result, row)))
            met.append(result)
        except InputError as reason:
            why = result.error or str(reason)
            met.append(replace(failed, id=result.id, path=result.path, error=why))
            data.append(writer.encoded_one((met[-1], writer.fitting(row))))
        writer = writer.going_on()
    read = [(result, document) for (result, _), document in labelled if document and run.show]
    shown = "".join([cleaning_report(document, result.id) for result, document in read])
    return EncodedBatch(
        b"".join(data),
        len(data),
        sum(bool(one.error) for one in met),
        notes=tuple((one.path, note) for one in batch.documents for note in one.notes),
        problems=tuple([problem for one in met for problem in problems_of(one)]),
        error=batch.error,
        removed=Counter(removed.reason for one in met for removed in one.removed),
        answers=Counter(answer.status for one in met for answer in one.predictions),
        shown=shown.encode("utf-8", "backslashreplace"),
        bytes_read=batch.bytes_read,
        items=len(batch.gathered),
    )
