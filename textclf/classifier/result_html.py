"""HTML of one result: a table of its predictions, and its text with the evidence marked.

Every text is escaped, and nothing is loaded from elsewhere: a notebook and a page both show it.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise

from textclf.classifier.prediction import DocumentResult, Evidence, Prediction, percent, summary

_OTHERS = 3
"""The number of labels that are shown besides the given one, the most probable first."""
_PALEST = 0.03
"""A mark with less than this share of the heaviest weight would not be seen."""
_LEAST_DENSITY = 1e-12
"""A weight for each character below this is what rounding left of 0."""

_STYLE = """<style>
.textclf { max-width: 46rem }
.textclf table { border-collapse: collapse; font-size: .9rem; margin: .5rem 0 }
.textclf th, .textclf td { padding: .1rem .9rem .1rem 0; text-align: left; vertical-align: top }
.textclf summary { cursor: pointer; font-weight: bold; margin: .5rem 0 }
.textclf .text { white-space: pre-wrap; overflow-wrap: anywhere }
.textclf .title { font-weight: bold }
.textclf mark { background: rgb(255 176 0 / var(--w)); border-radius: .2rem; color: inherit }
.textclf mark.against { background: rgb(80 130 255 / var(--w)) }
.textclf del { color: #888; text-decoration: none; border-bottom: 1px dotted #888 }
@media print { .textclf mark { border-bottom: 2px solid #b60 } }
</style>
"""


def result_html(
    result: DocumentResult, evidence: Sequence[Sequence[Evidence]] = (), group: str = ""
) -> str:
    """Return a fragment of HTML: the table, and for each scheme the text with its evidence marked.

    `evidence` has the spans to mark for each scheme; without it, those of the predictions. The
    marked texts fold: the first is open. With a `group`, opening one closes the others.
    """
    marked = evidence or [prediction.evidence for prediction in result.predictions]
    parts = [
        _folding(
            f"{prediction.name}: {summary(prediction)}",
            _article(result, spans),
            group,
            is_open=number == 0,
        )
        for number, (prediction, spans) in enumerate(
            zip(result.predictions, marked, strict=True) if result.text or result.title else ()
        )
    ]
    error = f"<p>{escape(result.error)}</p>\n" if result.error else ""
    table = _table(result.predictions, with_evidence=not parts)
    html = f'<div class="textclf">\n{_STYLE}{error}{table}{"".join(parts)}</div>\n'
    return html.encode("utf-8", "backslashreplace").decode("utf-8")  # a lone surrogate


def segments(
    text: str, spans: Iterable[Evidence], borders: Iterable[int] = ()
) -> Iterator[tuple[int, int, float]]:
    """Yield the parts of a text between the borders of spans, each as start, end and weight.

    A span's weight is divided among its parts by their length, and parts of several spans have the
    sum. The weights of the parts thus add up to those of the spans. The text is cut at `borders`
    too.
    """
    spans = tuple(spans)
    cuts = {0, len(text), *borders, *(one.start for one in spans), *(one.end for one in spans)}
    change: dict[int, float] = {}
    for one in spans:
        density = one.weight / max(1, one.end - one.start)
        change[one.start] = change.get(one.start, 0.0) + density
        change[one.end] = change.get(one.end, 0.0) - density
    density = 0.0
    for start, end in pairwise(sorted(cuts)):
        density += change.get(start, 0.0)
        yield start, end, density * (end - start) if abs(density) > _LEAST_DENSITY else 0.0


def _table(predictions: Sequence[Prediction], *, with_evidence: bool) -> str:
    heads = ["scheme", "label", "probability", "status", "other labels"]
    heads += ["evidence"] if with_evidence else []
    rows = []
    for one in predictions:
        others = [pair for pair in one.probs if pair[0] not in one.labels]
        likely = sorted(others, key=lambda pair: -pair[1])[:_OTHERS]
        cells = [
            one.name,
            ", ".join(one.labels) or "-",
            "-" if one.prob is None else percent(one.prob),
            one.status.value,
            ", ".join(f"{label} {percent(prob)}" for label, prob in likely),
        ]
        heaviest = sorted(one.evidence, key=lambda span: -span.weight)
        cells += ["; ".join(" ".join(span.text.split()) for span in heaviest)] * with_evidence
        tip = f' title="{escape(str(one.scheme))}"'
        rows.append(f"<tr{tip}>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>\n")
    head = "".join(f"<th>{cell}</th>" for cell in heads)
    return f"<table>\n<tr>{head}</tr>\n{''.join(rows)}</table>\n"


def _folding(head: str, body: str, group: str, *, is_open: bool) -> str:
    name = f' name="{escape(group)}"' if group else ""
    opened = " open" if is_open else ""
    return f"<details{name}{opened}><summary>{escape(head)}</summary>\n{body}</details>\n"


def _article(result: DocumentResult, spans: Sequence[Evidence]) -> str:
    heaviest = max((abs(one.weight) for one in spans), default=0.0) or 1.0
    in_title = [one for one in spans if one.in_title]
    in_text = [one for one in spans if not one.in_title]
    removed = [(one.start, one.end) for one in result.removed]
    title = "".join(_marked(result.title, in_title, heaviest))
    text = "".join(_marked(result.text, in_text, heaviest, removed))
    above = f'<div class="text title">{title}</div>\n' if title else ""
    return f'{above}<div class="text">{text}</div>\n'


def _marked(
    text: str,
    spans: Sequence[Evidence],
    heaviest: float,
    removed: Sequence[tuple[int, int]] = (),
) -> Iterator[str]:
    """Yield a text in HTML: evidence as `mark`, the deeper the heavier, removed spans as `del`."""
    borders = [border for span in removed for border in span]
    for start, end, weight in segments(text, spans, borders):
        part = escape(text[start:end])
        strength = abs(weight) / heaviest
        if any(first <= start < last for first, last in removed):
            yield f"<del>{part}</del>"
        elif strength < _PALEST:
            yield part
        else:
            side = ' class="against"' if weight < 0 else ""
            yield f'<mark{side} style="--w:{strength:.2f}" title="{weight:+.3f}">{part}</mark>'
