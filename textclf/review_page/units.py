"""Units, which coders answer about: articles or, where the scheme says so, their passages."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from textclf.codebook.aggregation_rule import AnyPassage, Plurality
from textclf.codebook.scheme import Scheme
from textclf.corpus.given_answers import Answer
from textclf.corpus.records import Record
from textclf.review_page.pool import Article, Pool
from textclf.text.document import Document


class Unit(NamedTuple):
    """An article of the pool, or one of its passages."""

    number: int
    """The number of the article in the pool, from 0."""
    position: int = 0
    """The number of the passage in its article, from 1; 0 for a whole article."""


def by_passage(scheme: Scheme) -> bool:
    """Return whether a coder answers about each passage of an article."""
    return scheme.unit == "passage"


def unit_id(article_id: str, position: int) -> str:
    """Return the id of the record of a unit.

    >>> unit_id("a.txt", 0), unit_id("a.txt", 3)
    ('a.txt', 'a.txt#3')
    """
    return f"{article_id}#{position}" if position else article_id


def unit_records(article: Article, scheme: Scheme) -> dict[Unit, Record]:
    """Return a record without labels for each unit of an article, by the unit."""
    if not by_passage(scheme):
        whole = Record(id=article.id, text=article.text, labels={}, title=article.title)
        return {Unit(article.number): whole}
    return {
        Unit(article.number, position): Record(
            id=unit_id(article.id, position),
            text=text,
            labels={},
            article=article.id,
            position=position,
            title=article.title,
        )
        for position, text in enumerate(unit_texts(article, scheme), start=1)
    }


def unit_texts(article: Article, scheme: Scheme) -> list[str]:
    """Return the text of each unit of an article: of the whole, or of each passage."""
    if not by_passage(scheme):
        return [f"{article.title}\n\n{article.text}" if article.title else article.text]
    document = Document.read(article.text, title=article.title)
    return [document.text[span.start : span.end] for span in document.passages]


def fitting(pool: Pool, scheme: Scheme) -> Callable[[Record], bool]:
    """Return whether an answer is to a text of the pool, or to an article that the pool has not.

    An answer under another scheme fits too.
    """

    @lru_cache(maxsize=1)
    def texts(number: int) -> dict[str, str]:
        article = pool.article(number)
        return {one.id: one.text for one in unit_records(article, scheme).values()}

    def fits(record: Record) -> bool:
        if record.answer is None or record.answer.scheme_name != scheme.name:
            return True
        number = pool.number_of(record.article or record.id)
        return number is None or texts(number).get(record.id) == record.text

    return fits


def units_of(article: Article, scheme: Scheme) -> list[Unit]:
    """Return the units of an article, which are none if nothing of it can be read."""
    if not by_passage(scheme):
        return [Unit(article.number)]
    count = len(Document.read(article.text, title=article.title).passages)
    return [Unit(article.number, position) for position in range(1, count + 1)]


def document_labels(scheme: Scheme, passages: Sequence[Answer]) -> Answer:
    """Return the labels of an article whose passages a coder has answered, by the scheme's rule.

    An answered passage counts as if a model were sure of its label.
    """
    rule = scheme.aggregation
    given = [label for answer in passages for label in answer]
    if rule is None:
        return scheme.close(given)
    if isinstance(rule, AnyPassage):
        return (rule.label if rule.label in given else scheme.default_label or given[0],)
    counts = {name: given.count(name) for name in scheme.label_names if name != rule.default}
    best = max(counts, key=counts.__getitem__)
    if isinstance(rule, Plurality):
        enough = counts[best] >= rule.min_passages
        share = counts[best] / max(1, len(passages))
        return (best if enough and counts[best] and share >= rule.min_share else rule.default,)
    # One additional passage that surely has the default label counts into the mean.
    share = counts[best] / (len(passages) + 1)
    return (best if counts[best] and share >= rule.min_mean else rule.default,)
