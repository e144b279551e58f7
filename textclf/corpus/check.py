"""What is wrong with a corpus: every finding with its file and line, none hiding the next."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from textclf._resources import bundled_path
from textclf.codebook.scheme import Scheme, bundled_schemes, find_scheme
from textclf.corpus.coverage import cells
from textclf.corpus.near_duplicates import near_duplicates
from textclf.corpus.records import Record, read_records
from textclf.corpus.sampling_plan import Plan, bundled_plan
from textclf.corpus.seed_records import bundled_seeds
from textclf.corpus.spurious_terms import names, spurious
from textclf.corpus.templated_text import frames, repeated_openings, shared_runs
from textclf.corpus.term_lists import bundled_terms
from textclf.errors import CorpusError, ModelError, SchemeError, choices
from textclf.io.read_inputs import expand, format_of
from textclf.model.store import find_model, read_model

_THIN = 10
"""A label with fewer passages than this cannot be learned, nor its score be measured."""
_ALIKE = 0.5
_MOJIBAKE = re.compile(
    r"Ã[\x80-\xbf©¨¡³ª®]|â€[\x90-\x9d™œ“”˜¦]|â€|Â[\xa0-\xbf]|ï»¿|\ufffd|[\x80-\x9f]"
)
_FROM_CODEBOOK = "codebook"
_SAME_OPENINGS = 0.03
"""The share of passages that may begin with the same five words as another."""
_TOLD_POINTS = 10
_STRONGEST = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where it stands, and what would mend it."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of a check, and what was checked against what."""

    findings: tuple[Finding, ...]
    records: int
    schemes: tuple[str, ...]
    """Name, version and digest of the schemes that the labels were held against."""

    def as_text(self) -> str:
        """Return the findings, one a line, and a line that sums up."""
        checked = f"{self.records} records checked against {', '.join(self.schemes)}"
        lines = [*map(str, self.findings), f"{checked}: {len(self.findings) or 'no'} findings"]
        return "\n".join(lines)


def check_files(
    files: Sequence[str], test: Sequence[str], schemes: Sequence[str], plan: Path | None = None
) -> Report:
    """Return what is wrong with corpus files; `test` are those of the other side of a split.

    With a plan, also where the corpus falls short of it, and what in it was not written
    afresh. Without files, the shipped corpus, its plan, seed terms and models are checked.
    """
    findings: list[Finding] = []

    def wrong(message: str) -> None:
        place, _, rest = message.partition(": ")
        findings.append(Finding(place, rest))

    books = [find_scheme(name) for name in (schemes or bundled_schemes())]
    records = _read(files or [str(bundled_path("corpus"))], wrong)
    others = _read(test, wrong)
    findings += check(records, others, books)
    if plan or not files:
        asked = Plan.read(plan) if plan else bundled_plan()
        findings += check_plan([r for r in records if not r.boilerplate], asked, books)
        if not files:
            findings += _learned(records, books, asked, wrong)
    version_ids = tuple(book.version_id for book in books)
    return Report(tuple(findings), len(records) + len(others), version_ids)


def check(
    records: Sequence[Record], test: Sequence[Record], schemes: Sequence[Scheme]
) -> Iterator[Finding]:
    """Yield what is wrong with records, and between them and those of a test split."""
    everything = [*records, *test]
    yield from _repeated_ids(everything)
    seeds = [*(seed.id for seed in bundled_seeds()), _FROM_CODEBOOK]
    for record in everything:
        yield from _text(record)
        yield from _labels(record, schemes)
        if record.seed and record.seed not in seeds:
            yield Finding(
                record.place, f"there is no seed {record.seed!r}; {choices(record.seed, seeds)}"
            )
    yield from _thin(records, schemes)
    ours = [record for record in records if not record.boilerplate]
    yield from _duplicates([*ours, *test], len(ours))
    yield from _split_articles(records, test)


def check_plan(
    records: Sequence[Record], plan: Plan, schemes: Sequence[Scheme]
) -> Iterator[Finding]:
    """Yield where passages fall short of a plan, stray from it, or were spun from templates."""
    for cell in cells(records, plan, schemes):
        if cell.have < cell.least:
            yield Finding("the corpus", f"has {cell.have} {cell.what}; the plan asks {cell.least}")
    for record in records:
        yield from _strays(record, plan, schemes)
    yield from _spun(records)
    yield from _told(records, plan, schemes)


def _strays(record: Record, plan: Plan, schemes: Sequence[Scheme]) -> Iterator[Finding]:
    known = [f"{topic}/{name}" for topic, names in plan.subjects.items() for name in names]
    for trait, allowed in [*plan.traits.items(), ("subject", known)]:
        value = getattr(record, trait)
        if value not in allowed:
            yield Finding(record.place, f"{trait} is {value!r}; {choices(value, allowed)}")
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
            yield Finding(record.place, f"is a case of {record.edge_case}, which is {label!r}")
    for name in ("labels_a", "labels_b"):
        if getattr(record, name).keys() != record.labels.keys():
            yield Finding(record.place, f"{name} must answer the same schemes as labels")


def _spun(records: Sequence[Record]) -> Iterator[Finding]:
    texts = [record.text for record in records]
    owners = [record.pair or record.id for record in records]
    openings = list(repeated_openings(texts, owners))
    if len(openings) <= _SAME_OPENINGS * len(records):
        openings = []
    for kind, repeats in (
        ("twelve words in a row", shared_runs(texts, owners)),
        ("the first five words", openings),
        ("the frame of a sentence", frames(texts, owners)),
    ):
        for one in repeats:
            yield Finding(
                records[one.second].place,
                f"has {kind} of {records[one.first].place}: {one.what!r}; write it afresh",
            )


def _told(records: Sequence[Record], plan: Plan, schemes: Sequence[Scheme]) -> Iterator[Finding]:
    from textclf.corpus.metadata_baseline import metadata_score  # noqa: PLC0415 - start-up time

    for scheme in schemes:
        labelled = [record for record in records if scheme.name in record.labels]
        if scheme.name not in plan.pairs or not labelled:
            continue
        told = metadata_score(labelled, scheme)
        if told.points > _TOLD_POINTS:
            yield Finding(
                "the corpus",
                f"{scheme.name} is told from length, genre, batch and the like in "
                f"{told.accuracy:.1%} of the passages, {told.points:.1f} points above the "
                "most frequent label; write what breaks the habit",
            )


def _learned(
    records: Sequence[Record], schemes: Sequence[Scheme], plan: Plan, wrong: Callable[[str], None]
) -> Iterator[Finding]:
    """Yield what is spurious in what the shipped models learned; seed terms are meant."""
    named = names([record.text for record in records])
    argued = {(one.label, one.term) for one in plan.argued}
    for scheme in schemes:
        terms = _meant(scheme, wrong)
        try:
            model = read_model(find_model(scheme.name))
        except ModelError:
            continue  # a scheme need not ship with a model
        for label in scheme.label_names:
            name = f"{scheme.name}/{label}"
            for term, kind in spurious(model.strongest(label, _STRONGEST), named - terms):
                if not {(name, term), (name, "*")} & argued:
                    yield Finding(
                        name,
                        f"the {kind} {term!r} is among the {_STRONGEST} strongest terms of the "
                        "shipped model; write what takes it away, or argue for it in the plan",
                    )


def _meant(scheme: Scheme, wrong: Callable[[str], None]) -> frozenset[str]:
    """Return the shipped seed terms of a scheme; tell what is wrong with their file."""
    try:
        terms = bundled_terms(scheme)
    except CorpusError as reason:
        wrong(str(reason))
        return frozenset()
    return terms.all() if terms else frozenset()


def _read(paths: Sequence[str], wrong: Callable[[str], None]) -> list[Record]:
    found: list[Record] = []
    for path in expand(paths):
        if format_of(path) == "jsonl":
            found += read_records(path, wrong)
        elif path in paths:
            wrong(f"{path}: holds no corpus records; they are JSON lines, in a .jsonl file")
    return found


def _repeated_ids(records: Sequence[Record]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for record in records:
        if record.id in first:
            yield Finding(record.place, f"id {record.id!r} stands at {first[record.id]} already")
        first.setdefault(record.id, record.place)


def _text(record: Record) -> Iterator[Finding]:
    if not record.text.strip():
        yield Finding(record.place, "the text is empty; write one or take the record out")
    broken = _MOJIBAKE.search(record.text)
    if broken:
        around = record.text[max(0, broken.start() - 12) : broken.end() + 12]
        yield Finding(record.place, f"broken characters in {around!r}; decode the text as UTF-8")


def _labels(record: Record, schemes: Sequence[Scheme]) -> Iterator[Finding]:
    asked = {scheme.name: scheme for scheme in schemes}
    known = sorted({*asked, *bundled_schemes()})
    if not record.labels and not record.boilerplate:
        yield Finding(record.place, "is labelled under no scheme")
    for name, answer in record.labels.items():
        scheme = asked.get(name)
        if scheme is None:
            if name not in known:
                yield Finding(record.place, f"there is no scheme {name!r}; {choices(name, known)}")
            continue
        if scheme.kind == "single" and len(answer) != 1:
            yield Finding(record.place, f"{name} takes one label, not {len(answer)}")
        for label in answer:
            try:
                scheme.index(label)
            except SchemeError as reason:
                yield Finding(record.place, str(reason))


def _thin(records: Sequence[Record], schemes: Sequence[Scheme]) -> Iterator[Finding]:
    for scheme in schemes:
        counts = Counter(
            label for record in records for label in record.labels.get(scheme.name, ())
        )
        if not counts:
            continue
        for name in scheme.label_names:
            if counts[name] < _THIN:
                yield Finding(
                    scheme.name,
                    f"label {name!r} has {counts[name]} passages; write {_THIN} or more",
                )


def _duplicates(records: Sequence[Record], ours: int) -> Iterator[Finding]:
    for pair in near_duplicates([record.text for record in records], _ALIKE):
        first, second = records[pair.first], records[pair.second]
        across = pair.first < ours <= pair.second
        if first.pair and first.pair == second.pair and not across:
            continue
        same = "the same text as" if pair.similarity == 1 else f"{pair.similarity:.0%} the text of"
        split = ", across the split" if across else ""
        yield Finding(second.place, f"is {same} {first.place}{split}; keep one of them")


def _split_articles(records: Sequence[Record], test: Sequence[Record]) -> Iterator[Finding]:
    where: dict[str, str] = defaultdict(str)
    for record in records:
        where.setdefault(record.group, record.place)
    for record in test:
        if (record.article or record.pair) and record.group in where:
            yield Finding(
                record.place,
                f"article {record.group!r} is on both sides of the split, "
                f"also at {where[record.group]}",
            )
