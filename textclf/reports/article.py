"""One article with its evidence marked: for a terminal, or as a self-contained HTML page."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from string import Template

from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import DocumentResult, Evidence, percent, summary
from textclf.classifier.result_html import result_html, segments
from textclf.io.input_documents import InputDocument
from textclf.reports.tables import table

_STRONG = 12
"""The largest number of spans that a terminal shows for a scheme: more would hide the text."""
_OTHERS = 3
"""The number of labels in the table of a terminal besides the given one."""
_LEGEND = (
    "Orange speaks for the label and blue against it; a deeper colour has more weight. "
    "Grey was not read as part of the article."
)
_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$title</title>
<style>
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
body { font: 1rem/1.6 Georgia, serif }
h1, table, summary { font-family: system-ui, sans-serif }
h1 { font-size: 1.3rem } table { border-collapse: collapse; font-size: .9rem }
th, td { padding: .1rem .9rem .1rem 0; text-align: left; vertical-align: top }
@media print { body { margin: 0 } }
</style>
<h1>$title</h1>
$body
</html>
""")


def explained(
    multi_classifier: MultiClassifier,
    item: InputDocument,
    options: PredictOptions,
    *,
    everything: bool,
    as_page: bool,
) -> str:
    """Return an article with its evidence, as text for a terminal or as an HTML page.

    With `everything`, a page marks all that adds to a score, for or against, and a terminal gets
    a list of it that adds up to the score.
    """
    result, evidence = multi_classifier.explained(item.text, item.id, options, title=item.title)
    if as_page:
        return article_page(result, evidence if everything else ())
    if not everything:
        return article_text(result)
    biases = [
        dict(zip(model.scheme.label_names, model.linear_weights.bias.tolist(), strict=True))
        for model in multi_classifier.models
    ]
    return contributions_text(result, evidence, biases)


def page(title: str, body: str) -> str:
    """Return a page with a title, which is escaped here, and a body, which is HTML.

    The page has its style in it, and loads nothing.
    """
    return _PAGE.substitute(title=escape(title), body=body)


def article_page(result: DocumentResult, evidence: Sequence[Sequence[Evidence]] = ()) -> str:
    """Return an HTML page: the predictions in a table, and the marked article of each scheme.

    `evidence` has the spans to mark for each scheme; without it, those of the predictions. A click
    on a scheme shows its evidence in place of that of another.
    """
    name = result.id or "article"
    return page(name, f"<p>{escape(_LEGEND)}</p>\n{result_html(result, evidence, 'scheme')}")


def article_text(result: DocumentResult) -> str:
    """Return the article once, below a table of the predictions of all schemes.

    The strongest spans are in [brackets] with their weight. If there are several schemes, the
    number of the scheme in the table stands before the weight.
    """
    many = len(result.predictions) > 1
    rows = [
        [
            *([number] if many else []),
            one.name,
            ", ".join(one.labels) or "-",
            "-" if one.prob is None else percent(one.prob),
            one.status.value,
            ", ".join(f"{label} {percent(prob)}" for label, prob in _others(one.labels, one.probs)),
        ]
        for number, one in enumerate(result.predictions, start=1)
    ]
    head = ["scheme", "label", "probability", "status", "other labels"]
    parts = [table(rows, [""] * many + head), "\n\n"]
    if result.title:
        parts += [*_bracketed(result, in_title=True), "\n\n"]
    parts += [*_bracketed(result, in_title=False), "\n\n"]
    for removed in result.removed:
        text = " ".join(result.text[removed.start : removed.end].split())
        parts.append(f"not read ({removed.reason}): {text}\n")
    return "".join(parts)


def contributions_text(
    result: DocumentResult,
    evidence: Sequence[Sequence[Evidence]],
    biases: Sequence[Mapping[str, float]],
) -> str:
    """Return for each scheme, label and passage the weights that add up to the score.

    `evidence` and `biases` have an entry for each scheme; a bias is that of each label.
    """
    parts = []
    for prediction, spans, bias in zip(result.predictions, evidence, biases, strict=True):
        parts.append(f"{prediction.name}: {summary(prediction)}\n")
        by_passage = bool(prediction.supporting_passages)
        for label, passage in dict.fromkeys(
            (one.label, one.passage if by_passage else None) for one in spans
        ):
            own = [
                one
                for one in spans
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


def _others(labels: Sequence[str], probs: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the most probable labels that were not given."""
    others = [pair for pair in probs if pair[0] not in labels]
    return sorted(others, key=lambda pair: -pair[1])[:_OTHERS]


def _bracketed(result: DocumentResult, *, in_title: bool) -> Iterator[str]:
    """Yield the parts of the title or of the text, in brackets where a scheme has evidence."""
    text = result.title if in_title else result.text
    strong = []
    for prediction in result.predictions:
        heavy = sorted((one for one in prediction.evidence if one.weight > 0), key=_heaviest)
        strong.append([one for one in heavy[:_STRONG] if one.in_title == in_title])
    borders = [border for spans in strong for one in spans for border in (one.start, one.end)]
    columns = [list(segments(text, spans, borders)) for spans in strong]
    for parts in zip(*columns, strict=True):
        start, end, _ = parts[0]
        marks = [
            f" {number}:{weight:+.2f}" if len(parts) > 1 else f" {weight:+.2f}"
            for number, (_, _, weight) in enumerate(parts, start=1)
            if weight
        ]
        yield f"[{text[start:end]}{''.join(marks)}]" if marks else text[start:end]


def _heaviest(one: Evidence) -> float:
    return -one.weight
