"""The sampling plan of a corpus: what it should cover, and how far its records fill the quotas.

A plan is a TOML file, such as `corpus/plan.toml`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from textclf._resources import bundled_path
from textclf.codebook.scheme import Scheme
from textclf.codebook.toml_table import TomlTable
from textclf.corpus.records import Record
from textclf.errors import CorpusError
from textclf.text.tokens import words

_FORMAT = 1
_TOTALS = ("passages", "words", "distinct_words", "articles", "cases_of_each_edge_case")


@dataclass(frozen=True, slots=True)
class AllowedException:
    """A function word or a name that may be among the strongest terms of a label, and why."""

    label: str
    """Scheme and label, such as `stance/against`."""
    term: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The quotas of a corpus, and the values that its metadata may have."""

    metadata: Mapping[str, tuple[str, ...]]
    """By field of a record (`genre`, `region`, `period`, `style`): the values it may have."""
    regions: Mapping[str, float]
    """By region: its planned share of the passages."""
    subjects: Mapping[str, tuple[str, ...]]
    """By topic: its sub-subjects."""
    least: Mapping[str, int]
    """Minimum totals: passages, words, distinct words, articles, cases of each edge case."""
    labels: Mapping[str, Mapping[str, int]]
    """By scheme and label: the minimum number of passages."""
    pairs: Mapping[str, int]
    """By scheme: the minimum number of contrast pairs whose halves have different labels."""
    exceptions: tuple[AllowedException, ...] = ()

    @classmethod
    def read(cls, path: Path) -> "Plan":
        """Return the plan of a TOML file; raises CorpusError with the file and the key."""
        table = TomlTable.read(path, CorpusError)
        if table.number("format") != _FORMAT:
            raise table.wrong("format", f"must be {_FORMAT}: this textclf reads no other")
        regions = table.table("regions")
        shares = {name: regions.share(name) for name in regions.keys}
        least = table.table("least")
        totals = {name: least.number(name) for name in _TOTALS}
        pairs = least.table("pairs")
        of_pairs = {name: pairs.number(name) for name in pairs.keys}
        of_labels = {}
        for scheme in [name for name in least.keys if name not in {*_TOTALS, "pairs"}]:
            inner = least.table(scheme)
            of_labels[scheme] = {label: inner.number(label) for label in inner.keys}
        plan = cls(
            metadata={
                "genre": table.texts("genres"),
                "region": tuple(shares),
                "period": table.texts("periods"),
                "style": table.texts("styles"),
            },
            regions=shares,
            subjects=table.mapping("subjects"),
            least=totals,
            labels=of_labels,
            pairs=of_pairs,
            exceptions=tuple(_exception(one) for one in table.tables("exceptions")),
        )
        table.close()
        return plan


@dataclass(frozen=True, slots=True)
class Quota:
    """One thing that a plan asks for: how much of it there is, and the minimum."""

    what: str
    count: int
    minimum: int


def bundled_plan() -> Plan:
    """Return the plan of the bundled corpus."""
    return Plan.read(bundled_path("corpus") / "plan.toml")


def quotas(records: Sequence[Record], plan: Plan, schemes: Sequence[Scheme]) -> Iterator[Quota]:
    """Yield every quota of a plan, counted in the passages of a corpus."""
    texts = [words(record.text).texts for record in records]
    totals = {
        "passages": len(records),
        "words": sum(map(len, texts)),
        "distinct_words": len(set().union(*texts)),
        "articles": len({record.article for record in records if record.article}),
    }
    for what, count in totals.items():
        yield Quota(what.replace("_", " "), count, plan.least[what])
    labels = Counter((s, one) for r in records for s, labels in r.labels.items() for one in labels)
    for name, minimum_of in plan.labels.items():
        for label, minimum in minimum_of.items():
            yield Quota(f"{name}/{label}", labels[name, label], minimum)
    for name, minimum in plan.pairs.items():
        yield Quota(f"contrast pairs of {name}", _contrast_pairs(records, name), minimum)
    edge_cases = Counter(record.edge_case for record in records)
    for scheme in schemes:
        for edge_case in scheme.edge_cases:
            if edge_case.key:
                case = f"{scheme.name}/{edge_case.key}"
                yield Quota(
                    f"cases of {case}", edge_cases[case], plan.least["cases_of_each_edge_case"]
                )


def subjects(records: Sequence[Record], plan: Plan) -> Iterator[tuple[str, int, int]]:
    """Yield for each topic how many of its sub-subjects have records, and how many there are."""
    covered = {record.subject for record in records}
    for topic, names in plan.subjects.items():
        yield topic, sum(f"{topic}/{name}" in covered for name in names), len(names)


def _contrast_pairs(records: Sequence[Record], scheme: str) -> int:
    """Return how many contrast pairs have two different answers under a scheme."""
    labels = defaultdict(list)
    for record in records:
        if record.pair and scheme in record.labels:
            labels[record.pair].append(record.labels[scheme])
    return sum(len(set(both)) > 1 for both in labels.values())


def _exception(table: TomlTable) -> AllowedException:
    exception = AllowedException(table.text("label"), table.text("term"), table.text("why"))
    table.close()
    return exception
