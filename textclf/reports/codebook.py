"""A codebook for people: Markdown, or one HTML page."""

from collections.abc import Iterator, Sequence
from html import escape
from string import Template

from textclf.codebook.aggregation_rule import Aggregation, AnyPassage, Plurality
from textclf.codebook.proposals import Proposal
from textclf.codebook.scheme import Label, Scheme
from textclf.reports.tables import table

_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>$title</title>
<style>
body { max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
body { font: 1rem/1.5 Georgia, serif }
h1, h2, h3 { font-family: system-ui, sans-serif; line-height: 1.25 }
h2 { margin-top: 2rem } h3 { margin: 1.2rem 0 .2rem; font-size: 1.05rem }
code { background: #f0f0ee; padding: 0 .25em; border-radius: .2em }
ul { margin: .2rem 0 } section { break-inside: avoid } small { color: #666 }
@media print { body { margin: 0; max-width: none; font-size: 10.5pt } }
</style>
$body
</html>
""")


def overview(schemes: Sequence[Scheme]) -> str:
    """Return a line for each scheme: name, version, kind, labels and digest."""
    rows = [
        [one.name, one.version, one.kind, len(one.labels), one.digest[:12], one.title]
        for one in schemes
    ]
    return table(rows, ["scheme", "version", "kind", "labels", "digest", "title"])


def proposals_list(proposals: Sequence[Proposal]) -> str:
    """Return a line for each proposal: its label, the case, who made it, and its example."""
    rows = [[one.label, one.case(), one.coder, one.article] for one in proposals]
    return table(rows, ["label", "case", "coder", "example"]) if rows else "no proposals"


def as_markdown(scheme: Scheme) -> str:
    """Return the whole codebook as Markdown."""
    return "\n".join(_markdown(scheme)) + "\n"


def as_html(scheme: Scheme) -> str:
    """Return the whole codebook as one self-contained HTML page."""
    title = escape(scheme.title or scheme.name)
    return _PAGE.substitute(title=title, body="\n".join(_html(scheme)))


def _markdown(scheme: Scheme) -> Iterator[str]:
    yield f"# {scheme.title or scheme.name}"
    yield ""
    for name, text in _facts(scheme):
        yield f"- **{name}:** {text}"
    for label in scheme.labels:
        yield ""
        yield f"## {_heading(label)}"
        yield ""
        if label.definition:
            yield label.definition
            yield ""
        for name, cases in _cases(scheme, label):
            yield f"{name}:"
            yield ""
            yield from (f"- {case}" for case in cases)
            yield ""


def _html(scheme: Scheme) -> Iterator[str]:
    yield f"<h1>{escape(scheme.title or scheme.name)}</h1>\n<ul>"
    yield from (f"<li><b>{name}:</b> {escape(text)}</li>" for name, text in _facts(scheme))
    yield "</ul>"
    for label in scheme.labels:
        yield f"<section>\n<h2>{escape(_heading(label))}</h2>\n<p>{escape(label.definition)}</p>"
        for name, cases in _cases(scheme, label):
            items = "".join(f"<li>{escape(case)}</li>" for case in cases)
            yield f"<h3>{name}</h3>\n<ul>{items}</ul>"
        yield "</section>"


def _facts(scheme: Scheme) -> Iterator[tuple[str, str]]:
    yield "Name", f"{scheme.name}, version {scheme.version}, digest {scheme.digest[:12]}"
    several = {"single": "exactly one", "multi": "any number"}[scheme.kind]
    unit = "passage (a run of whole sentences)" if scheme.unit == "passage" else "document"
    yield "Labels", f"{several} for each {unit}"
    for name, text in (
        ("Question", scheme.question),
        ("Tie breaks", scheme.tie_breaks),
        ("Source", scheme.source),
        ("Limits", scheme.limits),
    ):
        if text:
            yield name, text
    if scheme.aggregation:
        yield "Document", _rule_of_document(scheme.aggregation)
    if scheme.lead_words:
        numbers = ", ".join(map(str, scheme.lead_words))
        yield "Document", f"read whole, its first {numbers} words as much as all of it"
    if scheme.prior:
        shares = ", ".join(f"{label} {share:g}" for label, share in scheme.prior)
        source = f" ({scheme.prior_source})" if scheme.prior_source else ""
        yield "Frequency in ordinary news", f"{shares}{source}"
    if scheme.at_least_one:
        yield "Rule", "a text never goes without a label"
    for one, others in scheme.implies:
        yield "Rule", f"{one} brings {', '.join(others)} with it"


def _rule_of_document(rule: Aggregation) -> str:
    """Return the aggregation rule as a sentence."""
    if isinstance(rule, AnyPassage):
        return f"{rule.label} if any of its passages is {rule.label}"
    if isinstance(rule, Plurality):
        passages = "1 passage" if rule.min_passages == 1 else f"{rule.min_passages} passages"
        needed = f"{passages} or more, and {rule.min_share:.0%} or more of all"
        return f"the label that most of its passages have, if {needed}; else {rule.default}"
    needed = f"{rule.min_mean:.0%} or more"
    return f"the label of a mean probability of {needed} over passages; else {rule.default}"


def _heading(label: Label) -> str:
    return " · ".join(part for part in (label.name, label.title, label.code) if part)


def _cases(scheme: Scheme, label: Label) -> Iterator[tuple[str, list[str]]]:
    edge_cases = [
        edge_case.case for edge_case in scheme.edge_cases if edge_case.label == label.name
    ]
    excludes = [f"{exclusion.case}: {exclusion.to}" for exclusion in label.excludes]
    for name, cases in (
        ("Includes", list(label.includes)),
        ("Excludes", excludes),
        ("Edge cases", edge_cases),
    ):
        if cases:
            yield name, cases
