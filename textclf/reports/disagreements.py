"""Agreement of coders as text, and the texts on which they differ, ready to be decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from textclf.codebook.scheme import Scheme
from textclf.errors import counted
from textclf.evaluation.coder_agreement import CodedTexts, CoderAgreement, disagreements
from textclf.reports.article import page
from textclf.reports.evaluation import shown
from textclf.reports.tables import table

COLUMNS = ("figure", "of", "value", "low", "high", "texts")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A text to which coders give different labels, and what the codebook says of these."""

    id: str
    text: str
    answers: Mapping[str, str]
    """By coder; empty where the coder has none."""
    codebook: tuple[str, ...]
    """Edge cases, exclusions and tie breaks that concern the labels."""


def agreement_text(found: CoderAgreement) -> str:
    """Return how far coders agree, with 95% intervals."""
    overall = [
        [f"Krippendorff's alpha ({found.distance})", shown(found.alpha)],
        [f"Fleiss' kappa ({counted(found.complete, 'text')} of all coders)", shown(found.fleiss)],
        ["percent agreement", shown(found.percent)],
    ]
    labels = [[one.label, shown(one.alpha), shown(one.percent), *one.given] for one in found.labels]
    pairs = [
        [
            f"{one.first} and {one.second}",
            one.texts,
            *map(shown, (one.alpha, one.kappa, one.percent)),
        ]
        for one in found.pairs
    ]
    return "\n".join(
        [
            _compared(found),
            table(overall, ["", "value and 95% interval"]),
            "",
            table(labels, ["label", "alpha", "percent", *found.coders]),
            "",
            table(pairs, ["coders", "texts", "alpha", "Cohen's kappa", "percent"]),
            *_undefined(found),
        ]
    )


def agreement_rows(found: CoderAgreement) -> list[tuple[object, ...]]:
    """Return the figures as a tidy table."""
    nothing = (None, None, None)
    return [
        (name, of, *(nothing if one is None else (one.value, one.low, one.high)), texts)
        for name, of, one, texts in found.figures()
    ]


def listed_disagreements(
    coded: CodedTexts, texts: Sequence[object] = (), scheme: Scheme | None = None
) -> list[Disagreement]:
    """Return the texts to which coders give different labels, in their order.

    `texts` has the text of each; without a scheme, nothing of the codebook is beside them.
    """
    rows = coded.rows
    found = []
    for number in disagreements(coded):
        given = rows[number]
        labels = {label for one in given for label in one or ()}
        found.append(
            Disagreement(
                coded.ids[number],
                str(texts[number] or "") if texts else "",
                {
                    coder: "" if one is None else "|".join(one)
                    for coder, one in zip(coded.answers, given, strict=True)
                },
                _codebook(scheme, labels) if scheme else (),
            )
        )
    return found


def disagreement_rows(
    found: Sequence[Disagreement], coders: Sequence[str]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return columns and rows of a table in which the last column is left for the decision."""
    columns = ("id", *coders, "text", "codebook", "decision")
    return columns, [
        (one.id, *one.answers.values(), one.text, " / ".join(one.codebook), "") for one in found
    ]


def disagreement_page(found: Sequence[Disagreement], coders: Sequence[str]) -> str:
    """Return the disagreements as an HTML page that loads nothing."""
    parts = [f"<p>{len(found):,} texts to which coders give different labels.</p>"]
    for one in found:
        answers = "".join(
            f"<tr><th>{escape(coder)}</th><td>{escape(one.answers[coder]) or '&ndash;'}</td></tr>"
            for coder in coders
        )
        cases = "".join(f"<li>{escape(case)}</li>" for case in one.codebook)
        parts.append(
            f"<section><h2>{escape(one.id)}</h2>\n"
            f'<p style="white-space: pre-wrap">{escape(one.text)}</p>\n'
            f"<table>{answers}</table>\n{f'<ul>{cases}</ul>' if cases else ''}</section>"
        )
    html = page("Disagreements of coders", "\n".join(parts))
    return html.encode("utf-8", "backslashreplace").decode("utf-8")  # a lone surrogate


def _codebook(scheme: Scheme, labels: set[str]) -> tuple[str, ...]:
    """Return what a codebook says of cases between these labels."""
    cases = [
        f"{one.name} excludes: {exclusion.case} (that is {exclusion.to})"
        for one in scheme.labels
        if one.name in labels
        for exclusion in one.excludes
        if exclusion.to in labels
    ]
    cases += [f"{one.label}: {one.case}" for one in scheme.edge_cases if one.label in labels]
    return (*cases, *((f"tie breaks: {scheme.tie_breaks}",) if scheme.tie_breaks else ()))


def _compared(found: CoderAgreement) -> str:
    compared = f"{found.compared:,} with two or more answers"
    return f"{counted(found.texts, 'text')}, {compared}, {len(found.coders)} coders"


def _undefined(found: CoderAgreement) -> list[str]:
    """Return why agreement beyond chance is undefined, where it is."""
    if found.alpha is not None:
        return []
    return ["", "alpha is undefined: all answers are the same, so that none could differ by chance"]
