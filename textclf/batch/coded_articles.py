"""Articles with their predictions, and how they become the bytes of a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from textclf.batch.encoded_batch import EncodedBatch
from textclf.classifier.prediction import DocumentResult, Labelled, Prediction
from textclf.errors import InputError
from textclf.io.cleaning_report import cleaning_report
from textclf.io.input_documents import InputDocument
from textclf.io.problems import problems_of
from textclf.io.record_writer import RecordWriter
from textclf.io.side_tables import SideTable, passage_rows, reject_row
from textclf.text.document import Document


class CodedArticle(NamedTuple):
    """One article on its way into the output."""

    record: Labelled
    item: InputDocument
    document: Document | None
    """None if it could not be read, or is left out as a copy."""


class SideTables(NamedTuple):
    """What is written beside the records."""

    show: bool = False
    """The text that is read of each article."""
    passages: SideTable | None = None
    rejects: SideTable | None = None
    """If it is given, articles that could not be read go there, and have no record."""

    @property
    def headers(self) -> EncodedBatch:
        """The beginning of each table."""
        return EncodedBatch(
            b"",
            passages=self.passages.header if self.passages else b"",
            rejects=self.rejects.header if self.rejects else b"",
        )

    def written(self, articles: Sequence[CodedArticle]) -> list[CodedArticle]:
        """Return the articles that have a record."""
        if self.rejects is None:
            return list(articles)
        return [one for one in articles if not one.item.error]

    def encode(
        self,
        articles: Sequence[CodedArticle],
        writer: RecordWriter | None,
        batch: EncodedBatch,
        unanswered: tuple[Prediction, ...],
    ) -> EncodedBatch:
        """Return a batch with the bytes of articles.

        `writer` is None if no article has a record. `batch` holds what is known of the batch. An
        article whose record cannot be written has an error, and the `unanswered` predictions.
        """
        data: list[bytes] = []
        done: list[CodedArticle] = []
        for article in articles:
            coded, encoded = article, None
            if writer and self.written([article]):
                coded, encoded = self._encoded(article, writer, unanswered)
            if writer and encoded is not None:
                data.append(encoded)
                writer = writer.going_on()
            done.append(coded)
        rejected = [one.item for one in done if one.item.error] if self.rejects else []
        results = [one.record[0] for one in done]
        return batch._replace(
            data=b"".join(data),
            number=len(data),
            failed=sum(bool(one.error) for one in results),
            removed=Counter(span.reason for one in results for span in one.removed),
            answers=Counter(answer.status for one in results for answer in one.predictions),
            shown=self._shown(done),
            passages=self._passages(done),
            rejects=self.rejects.encoded(map(reject_row, rejected)) if self.rejects else b"",
            rejected=len(rejected),
            copies=sum(bool(one.copy_of) for one in results),
            statuses=_counted(done, lambda one: (one.status.value,)),
            labels=_counted(done, lambda one: one.labels),
            problems=tuple(problem for one in results for problem in problems_of(one)),
        )

    def _encoded(
        self, article: CodedArticle, writer: RecordWriter, unanswered: tuple[Prediction, ...]
    ) -> tuple[CodedArticle, bytes | None]:
        """Return an article and its record; if it cannot be written, it becomes an error."""
        try:
            return article, writer.encoded_one(article.record)
        except InputError as reason:
            (result, row), item, document = article
            why = result.error or str(reason)
            failed = DocumentResult(unanswered, id=result.id, path=result.path, error=why)
            coded = CodedArticle((failed, row), item._replace(error=why), document)
            if not self.written([coded]):
                return coded, None
            return coded, writer.encoded_one((failed, writer.fitting(row)))

    def _shown(self, articles: Sequence[CodedArticle]) -> bytes:
        shown = [
            cleaning_report(one.document, one.item.id)
            for one in (articles if self.show else ())
            if one.document
        ]
        return "".join(shown).encode("utf-8", "backslashreplace")

    def _passages(self, articles: Sequence[CodedArticle]) -> bytes:
        if self.passages is None:
            return b""
        return self.passages.encoded(row for one in articles for row in passage_rows(one.record[0]))


def _counted(
    articles: Sequence[CodedArticle], names_of: Callable[[Prediction], Iterable[str]]
) -> Mapping[str, Mapping[str, int]]:
    """Return how often the predictions of each scheme have each name."""
    found: dict[str, Counter[str]] = {}
    for one in articles:
        for prediction in one.record[0].predictions:
            found.setdefault(prediction.name, Counter()).update(names_of(prediction))
    return found
