"""A labeling scheme (a codebook): its labels, what each takes, and how a document is answered.

Schemes are data: TOML files, the shipped ones in `schemes/`. This room knows no documents
and no models.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from textclf.codebook.toml_table import TomlTable
from textclf.errors import SchemeError, choices

Kind = Literal["single", "multi"]
Unit = Literal["document", "passage"]

_FORMAT = 2
_SHIPPED = Path(__file__).parent / "schemes"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MAX_LABEL = 200
_LONGEST_LEAD = 10_000
_ROUNDING = 1e-9


class Exclusion(NamedTuple):
    """A case that looks like one label and belongs to another."""

    case: str
    to: str


class EdgeCase(NamedTuple):
    """A hard case that was met in real news, and the label it was given."""

    case: str
    label: str
    key: str = ""
    """A short name, by which a corpus record says that it is such a case."""


class Label(NamedTuple):
    """One answer of a scheme, with what a coder needs to tell it from the others."""

    name: str
    title: str = ""
    definition: str = ""
    code: str = ""
    """The label's code in an outside vocabulary, such as `medtop:01000000`."""
    includes: tuple[str, ...] = ()
    excludes: tuple[Exclusion, ...] = ()


@dataclass(frozen=True)
class Scheme:
    """A closed set of labels, the question they answer, and how a document is answered.

    Raises SchemeError when made of parts that do not fit together.
    """

    name: str
    labels: tuple[Label, ...]
    kind: Kind = "single"
    """`single`: exactly one label for a text. `multi`: any number of them."""
    unit: Unit = "document"
    """What a coder reads before answering. A document takes the labels of its passages, where
    any number may be given to each.
    """
    title: str = ""
    question: str = ""
    version: str = "1"
    source: str = ""
    tie_breaks: str = ""
    """What decides between two labels that both fit."""
    edge_cases: tuple[EdgeCase, ...] = ()
    any_passage: str = ""
    """Given: a document takes this label where any of its passages does. Else: read whole."""
    mean_over: str = ""
    """Given: a document takes the other label of the greatest mean probability over its passages,
    and one more of this label, where that is `mean_least` or more; else this one.
    """
    mean_least: float = 0.5
    lead_words: tuple[int, ...] = ()
    """Of a document that is read whole, the first so many words count as well: they have half of
    the score, and the whole text has the other half.
    """
    prior: tuple[tuple[str, float], ...] = ()
    """How frequent labels are in ordinary news, in the unit that is answered: probabilities and
    labels assume it. What is not named shares the rest.
    """
    prior_source: str = ""
    limits: str = ""
    """What a model of the scheme is known to get wrong: it stands on its card."""
    at_least_one: bool = False
    """For a multi scheme: a text never goes without a label."""
    implies: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """For a multi scheme: a label, and the labels that it brings with it."""

    def __post_init__(self) -> None:
        _check(self)

    @cached_property
    def label_names(self) -> tuple[str, ...]:
        """The names of the labels, in the order of the scheme."""
        return tuple(label.name for label in self.labels)

    @property
    def by_passage(self) -> bool:
        """Whether a document is answered from the answers of its passages."""
        each = self.kind == "multi" and self.unit == "passage"
        return bool(self.any_passage or self.mean_over or each)

    @property
    def default_label(self) -> str:
        """The label of what has none of the others, such as `none`; empty where there is none.

        Nothing in a text speaks for it but that nothing speaks for another.
        """
        if self.mean_over or not self.any_passage or len(self.labels) != 2:  # noqa: PLR2004
            return self.mean_over
        return next(name for name in self.label_names if name != self.any_passage)

    def shares(self, prior: Sequence[tuple[str, float]] = ()) -> tuple[float, ...] | None:
        """Return the share of each label that a prior states, its own by default; None for none.

        Raises SchemeError for a label it lacks, and for shares that cannot be.
        """
        given = dict(prior or self.prior)
        if not given:
            return None
        for label in given:
            self.index(label)
        rest = 1 - sum(given.values())
        others = len(self.labels) - len(given)
        if min(given.values()) <= 0 or (rest <= 0 if others else abs(rest) > _ROUNDING):
            raise SchemeError(
                "a prior needs shares above 0 that leave a share for each label that is not named"
            )
        return tuple(given.get(name, rest / max(1, others)) for name in self.label_names)

    @property
    def digest(self) -> str:
        """The sha256 of all that the scheme says: two schemes that differ in a word differ here."""
        text = json.dumps(self._plain(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def version_id(self) -> str:
        """Name, version and short digest: what goes beside an answer, so that it can be traced."""
        return f"{self.name} {self.version} {self.digest[:12]}"

    def index(self, label: str) -> int:
        """Return the place of a label; raises SchemeError where there is none such."""
        try:
            return self.label_names.index(label)
        except ValueError:
            raise SchemeError(
                f"scheme {self.name!r} has no label {label!r}; {choices(label, self.label_names)}"
            ) from None

    def close(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Return the labels and all that they imply, in the order of the scheme.

        >>> labels = (Label("violence"), Label("killing"))
        >>> scheme = Scheme("acts", labels, "multi", implies=(("killing", ("violence",)),))
        >>> scheme.close(["killing"])
        ('violence', 'killing')
        """
        implied, found, waiting = dict(self.implies), set[str](), list(labels)
        while waiting:
            label = waiting.pop()
            if label not in found:
                found.add(label)
                waiting += implied.get(label, ())
        return tuple(name for name in self.label_names if name in found)

    def as_dict(self) -> dict[str, Any]:
        """Return the scheme as plain data that `from_dict` reads back."""
        return cast("dict[str, Any]", json.loads(json.dumps(self._plain())))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Scheme":
        """Return the scheme that `as_dict` gave; raises SchemeError on anything else."""
        try:
            labels = tuple(
                Label(
                    **{
                        **label,
                        "includes": tuple(label["includes"]),
                        "excludes": tuple(
                            Exclusion(**exclusion) for exclusion in label["excludes"]
                        ),
                    }
                )
                for label in data["labels"]
            )
            edge_cases = tuple(EdgeCase(**edge_case) for edge_case in data["edge_cases"])
            implies = tuple((one, tuple(others)) for one, others in data["implies"])
            leads = tuple(data["lead_words"])
            prior = tuple((label, float(share)) for label, share in data["prior"])
            parts = {**data, "labels": labels, "edge_cases": edge_cases, "implies": implies}
            parts |= {"lead_words": leads, "prior": prior}
            return cls(**parts)
        except (KeyError, TypeError, ValueError, AttributeError) as reason:
            raise SchemeError(f"this is not a scheme: {reason}") from None

    def _plain(self) -> dict[str, Any]:
        """Return the fields by their names, and those of its parts."""
        labels = [
            {**label._asdict(), "excludes": [exclusion._asdict() for exclusion in label.excludes]}
            for label in self.labels
        ]
        edge_cases = [edge_case._asdict() for edge_case in self.edge_cases]
        whole = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**whole, "labels": labels, "edge_cases": edge_cases}

    @classmethod
    def read(cls, path: Path) -> "Scheme":
        """Return the scheme of a TOML file; raises SchemeError with the file and the key."""
        table = TomlTable.read(path, SchemeError)
        labels, edge_cases = table.tables("labels"), table.tables("edge_cases")
        if table.number("format") != _FORMAT:
            raise table.wrong(
                "format",
                f"must be {_FORMAT}; in a file of format 1 rename takes to includes, leaves to "
                "excludes, ties to tie_breaks and rulings to edge_cases",
            )
        try:
            scheme = cls(
                name=table.text("name"),
                title=table.text("title"),
                question=table.text("question"),
                kind=cast("Kind", table.one_of("kind", ("single", "multi"))),
                unit=cast("Unit", table.one_of("unit", ("document", "passage"), "document")),
                version=table.text("version"),
                source=table.text("source", ""),
                tie_breaks=table.text("tie_breaks", ""),
                any_passage=table.text("any_passage", ""),
                mean_over=table.text("mean_over", ""),
                mean_least=table.share("mean_least", 0.5),
                lead_words=table.numbers("lead_words"),
                prior=tuple(table.shares("prior").items()),
                prior_source=table.text("prior_source", ""),
                limits=table.text("limits", ""),
                at_least_one=table.flag("at_least_one"),
                implies=tuple(table.mapping("implies").items()),
                labels=tuple(_label(label) for label in labels),
                edge_cases=tuple(_edge_case(edge_case) for edge_case in edge_cases),
            )
        except SchemeError as reason:
            where = str(reason)
            raise SchemeError(
                where if where.startswith(str(path)) else f"{path}: {where}"
            ) from None
        table.close()
        return scheme


def find_scheme(name: str) -> Scheme:
    """Return the scheme of a file, or the shipped one of that name."""
    path = Path(name)
    if path.suffix == ".toml":
        return Scheme.read(path)
    if name in bundled_schemes():
        return Scheme.read(_SHIPPED / f"{name}.toml")
    raise SchemeError(
        f"there is no scheme {name!r}: give a .toml file, or a shipped scheme; "
        f"{choices(name, bundled_schemes())}"
    )


def bundled_schemes() -> tuple[str, ...]:
    """Return the names of the schemes that travel with textclf."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.toml")))


def infer_scheme(name: str, labels: Sequence[str], kind: Kind) -> Scheme:
    """Return a scheme with no more than the label names that somebody's data shows."""
    return Scheme(name, tuple(Label(label) for label in labels), kind, source="inferred from data")


def _label(table: TomlTable) -> Label:
    excludes = table.tables("excludes")
    label = Label(
        name=table.text("name"),
        title=table.text("title", ""),
        definition=table.text("definition"),
        code=table.text("code", ""),
        includes=table.texts("includes"),
        excludes=tuple(
            Exclusion(exclusion.text("case"), exclusion.text("to")) for exclusion in excludes
        ),
    )
    for part in (*excludes, table):
        part.close()
    return label


def _edge_case(table: TomlTable) -> EdgeCase:
    edge_case = EdgeCase(table.text("case"), table.text("label"), table.text("key", ""))
    table.close()
    return edge_case


def _check(scheme: Scheme) -> None:
    names = scheme.label_names
    if not _NAME.fullmatch(scheme.name):
        raise SchemeError(
            f"a scheme cannot be named {scheme.name!r}; use a-z, 0-9 and _, such as 'my_scheme'"
        )
    if scheme.kind not in {"single", "multi"} or scheme.unit not in {"document", "passage"}:
        raise SchemeError(f"kind {scheme.kind!r} or unit {scheme.unit!r} is not one there is")
    if len(names) < (2 if scheme.kind == "single" else 1):
        raise SchemeError(f"scheme {scheme.name!r} has too few labels; a single one needs two")
    for number, name in enumerate(names, start=1):
        if not isinstance(name, str) or not name.strip() or len(name) > _MAX_LABEL:
            raise SchemeError(f"labels[{number}]: {name!r} is no name for a label")
        if not name.isprintable():
            raise SchemeError(f"labels[{number}]: {name!r} holds a character that does not print")
        if name in names[: number - 1]:
            raise SchemeError(f"labels[{number}]: there are two labels {name!r}; rename one")
    _check_references(scheme)


def _check_references(scheme: Scheme) -> None:
    named = [
        *(
            (f"label {one.name!r}: excludes", exclusion.to)
            for one in scheme.labels
            for exclusion in one.excludes
        ),
        *((f"edge_cases: {edge_case.case!r}", edge_case.label) for edge_case in scheme.edge_cases),
        *((("any_passage", scheme.any_passage),) if scheme.any_passage else ()),
        *((("mean_over", scheme.mean_over),) if scheme.mean_over else ()),
        *(("implies", name) for one, others in scheme.implies for name in (one, *others)),
    ]
    for place, name in named:
        if name not in scheme.label_names:
            raise SchemeError(
                f"{place}: there is no label {name!r}; {choices(name, scheme.label_names)}"
            )
    keys = [edge_case.key for edge_case in scheme.edge_cases if edge_case.key]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise SchemeError(f"edge_cases: there are two with the key {twice!r}; rename one")
    if scheme.kind == "single" and (scheme.implies or scheme.at_least_one):
        raise SchemeError("implies and at_least_one are rules of a scheme of kind 'multi'")
    if scheme.kind == "multi" and (scheme.any_passage or scheme.mean_over or scheme.prior):
        raise SchemeError("any_passage, mean_over and prior are for a scheme of kind 'single'")
    if scheme.any_passage and scheme.mean_over:
        raise SchemeError("any_passage and mean_over exclude each other; give one of them")
    if scheme.lead_words and (scheme.kind == "multi" or scheme.by_passage):
        raise SchemeError("lead_words is for a scheme of kind 'single' that reads documents whole")
    if not all(1 <= number <= _LONGEST_LEAD for number in scheme.lead_words):
        raise SchemeError(f"lead_words are numbers from 1 to {_LONGEST_LEAD}")
    scheme.shares()
