"""Shows an article with its evidence marked: for a terminal, or as one self-contained page."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from string import Template

from textclf.classifier.classifier import MultiClassifier, PredictOptions
from textclf.classifier.prediction import DocumentResult, Evidence
from textclf.io.plain_text import percent, summary
from textclf.text.document import Document

_STRONG = 12
"""How many places are marked for a scheme in the terminal."""

_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>$title</title>
<style>
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
body { font: 1rem/1.6 Georgia, serif }
h1, h2, table { font-family: system-ui, sans-serif }
h1 { font-size: 1.3rem } h2 { font-size: 1.05rem }
table { border-collapse: collapse; font-size: .9rem } td { padding: .1rem .8rem .1rem 0 }
.text { white-space: pre-wrap; overflow-wrap: anywhere }
mark { background: rgb(255 176 0 / var(--w)); border-radius: .2rem; color: inherit }
mark.against { background: rgb(80 130 255 / var(--w)) }
del { color: #999; text-decoration: none; border-bottom: 1px dotted #999 }
@media print { body { margin: 0 } mark { border-bottom: 2px solid #b60 } }
</style>
<h1>$title</h1>
<p>Marked in orange: what speaks for the label, the stronger the deeper; in blue: what speaks
against it. In grey: what was not read as part of the article.</p>
$sections
</html>
""")


def explained(
    multi_classifier: MultiClassifier,
    text: str,
    name: str,
    options: PredictOptions,
    everything: bool,
    as_page: bool,
) -> str:
    """Return an article with its evidence: for a terminal, or as a page.

    With `everything`, all that adds to a score, for or against: a page marks it, a terminal gets a
    list that adds up.
    """
    document, annotation, every = multi_classifier.explained(text, name, options)
    shown = [one.evidence for one in annotation.predictions]
    if as_page:
        return explained_page(document, annotation, every if everything else shown)
    if not everything:
        return explained_text(document, annotation, shown)
    biases = [
        dict(zip(model.scheme.label_names, model.form.bias.tolist(), strict=True))
        for model in multi_classifier.models
    ]
    return contributions_text(annotation, every, biases)


def contributions_text(
    annotation: DocumentResult,
    evidence: Sequence[Sequence[Evidence]],
    biases: Sequence[Mapping[str, float]],
) -> str:
    """Return for each scheme, label and passage it rests on what adds up to the score."""
    parts = []
    for prediction, places, bias in zip(annotation.predictions, evidence, biases, strict=True):
        parts.append(f"{prediction.name}: {summary(prediction)}\n")
        by_passage = bool(prediction.supporting_passages)
        for label, passage in dict.fromkeys(
            (one.label, one.passage if by_passage else None) for one in places
        ):
            own = [
                one
                for one in places
                if one.label == label and (not by_passage or one.passage == passage)
            ]
            where = f", passage {passage + 1}" if passage is not None else ""
            parts.append(f"  {label}{where}\n")
            rows = sorted(own, key=lambda one: -abs(one.weight))
            parts += [f"  {one.weight:+10.4f}  {' '.join(one.text.split())}\n" for one in rows]
            total = bias[label] + sum(one.weight for one in own)
            parts += [
                f"  {bias[label]:+10.4f}  (bias of the label)\n",
                f"  {total:+10.4f}  score\n",
            ]
        parts.append("\n")
    return "".join(parts)


def explained_text(
    document: Document, annotation: DocumentResult, evidence: Sequence[Sequence[Evidence]]
) -> str:
    """Return the article for a terminal: under each scheme, its strongest places in [brackets]."""
    parts = []
    for prediction, places in zip(annotation.predictions, evidence, strict=True):
        parts.append(f"{prediction.name}: {summary(prediction)}\n")
        strong = sorted((p for p in places if p.weight > 0), key=lambda p: -p.weight)[:_STRONG]
        for start, end, weight in _segments(document.original, strong):
            text = document.original[start:end]
            parts.append(f"[{text} {weight:+.2f}]" if weight else text)
        parts.append("\n\n")
    for removed in annotation.removed:
        text = " ".join(document.original[removed.start : removed.end].split())
        parts.append(f"not read ({removed.reason}): {text}\n")
    return "".join(parts)


def explained_page(
    document: Document, annotation: DocumentResult, evidence: Sequence[Sequence[Evidence]]
) -> str:
    """Return one HTML page, whole in itself: each scheme's answer above the marked article."""
    sections = []
    for prediction, places in zip(annotation.predictions, evidence, strict=True):
        rows = "".join(
            f"<tr><td>{escape(label)}</td><td>{percent(prob)}</td></tr>"
            for label, prob in sorted(prediction.probs, key=lambda pair: -pair[1])[:5]
        )
        sections.append(
            f"<h2>{escape(prediction.name)}: {escape(summary(prediction))}</h2>\n"
            f"<table>{rows}</table>\n<p><small>{escape(prediction.scheme)}</small></p>\n"
            f'<div class="text">{"".join(_marked(document, annotation, places))}</div>'
        )
    title = escape(annotation.id or "article")
    return _PAGE.substitute(title=title, sections="\n".join(sections))


def _marked(
    document: Document, annotation: DocumentResult, places: Sequence[Evidence]
) -> Iterator[str]:
    heaviest = max((abs(place.weight) for place in places), default=0.0) or 1.0
    gone = [(one.start, one.end) for one in annotation.removed]
    borders = [border for span in gone for border in span]
    for start, end, weight in _segments(document.original, places, borders):
        text = escape(document.original[start:end])
        strength = abs(weight) / heaviest
        if any(first <= start < last for first, last in gone):
            yield f"<del>{text}</del>"
        elif strength < 0.03:  # noqa: PLR2004 - too pale to be seen
            yield text
        else:
            side = ' class="against"' if weight < 0 else ""
            yield f'<mark{side} style="--w:{strength:.2f}" title="{weight:+.3f}">{text}</mark>'


def _segments(
    text: str, places: Sequence[Evidence], also: Sequence[int] = ()
) -> Iterator[tuple[int, int, float]]:
    """Cut a text at the borders of all places, and `also` there; each cut carries their sum.

    A place's weight is shared out by its length, so that the cuts add up to the places.
    """
    borders = sorted({0, len(text), *also, *(p.start for p in places), *(p.end for p in places)})
    opening: dict[int, float] = {}
    for place in places:
        density = place.weight / max(1, place.end - place.start)
        opening[place.start] = opening.get(place.start, 0.0) + density
        opening[place.end] = opening.get(place.end, 0.0) - density
    density = 0.0
    for start, end in pairwise(borders):
        density += opening.get(start, 0.0)
        yield start, end, density * (end - start) if abs(density) > 1e-12 else 0.0  # noqa: PLR2004
