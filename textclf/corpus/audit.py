"""Check corpus files, and audit a corpus against its sampling plan and the models it trained."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from textclf._resources import bundled_path
from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.check import Finding, check
from textclf.corpus.given_answers import settled
from textclf.corpus.records import Record, read_records
from textclf.corpus.sampling_plan import Plan, bundled_plan, quotas
from textclf.corpus.spurious_terms import names, spurious
from textclf.corpus.templated_text import repeated_openings, sentence_templates, shared_runs
from textclf.corpus.term_lists import bundled_terms
from textclf.errors import CorpusError, ModelError, choices
from textclf.io.read_inputs import expand, format_of
from textclf.model.store import find_model, read_model

_MOST_SHARED_OPENINGS = 0.03
"""The share of passages that may begin with the same five words as another."""
_MOST_METADATA_POINTS = 10
"""Points of accuracy by which metadata may beat the most frequent label."""
_STRONGEST = 30
"""Terms of each label of a bundled model that are checked."""


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of a check, and what was checked."""

    findings: tuple[Finding, ...]
    records: int
    schemes: tuple[str, ...]
    """Version ids of the schemes that the labels were checked against."""

    def as_text(self) -> str:
        """Return one line for each finding and one for the totals."""
        checked = f"{self.records} records checked against {', '.join(self.schemes)}"
        lines = [*map(str, self.findings), f"{checked}: {len(self.findings) or 'no'} findings"]
        return "\n".join(lines)


def check_files(
    files: Sequence[str], test: Sequence[str], schemes: Sequence[str], plan: Path | None = None
) -> Report:
    """Return the findings on corpus files; `test` holds the files of the other side of a split.

    With a plan, the corpus is also checked against it and for templated text. Without files,
    the bundled corpus is checked, with its plan, seed terms and models.
    """
    findings: list[Finding] = []

    def report(message: str) -> None:
        place, _, rest = message.partition(": ")
        findings.append(Finding(place, rest))

    books = [find_scheme(name) for name in (schemes or bundled_schemes())]
    records = _read(files or [str(bundled_path("corpus"))], report)
    others = _read(test, report)
    findings += check(records, others, books)
    if plan or not files:
        quota_plan = Plan.read(plan) if plan else bundled_plan()
        findings += check_plan([r for r in records if not r.boilerplate], quota_plan, books)
        if not files:
            findings += _spurious_terms(records, books, quota_plan, report)
    version_ids = tuple(book.version_id for book in books)
    return Report(tuple(findings), len(records) + len(others), version_ids)


def check_plan(
    records: Sequence[Record], plan: Plan, schemes: Sequence[Scheme]
) -> Iterator[Finding]:
    """Yield unfilled quotas, values outside the plan, templated text and telling metadata."""
    for quota in quotas(records, plan, schemes):
        if quota.count < quota.minimum:
            yield Finding(
                "the corpus", f"has {quota.count} {quota.what}; the plan asks for {quota.minimum}"
            )
    for record in records:
        yield from _outside_plan(record, plan, schemes)
    yield from _templated(records)
    yield from _predictable_from_metadata(records, plan, schemes)


def _outside_plan(record: Record, plan: Plan, schemes: Sequence[Scheme]) -> Iterator[Finding]:
    known = [f"{topic}/{name}" for topic, names in plan.subjects.items() for name in names]
    for name, allowed in [*plan.metadata.items(), ("subject", known)]:
        value = getattr(record, name)
        if value not in allowed:
            yield Finding(record.place, f"{name} is {value!r}; {choices(value, allowed)}")
    if record.edge_case:
        cases = {f"{s.name}/{r.key}": (s.name, r.label) for s in schemes for r in s.edge_cases}
        scheme, label = cases.get(record.edge_case, ("", ""))
        if not scheme:
            yield Finding(
                record.place,
                f"there is no edge case {record.edge_case!r}; "
                f"{choices(record.edge_case, [*cases])}",
            )
        elif record.labels.get(scheme) != (label,):
            yield Finding(
                record.place, f"is an example of {record.edge_case}, whose label is {label!r}"
            )
    for name in ("labels_a", "labels_b"):
        if getattr(record, name).keys() != record.labels.keys():
            yield Finding(record.place, f"{name} must cover the same schemes as labels")


def _templated(records: Sequence[Record]) -> Iterator[Finding]:
    texts = [record.text for record in records]
    owners = [record.pair or record.id for record in records]
    openings = list(repeated_openings(texts, owners))
    if len(openings) <= _MOST_SHARED_OPENINGS * len(records):
        openings = []
    for kind, repeats in (
        ("twelve words in a row", shared_runs(texts, owners)),
        ("its first five words", openings),
        ("a sentence template", sentence_templates(texts, owners)),
    ):
        for one in repeats:
            yield Finding(
                records[one.second].place,
                f"shares {kind} with {records[one.first].place}: {one.what!r}; rewrite it",
            )


def _predictable_from_metadata(
    records: Sequence[Record], plan: Plan, schemes: Sequence[Scheme]
) -> Iterator[Finding]:
    from textclf.corpus.metadata_baseline import metadata_score  # noqa: PLC0415 - start-up time

    for scheme in schemes:
        labelled = [record for record in records if scheme.name in record.labels]
        if scheme.name not in plan.pairs or not labelled:
            continue
        score = metadata_score(labelled, scheme)
        if score.points > _MOST_METADATA_POINTS:
            yield Finding(
                "the corpus",
                f"length, genre, batch and other metadata predict {scheme.name} in "
                f"{score.accuracy:.1%} of the passages, {score.points:.1f} points above the "
                "most frequent label; add passages that break the pattern",
            )


def _spurious_terms(
    records: Sequence[Record], schemes: Sequence[Scheme], plan: Plan, report: Callable[[str], None]
) -> Iterator[Finding]:
    """Yield function words and names among the strongest terms of the bundled models.

    Seed terms and the exceptions of the plan are allowed.
    """
    capitalised = names([record.text for record in records])
    exceptions = {(one.label, one.term) for one in plan.exceptions}
    for scheme in schemes:
        terms = _seed_terms(scheme, report)
        try:
            model = read_model(find_model(scheme.name))
        except ModelError:
            continue  # a scheme of the user's own has no bundled model
        for label in scheme.label_names:
            name = f"{scheme.name}/{label}"
            for term, kind in spurious(model.strongest(label, _STRONGEST), capitalised - terms):
                if not {(name, term), (name, "*")} & exceptions:
                    yield Finding(
                        name,
                        f"the {kind} {term!r} is among the {_STRONGEST} strongest terms of the "
                        "bundled model; write passages of other labels with it, or allow it in "
                        "the plan",
                    )


def _seed_terms(scheme: Scheme, report: Callable[[str], None]) -> frozenset[str]:
    """Return the bundled seed terms of a scheme; an error in their file is reported."""
    try:
        terms = bundled_terms(scheme)
    except CorpusError as reason:
        report(str(reason))
        return frozenset()
    return terms.all() if terms else frozenset()


def _read(paths: Sequence[str], report: Callable[[str], None]) -> list[Record]:
    """Return the records of files and folders; what cannot be read is reported."""
    records: list[Record] = []
    for path in expand(paths):
        if format_of(path) == "jsonl":
            records += read_records(path, report)
        elif path in paths:
            report(f"{path}: is not a file of corpus records, which are JSON lines (.jsonl)")
    return settled(records)
