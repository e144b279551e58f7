"""Labels the articles of files, and gives a result or an encoded record for each.

Articles are read, labelled and encoded in batches of bounded size, so that a long input takes no
more memory than a short one. With several jobs, processes label and encode batches while the next
ones are read.
"""

from array import array
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from itertools import chain, islice, repeat
from pathlib import Path
from typing import IO, Any, NamedTuple

from textclf.batch.batches import FIRST_BATCH, LATER_BATCH, Batch, Tiling, batches_of, first_of
from textclf.batch.coded_articles import CodedArticle, SideTables
from textclf.batch.encoded_batch import EncodedBatch
from textclf.batch.engines import Engine, in_this_process_or_several
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions, read_document
from textclf.classifier.prediction import DocumentResult, Labelled, Status
from textclf.errors import InputError, TextclfError
from textclf.io.find_inputs import STDIN, find_inputs
from textclf.io.input_documents import DeferredLines, InputDocument, ReadOptions
from textclf.io.read_inputs import (
    BytesRead,
    gather,
    holds_one_article,
    items_of,
    seekable_stdin,
)
from textclf.io.record_writer import Format, RecordWriter, blank
from textclf.io.result_columns import AddedColumns
from textclf.model.priors import prior_text, stated_prior
from textclf.text.copies import CopyFinder, Sketch, sketch_of
from textclf.text.document import Document
from textclf.text.repeated_paragraphs import (
    ARTICLES,
    ParagraphCounter,
    folded_paragraphs,
    keys_of_paragraphs,
)

Mapped = Callable[[Callable[[Batch], Any], Iterator[Batch]], Iterator[Any]]
"""Maps work over batches, in their order."""

_ESTIMATED = 2_000
"""The largest number of texts that the shares of labels are estimated from."""
_NO_COPIES: Mapping[str, str] = {}


class _Found(NamedTuple):
    """What the first reading of the inputs has found."""

    stdin: IO[bytes] | None
    """Standard input from its beginning, if it was read."""
    options: PredictOptions
    """With the paragraphs that several articles share."""
    copies: Mapping[str, str] = _NO_COPIES
    """The place of each copy, with the id of the first article of its kind."""


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
    with _twice(paths, reading, options) as found:
        run = _Run(multi_classifier, reading, found.options)
        for batch in batches_of(gather(paths, reading, found.stdin)):
            for (result, row), _, _ in run.coded(batch, keep_text=keep_text):
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
    with _twice(paths, reading, options) as found:
        items = items_of(gather(paths, reading, found.stdin), reading)
        for number, item in enumerate(items, start=1):
            if wanted(number, item):
                return item, found.options
    return None, found.options


def encode_results(
    paths: Sequence[str],
    multi_classifier: MultiClassifier,
    style: Format,
    prefix: str = "",
    reading: ReadOptions = ReadOptions(),
    options: PredictOptions = PredictOptions(),
    jobs: int = 1,
    *,
    side: SideTables = SideTables(),
    estimate: bool = False,
    excel: bool = False,
    all_probabilities: bool = False,
    copies: bool = False,
    drop_copies: bool = False,
    skip: int = 0,
    engine: Engine = in_this_process_or_several,
) -> Generator[EncodedBatch, None, None]:
    """Yield the bytes of the records of `iter_results`, some records at a time.

    `paths` are what `expand` returns. With several jobs, as many processes label and encode, to
    the same bytes; this process does the first batch, so that a short input starts none. `engine`
    is another way to map the work over batches, as `engine_of` returns it. `side` says what else
    is encoded. With `estimate`, the first 2,000 articles are read once more before, labels are
    assumed to be as frequent as in these, and the first message says so. With `all_probabilities`,
    a table has a column for each label. With `copies`, a record names an earlier article that is
    nearly the same; with `drop_copies`, it gets no label either. A record that cannot be written
    becomes an error. The first items, `skip` of them, are read and have no bytes, and what is
    yielded follows theirs. Raises InputError if there is no job, and WorkerError if processes are
    killed again and again.
    """
    if jobs < 1:
        raise InputError(f"there are {jobs} jobs; give 1 or more")
    most = max(FIRST_BATCH, LATER_BATCH // jobs)
    mapped = partial(engine, jobs=jobs)
    with _twice(
        paths, reading, options, mapped, again=estimate, copies=copies or drop_copies
    ) as found:
        if estimate:
            multi_classifier, warning = _adapted(paths, multi_classifier, reading, found)
            priors = {one.scheme.name: stated_prior(one) for one in multi_classifier.models}
            yield EncodedBatch(b"", messages=(warning,), priors=priors)
        count = BytesRead()
        gathered = gather(paths, reading, found.stdin, count)
        skipped = batches_of(first_of(gathered, skip), most)
        tiling = Tiling(skip)
        batches = tiling.handed_out(batches_of(gathered, most, count, skip))
        run = _Run(
            multi_classifier,
            reading,
            found.options,
            found.copies,
            drop_copies=drop_copies,
            side=side,
            folder=str(Path.cwd()),
        )
        schemes = [model.scheme for model in multi_classifier.models]
        added = AddedColumns.of(schemes, all_probabilities=all_probabilities)
        of = partial(RecordWriter.of, style=style, prefix=prefix, added=added, excel=excel)
        headers = EncodedBatch(b"") if skip else side.headers
        with closing(_encoded(skipped, batches, run, of, style, mapped)) as parts:
            for part in tiling.came_back(parts):
                yield part.behind(headers)
                headers = EncodedBatch(b"")
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
    with _twice(paths, reading, options, again=True) as found:
        return _adapted(paths, multi_classifier, reading, found)[0]


def _adapted(
    paths: Sequence[str],
    multi_classifier: MultiClassifier,
    reading: ReadOptions,
    found: _Found,
) -> tuple[MultiClassifier, str]:
    """Return a classifier with priors estimated from the inputs, and a message that says so."""
    read = 0

    def documents() -> Iterator[list[Document]]:
        nonlocal read
        for batch in batches_of(gather(paths, reading, found.stdin)):
            items = [item for item in items_of(batch.gathered, reading) if not item.error]
            items = items[: _ESTIMATED - read]
            read += len(items)
            yield [read_document(item.text, item.title, found.options) for item in items]
            if read == _ESTIMATED:
                return

    adapted = multi_classifier.adapted(documents())
    shares = "; ".join(
        f"{one.scheme.name}: {prior_text(one) if one.decision.prior else 'states none, stays'}"
        for one in adapted.models
    )
    first = "the first " if read == _ESTIMATED else ""
    return adapted, (
        f"warning: prior estimated from {first}{read:,} articles: {shares}; "
        "few texts, or texts unlike those learned from, mislead it"
    )


@contextmanager
def _twice(
    paths: Sequence[str],
    reading: ReadOptions,
    options: PredictOptions,
    mapped: Mapped = map,
    *,
    again: bool = False,
    copies: bool = False,
) -> Iterator[_Found]:
    """Read the inputs for repeated paragraphs, and for `copies`, and give what is found.

    Nothing is read if the options have the repeated paragraphs already, or if the inputs are too
    short to repeat any, unless `copies` are asked for. Standard input is kept in memory or in a
    file if it is read here, or if the caller reads it twice (`again`).
    """
    known = options.repeated is not None or not options.clean
    if not copies and (known or _is_short(paths, reading)):
        with seekable_stdin() if again and STDIN in paths else nullcontext() as stdin:
            yield _Found(stdin, options)
        return
    with seekable_stdin() if STDIN in paths else nullcontext() as stdin:
        batches = batches_of(gather(paths, reading, stdin))
        work = partial(_surveyed, reading=reading, copies=copies, folder=str(Path.cwd()))
        with ParagraphCounter() as counter, CopyFinder() as finder:
            for articles in chain(map(work, islice(batches, 1)), mapped(work, batches)):
                for one in articles:
                    counter.add(one.keys)
                    if copies:
                        finder.add(one.place, one.id, one.sketch)
            repeated = options.repeated if known else counter.repeated()
            yield _Found(
                stdin,
                replace(options, repeated=repeated),
                finder.copies() if copies else _NO_COPIES,
            )


def _is_short(paths: Sequence[str], reading: ReadOptions) -> bool:
    """Return whether the files hold too few articles for a paragraph to be in several."""
    return len(paths) < ARTICLES and all(holds_one_article(path, reading) for path in paths)


class _Surveyed(NamedTuple):
    """What the first reading of an article gives."""

    place: str
    id: str
    keys: Sequence[int]
    """The keys of its paragraphs."""
    sketch: Sketch
    """Empty where no copies are asked for."""


def _surveyed(
    batch: Batch, reading: ReadOptions, *, copies: bool, folder: str
) -> Sequence[_Surveyed]:
    """Return what the first reading of a batch gives; this runs in any process."""
    found = []
    for item in items_of(batch.gathered, reading, folder):
        if not item.error:
            texts = folded_paragraphs(item.text)
            keys = array("Q", keys_of_paragraphs(texts))
            found.append(_Surveyed(item.place, item.id, keys, sketch_of(texts if copies else ())))
    return found


class _Run(NamedTuple):
    """What all batches of a run share."""

    multi_classifier: MultiClassifier
    reading: ReadOptions
    options: PredictOptions
    copies: Mapping[str, str] = _NO_COPIES
    drop_copies: bool = False
    side: SideTables = SideTables()
    folder: str = ""
    """The folder that the paths of the inputs start from."""

    def coded(self, batch: Batch, *, keep_text: bool = True) -> list[CodedArticle]:
        """Return the articles of a batch with their results."""
        items = list(items_of(batch.gathered, self.reading, self.folder))
        documents = [
            None
            if item.error or (self.drop_copies and item.place in self.copies)
            else read_document(item.text, item.title, self.options)
            for item in items
        ]
        predictions = iter(
            self.multi_classifier.predict_documents([one for one in documents if one], self.options)
        )
        articles = []
        for item, document in zip(items, documents, strict=True):
            without = Status.ERROR if item.error else Status.COPY
            result = DocumentResult(
                next(predictions) if document else self.multi_classifier.unanswered(without),
                item.id,
                item.path,
                item.error,
                item.warnings,
                document.removed if document else (),
                document.original if document and keep_text else "",
                document.title if document and keep_text else "",
                self.copies.get(item.place, ""),
            )
            articles.append(CodedArticle((result, item.row), item, document))
        return articles

    def encode(self, batch: Batch, writer: RecordWriter | None) -> EncodedBatch:
        """Return the bytes of a batch; this runs in any process."""
        try:
            articles = self.coded(batch)
        except TextclfError as error:
            return EncodedBatch(b"", error=error, items=batch.items, start=batch.start)
        return self.encode_coded(articles, batch, writer)

    def encode_coded(
        self, articles: Sequence[CodedArticle], batch: Batch, writer: RecordWriter | None
    ) -> EncodedBatch:
        """Return the bytes of the articles of a batch."""
        parts = (one for one in batch.gathered if isinstance(one, DeferredLines))
        lines = {place for one in parts for place in one.places}
        known = EncodedBatch(
            b"",
            notes=tuple((one.path, note) for one in batch.documents for note in one.notes),
            error=batch.error,
            bytes_read=batch.bytes_read,
            items=batch.items,
            start=batch.start,
            blanks=len(lines.difference(one.item.place for one in articles))
            + sum(one.item.blanks for one in articles),
        )
        failed = self.multi_classifier.unanswered(Status.ERROR)
        return self.side.encode(articles, writer, known, failed)


def _encoded(
    skipped: Iterator[Batch],
    batches: Iterator[Batch],
    run: _Run,
    writer_of: Callable[..., RecordWriter],
    style: Format,
    mapped: Mapped,
) -> Generator[EncodedBatch, None, None]:
    """Yield the bytes of the batches, which follow those of the skipped ones."""
    mark = False
    # The first record decides the columns; until it comes, nothing is handed to other processes.
    for batch, is_skipped in chain(zip(skipped, repeat(True)), zip(batches, repeat(False))):
        articles, writer = run.coded(batch), None
        mark = mark or any(one.marked for one in batch.documents)
        if written := run.side.written(articles):
            # The columns are those of a row that could be read, if there is one.
            leading = next((one for one in written if not one.item.error), written[0])
            writer = writer_of(leading.record, mark=mark)
        part = run.encode_coded(articles, batch, writer)
        if not is_skipped:
            yield part
        if writer and part.number:
            break
    else:
        yield EncodedBatch(blank(style))
        return
    for _ in skipped:
        pass
    yield from mapped(partial(run.encode, writer=writer.going_on()), batches)
    yield EncodedBatch(writer.ending)
