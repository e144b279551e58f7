"""The page of an evaluation: scores, figures, the surest errors and the terms of each label.

It is one HTML file, which holds its style and its figures, runs no script and loads nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from string import Template

import numpy as np
from numpy.typing import NDArray

from textclf.classifier.prediction import percent
from textclf.reports import figures
from textclf.reports.figures import NamedFigure

_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>$title</title>
<style>
:root { color-scheme: light dark; --page: #fff; --ink: #222; --line: #d4d4d0; --pale: #666 }
:root { --blue: #0072b2; --orange: #d55e00; --green: #007f5c; --mark: #ffe3c2 }
@media (prefers-color-scheme: dark) {
  :root { --page: #151515; --ink: #e6e6e3; --line: #444; --pale: #a5a5a0 }
  :root { --blue: #56b4e9; --orange: #f0914c; --green: #2fbf95; --mark: #5a3a12 }
}
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; background: var(--page) }
body { color: var(--ink); font: 1rem/1.55 system-ui, sans-serif }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin: 2.2rem 0 .4rem; break-after: avoid }
p, figcaption { color: var(--pale); max-width: 44rem; margin: .3rem 0 } p b { color: var(--ink) }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
th, td { padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top }
tbody tr { border-top: 1px solid var(--line) } .numbers td { white-space: nowrap }
.wide { overflow-x: auto } figure { margin: .8rem 0; break-inside: avoid }
svg { max-width: 100%; height: auto } .wide svg { min-width: 30rem }
details { border-top: 1px solid var(--line); padding: .3rem 0 } summary { cursor: pointer }
.warning { color: var(--ink); border-left: 3px solid var(--orange); padding-left: .6rem }
mark { background: var(--mark); color: inherit }
@media print { :root { --page: #fff; --ink: #000; --line: #bbb; --pale: #333 } body { margin: 0 } }
@media print { .wide { overflow: visible } .wide svg { min-width: 0 } }
</style>
<h1>$title</h1>
$body
</html>
""")


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """A table of scores as it is printed."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class GroupScore:
    """The score of the texts of one group, such as a source or a month."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SureError:
    """A text that the machine is sure of and the human coded otherwise."""

    id: str
    human: str
    machine: str
    prob: float
    html: str = ""
    """The text with its evidence marked, as safe HTML; empty if there is no text."""


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationPage:
    """What the page of an evaluation shows; a part that is empty is left out."""

    title: str
    facts: tuple[tuple[str, str], ...]
    """Names and values of what was evaluated: model, scheme, file, number of texts."""
    scores: ScoreTable
    label_scores: ScoreTable
    labels: tuple[str, ...]
    truth: NDArray[np.bool_]
    """Shape (texts, labels): whether the human gave the label."""
    given: NDArray[np.bool_]
    """Shape (texts, labels): whether the machine gave the label."""
    probs: NDArray[np.float64] | None = None
    """Shape (texts, labels): the probability of each label, if known."""
    stated: NDArray[np.float64] | None = None
    """Shape (texts,): the probability that the machine states for its answer, if known."""
    weights: NDArray[np.float64] | None = None
    """Shape (texts,): sampling weights, if there are any."""
    warnings: tuple[str, ...] = ()
    groups: Mapping[str, Sequence[GroupScore]] = field(default_factory=dict)
    """Scores by the column of the groups, such as `source`."""
    group_score: str = "accuracy"
    errors: Sequence[SureError] = ()
    terms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The strongest terms of each label."""
    extra: Sequence[NamedFigure] = ()
    """Other figures, such as a learning curve."""


def evaluation_figures(shown: EvaluationPage) -> list[NamedFigure]:
    """Return the figures of the page.

    Raises InputError if matplotlib is not installed.
    """
    drawn = [
        *_of_answers(shown),
        *_of_probabilities(shown),
        *(_of_groups(column, scores, shown) for column, scores in shown.groups.items() if scores),
    ]
    return [*drawn, *shown.extra]


def _of_answers(shown: EvaluationPage) -> Iterator[NamedFigure]:
    """Yield the confusion matrix, if each text has one label."""
    answered = shown.given.any(axis=1)
    single = (shown.truth.sum(axis=1) == 1).all() and (shown.given.sum(axis=1) <= 1).all()
    if single and answered.any():
        yield NamedFigure(
            "confusion-matrix",
            "Rows are the labels of the human, columns those of the machine. "
            "A cell holds the number of texts; a deeper blue is a larger share of its row.",
            figures.confusion_matrix(
                shown.truth[answered].argmax(axis=1),
                shown.given[answered].argmax(axis=1),
                shown.labels,
            ),
        )


def _of_probabilities(shown: EvaluationPage) -> Iterator[NamedFigure]:
    """Yield the figures for which the machine must state probabilities."""
    right = (shown.truth == shown.given).all(axis=1)
    if shown.probs is not None and shown.truth.any():
        yield NamedFigure(
            "precision-recall",
            "Precision and recall if a label is given from a lower and lower probability on. "
            "AP is the average precision.",
            figures.precision_recall(shown.truth, shown.probs, shown.labels, shown.weights),
        )
        counts = shown.truth.sum(axis=0)
        rare = int(np.argmin(np.where(counts > 0, counts, counts.max() + 1)))
        label = shown.labels[rare]
        yield NamedFigure(
            "thresholds",
            f"What a threshold does to {label}, the label of the fewest texts.{_unweighted(shown)}",
            figures.thresholds(shown.truth[:, rare], shown.probs[:, rare], label),
        )
    if shown.stated is not None:
        yield NamedFigure(
            "reliability",
            "How often answers are right at each stated probability. Above the line, answers are "
            "right more often than stated; below it, less often. Bars are 95% intervals."
            f"{_unweighted(shown)}",
            figures.reliability(shown.stated, right),
        )
        yield NamedFigure(
            "coverage",
            "How often answers are right if only the surest texts are answered, and the others "
            f"are left to a human. The band is a 95% interval.{_unweighted(shown)}",
            figures.coverage(shown.stated, right),
        )


def _unweighted(shown: EvaluationPage) -> str:
    """Return a warning for figures that leave the sampling weights out of account."""
    return "" if shown.weights is None else " Each text counts once here, without its weight."


def _of_groups(column: str, scores: Sequence[GroupScore], shown: EvaluationPage) -> NamedFigure:
    """Return the scores by the values of a column."""
    name = "".join(letter if letter.isalnum() else "-" for letter in column.lower())
    return NamedFigure(
        f"scores-by-{name}",
        f"{shown.group_score.capitalize()} for each value of {column}, with the number of texts in "
        "brackets. Lines are 95% intervals.",
        figures.scores_by_group(
            [one.name for one in scores],
            [one.value for one in scores],
            [one.low for one in scores],
            [one.high for one in scores],
            shown.group_score,
        ),
    )


def evaluation_page(shown: EvaluationPage, drawn: Sequence[NamedFigure] | None = None) -> str:
    """Return the page as HTML; `drawn` are its figures if they were drawn before."""
    parts = drawn if drawn is not None else evaluation_figures(shown)
    return _PAGE.substitute(title=escape(shown.title), body="\n".join(_body(shown, parts)))


def _body(shown: EvaluationPage, drawn: Sequence[NamedFigure]) -> Iterator[str]:
    facts = " · ".join(f"{escape(name)} <b>{escape(value)}</b>" for name, value in shown.facts)
    yield f"<p>{facts}</p>"
    yield from (f'<p class="warning">{escape(one)}</p>' for one in shown.warnings)
    yield "<h2>Scores</h2>"
    yield _table(shown.scores, "numbers")
    yield "<h2>Labels</h2>"
    yield _table(shown.label_scores, "numbers")
    for one in drawn:
        yield f"<h2>{escape(one.name.replace('-', ' ').capitalize())}</h2>"
        yield (
            f'<figure><div class="wide">{figures.as_svg(one)}</div>'
            f"<figcaption>{escape(one.caption)}</figcaption></figure>"
        )
    if shown.errors:
        yield "<h2>The surest errors</h2>"
        yield "<p>The machine is sure, and the human coded otherwise. Either may be wrong.</p>"
        yield from map(_error, shown.errors)
    if shown.terms:
        yield "<h2>Terms that decide each label</h2>"
        rows = tuple((label, ", ".join(terms)) for label, terms in shown.terms.items())
        yield _table(ScoreTable(("label", "terms, the strongest first"), rows))


def _table(shown: ScoreTable, kind: str = "words") -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in shown.head)
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}</tr>"
        for row in shown.rows
    )
    return (
        f'<div class="wide {kind}" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _error(one: SureError) -> str:
    said = (
        f"{escape(one.id)}: machine <b>{escape(one.machine)}</b> {percent(one.prob)}, "
        f"human <b>{escape(one.human)}</b>"
    )
    if not one.html:
        return f"<p>{said}</p>"
    return f'<details><summary>{said}</summary><div dir="auto">{one.html}</div></details>'
