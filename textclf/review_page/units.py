"""Units, which coders answer about: articles or, where the scheme says so, their passages."""

from collections.abc import Sequence
from typing import NamedTuple

from textclf.codebook.aggregation_rule import AnyPassage, Plurality
from textclf.codebook.scheme import Scheme
from textclf.corpus.given_answers import Answer
from textclf.corpus.records import Record
from textclf.review_page.pool import Article
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


def record_of(article: Article, position: int, scheme: Scheme, labels: Answer) -> Record:
    """Return the record of a unit with the labels that a coder gave it."""
    text = article.text
    if position:
        document = Document.read(article.text, title=article.title)
        span = document.passages[position - 1]
        text = document.text[span.start : span.end]
    return Record(
        id=unit_id(article.id, position),
        text=text,
        labels={scheme.name: labels},
        article=article.id if position else "",
        position=position,
        title=article.title,
    )


def unit_texts(article: Article, scheme: Scheme) -> list[str]:
    """Return the text of each unit of an article: of the whole, or of each passage."""
    if not by_passage(scheme):
        return [f"{article.title}\n\n{article.text}" if article.title else article.text]
    document = Document.read(article.text, title=article.title)
    return [document.text[span.start : span.end] for span in document.passages]


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
