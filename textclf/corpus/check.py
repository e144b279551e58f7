"""Check corpus records: ids, labels, encoding, near-duplicates, and leakage across a split."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import bundled_schemes
from textclf.corpus.near_duplicates import near_duplicates
from textclf.corpus.records import Record
from textclf.corpus.seed_records import bundled_seeds
from textclf.errors import SchemeError, choices

_FEWEST_PASSAGES = 10
"""A label with fewer passages can be neither learned nor evaluated."""
_SIMILARITY = 0.5
_MOJIBAKE = re.compile(
    r"Ã[\x80-\xbf©¨¡³ª®]|â€[\x90-\x9d™œ“”˜¦]|â€|Â[\xa0-\xbf]|ï»¿|\ufffd|[\x80-\x9f]"
)
"""UTF-8 that was decoded as cp1252, replacement characters, and C1 control characters."""
_FROM_CODEBOOK = "codebook"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem, where it is, and what would correct it."""

    place: str
    """File and line, or the part of the corpus that is concerned."""
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def check(
    records: Sequence[Record], test: Sequence[Record], schemes: Sequence[Scheme]
) -> Iterator[Finding]:
    """Yield the problems of records, of those of a test split, and between the two."""
    everything = [*records, *test]
    yield from _repeated_ids(everything)
    seeds = [*(seed.id for seed in bundled_seeds()), _FROM_CODEBOOK]
    for record in everything:
        yield from _check_text(record)
        yield from _check_labels(record, schemes)
        if record.seed and record.seed not in seeds:
            yield Finding(
                record.place, f"there is no seed {record.seed!r}; {choices(record.seed, seeds)}"
            )
    yield from _rare_labels(records, schemes)
    passages = [record for record in records if not record.boilerplate]
    yield from _duplicates([*passages, *test], len(passages))
    yield from _split_articles(records, test)


def _repeated_ids(records: Sequence[Record]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for record in records:
        if record.id in first:
            yield Finding(record.place, f"id {record.id!r} is already used at {first[record.id]}")
        first.setdefault(record.id, record.place)


def _check_text(record: Record) -> Iterator[Finding]:
    if not record.text.strip():
        yield Finding(record.place, "the text is empty; add a text or remove the record")
    broken = _MOJIBAKE.search(record.text)
    if broken:
        around = record.text[max(0, broken.start() - 12) : broken.end() + 12]
        yield Finding(record.place, f"broken characters in {around!r}; decode the text as UTF-8")


def _check_labels(record: Record, schemes: Sequence[Scheme]) -> Iterator[Finding]:
    checked = {scheme.name: scheme for scheme in schemes}
    known = sorted({*checked, *bundled_schemes()})
    if record.labels_a and not record.labels:
        yield Finding(record.place, "its coders disagree; decide with review --order adjudicate")
    elif not record.labels and not record.boilerplate:
        yield Finding(record.place, "has no label under any scheme")
    for name, labels in record.labels.items():
        scheme = checked.get(name)
        if scheme is None:
            if name not in known:
                yield Finding(record.place, f"there is no scheme {name!r}; {choices(name, known)}")
            continue
        if scheme.kind == "single" and len(labels) != 1:
            yield Finding(record.place, f"{name} takes one label, not {len(labels)}")
        for label in labels:
            try:
                scheme.index(label)
            except SchemeError as reason:
                yield Finding(record.place, str(reason))


def _rare_labels(records: Sequence[Record], schemes: Sequence[Scheme]) -> Iterator[Finding]:
    for scheme in schemes:
        counts = Counter(
            label for record in records for label in record.labels.get(scheme.name, ())
        )
        if not counts:
            continue
        for name in scheme.label_names:
            if counts[name] < _FEWEST_PASSAGES:
                yield Finding(
                    scheme.name,
                    f"label {name!r} has {counts[name]} passages; write {_FEWEST_PASSAGES} or more",
                )


def _duplicates(records: Sequence[Record], split: int) -> Iterator[Finding]:
    """Yield the near-duplicates; from index `split` on, records are of the test split."""
    for pair in near_duplicates([record.text for record in records], _SIMILARITY):
        first, second = records[pair.first], records[pair.second]
        across = pair.first < split <= pair.second
        if first.pair and first.pair == second.pair and not across:
            continue
        same = "the same text as" if pair.similarity == 1 else f"{pair.similarity:.0%} similar to"
        where = ", across the split" if across else ""
        yield Finding(second.place, f"is {same} {first.place}{where}; keep one of them")


def _split_articles(records: Sequence[Record], test: Sequence[Record]) -> Iterator[Finding]:
    place_of: dict[str, str] = {}
    for record in records:
        place_of.setdefault(record.group, record.place)
    for record in test:
        if (record.article or record.pair) and record.group in place_of:
            yield Finding(
                record.place,
                f"article {record.group!r} is on both sides of the split, "
                f"also at {place_of[record.group]}",
            )
