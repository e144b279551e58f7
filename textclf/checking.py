"""What is wrong with a corpus: every finding with its file and line, none hiding the next."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from textclf.corpus import Record, read_records
from textclf.duplicates import near_duplicates
from textclf.errors import CorpusError, SchemeError
from textclf.scheme import Scheme, find_scheme, shipped_schemes
from textclf.seeding import shipped_seeds
from textclf.shipped import shipped
from textclf.sources import expand, format_of
from textclf.suggest import choices
from textclf.terms import TermList, shipped_terms

_THIN = 10
"""A label with fewer passages than this cannot be learned, nor its score be measured."""
_ALIKE = 0.5
_MOJIBAKE = re.compile(
    r"Ã[\x80-\xbf©¨¡³ª®]|â€[\x90-\x9d™œ“”˜¦]|â€|Â[\xa0-\xbf]|ï»¿|\ufffd|[\x80-\x9f]"
)
_FROM_CODEBOOK = "codebook"


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


def check_files(files: Sequence[str], test: Sequence[str], schemes: Sequence[str]) -> Report:
    """Return what is wrong with corpus files; `test` are those of the other side of a split.

    Without files, the shipped corpus and the shipped seed terms are checked.
    """
    findings: list[Finding] = []

    def wrong(message: str) -> None:
        place, _, rest = message.partition(": ")
        findings.append(Finding(place, rest))

    books = [find_scheme(name) for name in (schemes or shipped_schemes())]
    records = _read(files or [str(shipped("corpus"))], wrong)
    others = _read(test, wrong)
    findings += check(records, others, books)
    if not files:
        _check_terms(books, wrong)
    stamps = tuple(book.stamp for book in books)
    return Report(tuple(findings), len(records) + len(others), stamps)


def check(
    records: Sequence[Record], test: Sequence[Record], schemes: Sequence[Scheme]
) -> Iterator[Finding]:
    """Yield what is wrong with records, and between them and those of a test split."""
    everything = [*records, *test]
    yield from _repeated_ids(everything)
    seeds = [*(seed.id for seed in shipped_seeds()), _FROM_CODEBOOK]
    for record in everything:
        yield from _text(record)
        yield from _labels(record, schemes)
        if record.seed and record.seed not in seeds:
            yield Finding(
                record.place, f"there is no seed {record.seed!r}; {choices(record.seed, seeds)}"
            )
    yield from _thin(records, schemes)
    yield from _duplicates(everything, len(records))
    yield from _split_articles(records, test)


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
    known = sorted({*asked, *shipped_schemes()})
    if not record.labels:
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


def _check_terms(schemes: Sequence[Scheme], wrong: Callable[[str], None]) -> None:
    for scheme in schemes:
        path = shipped_terms(scheme)
        if path is not None:
            try:
                TermList.read(path, scheme)
            except CorpusError as reason:
                wrong(str(reason))
