"""The plan of a corpus: what it is meant to cover, and how much of each is the least.

A plan is data, `corpus/plan.toml`. This room knows no records and no models.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from textclf._resources import bundled_path
from textclf.codebook.toml_table import TomlTable
from textclf.errors import CorpusError

_FORMAT = 1
_OF_ALL = ("passages", "words", "distinct_words", "articles", "cases_of_each_edge_case")


@dataclass(frozen=True, slots=True)
class AllowedException:
    """A function word or a name that may be among the strongest terms of a label, and why."""

    label: str
    """Scheme and label, such as `stance/against`."""
    term: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The cells that a corpus is written to."""

    traits: Mapping[str, tuple[str, ...]]
    """By field of a record (`genre`, `region`, `period`, `style`): the values it may have."""
    regions: Mapping[str, float]
    """The share of the passages that each region is meant to have."""
    subjects: Mapping[str, tuple[str, ...]]
    """By topic: its sub-subjects."""
    least: Mapping[str, int]
    """Of the whole: passages, words, distinct words, articles, cases of each ruling."""
    labels: Mapping[str, Mapping[str, int]]
    """By scheme and label: the fewest passages."""
    pairs: Mapping[str, int]
    """By scheme: the fewest contrast pairs whose halves it labels differently."""
    argued: tuple[AllowedException, ...] = ()

    @classmethod
    def read(cls, path: Path) -> "Plan":
        """Return the plan of a TOML file; raises CorpusError with the file and the key."""
        table = TomlTable.read(path, CorpusError)
        if table.number("format") != _FORMAT:
            raise table.wrong("format", f"must be {_FORMAT}: this textclf reads no other")
        regions = table.table("regions")
        shares = {name: regions.share(name) for name in regions.keys}
        least = table.table("least")
        of_all = {name: least.number(name) for name in _OF_ALL}
        pairs = least.table("pairs")
        of_pairs = {name: pairs.number(name) for name in pairs.keys}
        of_labels = {}
        for scheme in [name for name in least.keys if name not in {*_OF_ALL, "pairs"}]:
            inner = least.table(scheme)
            of_labels[scheme] = {label: inner.number(label) for label in inner.keys}
        plan = cls(
            traits={
                "genre": table.texts("genres"),
                "region": tuple(shares),
                "period": table.texts("periods"),
                "style": table.texts("styles"),
            },
            regions=shares,
            subjects=table.mapping("subjects"),
            least=of_all,
            labels=of_labels,
            pairs=of_pairs,
            argued=tuple(_argued(one) for one in table.tables("argued")),
        )
        table.close()
        return plan


def bundled_plan() -> Plan:
    """Return the plan of the shipped corpus."""
    return Plan.read(bundled_path("corpus") / "plan.toml")


def _argued(table: TomlTable) -> AllowedException:
    argued = AllowedException(table.text("label"), table.text("term"), table.text("why"))
    table.close()
    return argued
