"""What the page shows of one article, as plain data: no HTML, so that nothing needs escaping."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from textclf.classifier.classifier import Classifier
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import Evidence, Prediction, Status, percent
from textclf.classifier.result_html import segments
from textclf.review_page.pool import Article
from textclf.text.boilerplate import RemovedSpan
from textclf.text.control_characters import with_signs
from textclf.text.document import Document
from textclf.text.sentences import Span

_LONGEST = 200_000
"""Characters of an article that are shown: a browser is slow with more."""
_STRENGTHS = 4
"""Grades of evidence, by the share of the heaviest weight."""
_DIRECTIONS = {
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"),
    0x200E: "",
    0x200F: "",
    0x061C: "",
}
"""Characters that turn the direction of all that follows; none of them changes the page."""

Piece = tuple[str, int]
"""Some text, and how strong it is as evidence: 0 for none; -1 for text that was not read."""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article as the page shows it."""

    title: tuple[Piece, ...]
    blocks: tuple[tuple[int, tuple[Piece, ...]], ...]
    """Parts of the text, each with the number of its passage, from 1; 0 between passages."""
    passages: int
    model: dict[str, Any] | None
    """What the model says of the article: labels, probability, and that of each label."""
    of_passages: tuple[dict[str, Any], ...]
    """What the model says of each passage."""
    cut: bool
    """Whether the article is too long to be shown whole."""


def article_view(article: Article, classifier: Classifier | None, *, hidden: bool) -> ArticleView:
    """Return an article with its passages; with evidence and labels of the model unless hidden."""
    document = Document.read(article.text, title=article.title)
    prediction = None
    if classifier and not hidden:
        prediction = classifier.classify_document(document, PredictOptions())
    spans = prediction.evidence if prediction else ()
    heaviest = max((abs(one.weight) for one in spans), default=0.0) or 1.0
    text = article.text[:_LONGEST]
    in_text = [one for one in spans if not one.in_title and one.end <= len(text)]
    return ArticleView(
        tuple(_pieces(article.title, 0, [o for o in spans if o.in_title], (), heaviest)),
        tuple(_blocks(text, document, in_text, heaviest)),
        len(document.passages),
        _of_document(prediction) if prediction else None,
        tuple(
            {"labels": list(one.labels), "prob": _percent(one.prob)}
            for one in (prediction.passages if prediction else ())
        ),
        len(article.text) > len(text),
    )


def shown(text: str) -> str:
    """Return a text without characters that would change how the page around it looks."""
    safe = with_signs(text.replace("\r\n", "\n")).translate(_DIRECTIONS)
    return safe.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate


def _of_document(prediction: Prediction) -> dict[str, Any]:
    return {
        "labels": list(prediction.labels),
        "prob": _percent(prediction.prob),
        "answered": prediction.status is Status.OK,
        "status": prediction.status.value.replace("_", " "),
        "probs": {label: _percent(prob) for label, prob in prediction.probs},
    }


def _percent(prob: float | None) -> str:
    return "" if prob is None else percent(prob)


def _blocks(
    text: str, document: Document, spans: Sequence[Evidence], heaviest: float
) -> Iterator[tuple[int, tuple[Piece, ...]]]:
    """Yield the passages of a text, and what lies between them."""
    at = 0
    for number, passage in enumerate(document.passages_in_original(), start=1):
        start, end = max(at, passage.start), min(passage.end, len(text))
        if start >= end:
            continue
        for position, part in ((0, Span(at, start)), (number, Span(start, end))):
            if part.end > part.start:
                own = _pieces(
                    text[part.start : part.end], part.start, spans, document.removed, heaviest
                )
                yield position, tuple(own)
        at = end
    if text[at:]:
        yield 0, tuple(_pieces(text[at:], at, spans, document.removed, heaviest))


def _pieces(
    text: str,
    start: int,
    spans: Sequence[Evidence],
    removed: Sequence[RemovedSpan],
    heaviest: float,
) -> Iterator[Piece]:
    """Yield the pieces of a part of the original that begins at `start`."""
    end = start + len(text)
    own = [
        one._replace(start=max(one.start, start) - start, end=min(one.end, end) - start)
        for one in spans
        if one.start < end and one.end > start
    ]
    gone = [
        (max(one.start, start) - start, min(one.end, end) - start)
        for one in removed
        if one.start < end and one.end > start
    ]
    borders = [border for pair in gone for border in pair]
    for first, last, weight in segments(text, own, borders):
        if any(low <= first < high for low, high in gone):
            yield shown(text[first:last]), -1
        else:
            share = max(0.0, weight) / heaviest
            yield shown(text[first:last]), min(_STRENGTHS, -int(-share * _STRENGTHS // 1))
