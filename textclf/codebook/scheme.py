"""A label scheme (a codebook): its labels, its rules, its checks and its digest.

`textclf.codebook.scheme_file` reads a scheme from a TOML file.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal, NamedTuple, cast

from textclf.codebook.aggregation_rule import (
    OLD_KEYS,
    Aggregation,
    AnyPassage,
    aggregation_as_dict,
    aggregation_from_dict,
    aggregation_from_old_keys,
    check_aggregation,
)
from textclf.errors import SchemeError, choices

Kind = Literal["single", "multi"]
Unit = Literal["document", "passage"]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MAX_LABEL = 200
"""Characters of a label's name: it becomes the name of columns and files."""
_MAX_LEAD_WORDS = 10_000
_NO_TEXTS = {
    *("labels", "edge_cases", "aggregation", "lead_words", "prior", "at_least_one", "implies"),
    *("includes", "excludes"),
}
"""The fields of a scheme and its parts that are no texts."""
_ROUNDING = 1e-9
"""Shares that are all stated add up to 1 within this."""


class Exclusion(NamedTuple):
    """A case that looks like one label but belongs to another."""

    case: str
    to: str


class EdgeCase(NamedTuple):
    """A hard case from real news, and the label that was decided for it."""

    case: str
    label: str
    key: str = ""
    """A short name with which a corpus record says that it is an example of this case."""


class Label(NamedTuple):
    """One label of a scheme, with what a coder needs to distinguish it from the others."""

    name: str
    title: str = ""
    definition: str = ""
    code: str = ""
    """The label's code in an outside vocabulary, such as `medtop:01000000`."""
    includes: tuple[str, ...] = ()
    excludes: tuple[Exclusion, ...] = ()

    def __repr__(self) -> str:
        return f"<Label {self.name}>"


class SchemeId(NamedTuple):
    """The scheme that a prediction was made under, so that it can be traced."""

    name: str
    version: str
    digest: str
    """The first twelve digits of the scheme's digest."""

    def __str__(self) -> str:
        return " ".join(self)


@dataclass(frozen=True)
class Scheme:
    """A closed set of labels, the question that they answer, and the rules for labelling.

    Raises SchemeError if its parts do not fit together.
    """

    name: str
    labels: tuple[Label, ...]
    kind: Kind = "single"
    """`single`: exactly one label for each text. `multi`: any number of labels."""
    unit: Unit = "document"
    """What a coder reads before answering. In a multi scheme that labels passages, a document
    gets the labels of its passages.
    """
    title: str = ""
    question: str = ""
    version: str = "1"
    source: str = ""
    tie_breaks: str = ""
    """What decides between two labels that both fit."""
    edge_cases: tuple[EdgeCase, ...] = ()
    aggregation: Aggregation | None = None
    """How the labels of passages decide the label of a document. None: it is read whole."""
    lead_words: tuple[int, ...] = ()
    """For documents that are read whole: numbers of first words. The first words together have
    half of the score, and the whole text has the other half.
    """
    prior: tuple[tuple[str, float], ...] = ()
    """The shares of labels in ordinary news, which probabilities assume. The labels that are not
    named share the rest.
    """
    prior_source: str = ""
    limits: str = ""
    """Known errors of models of this scheme; the model card repeats them."""
    at_least_one: bool = False
    """For a multi scheme: every text has a label."""
    implies: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """For a multi scheme: labels, each with the labels that it implies."""

    def __post_init__(self) -> None:
        _check(self)

    def __repr__(self) -> str:
        return f"<Scheme {self.id}: {self.kind}, {len(self.labels)} labels>"

    @cached_property
    def label_names(self) -> tuple[str, ...]:
        """The names of the labels, in the order of the scheme."""
        return tuple(label.name for label in self.labels)

    @property
    def by_passage(self) -> bool:
        """Whether the label of a document follows from the labels of its passages."""
        return self.aggregation is not None or (self.kind == "multi" and self.unit == "passage")

    @property
    def default_label(self) -> str:
        """The label of a document that has no other, such as `none`; empty if there is no such.

        No term of a text is evidence for it.
        """
        rule = self.aggregation
        if rule is None:
            return ""
        if not isinstance(rule, AnyPassage):
            return rule.default
        others = [name for name in self.label_names if name != rule.label]
        return others[0] if len(others) == 1 else ""

    def shares(self, prior: Sequence[tuple[str, float]] = ()) -> tuple[float, ...] | None:
        """Return the share of each label under a prior, by default the prior of the scheme.

        None if there is no prior. Raises SchemeError for an unknown label or impossible shares.
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
        """The sha256 of the whole scheme: it changes with every word."""
        text = json.dumps(self._plain(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def id(self) -> SchemeId:
        """Name, version and short digest, which stand beside each prediction."""
        return SchemeId(self.name, self.version, self.digest[:12])

    @property
    def version_id(self) -> str:
        """Name, version and short digest in one line, so that a label can be traced."""
        return str(self.id)

    def index(self, label: str) -> int:
        """Return the index of a label; raises SchemeError for an unknown label."""
        try:
            return self.label_names.index(label)
        except ValueError:
            raise SchemeError(
                f"scheme {self.name!r} has no label {label!r}; {choices(label, self.label_names)}"
            ) from None

    def close(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Return the labels and all labels that they imply, in the order of the scheme.

        >>> labels = (Label("violence"), Label("killing"))
        >>> scheme = Scheme("acts", labels, "multi", implies=(("killing", ("violence",)),))
        >>> scheme.close(["killing"])
        ('violence', 'killing')
        """
        implied, closed, waiting = dict(self.implies), set[str](), list(labels)
        while waiting:
            label = waiting.pop()
            if label not in closed:
                closed.add(label)
                waiting += implied.get(label, ())
        return tuple(name for name in self.label_names if name in closed)

    def as_dict(self) -> dict[str, Any]:
        """Return the scheme as plain data that `from_dict` reads back."""
        return cast("dict[str, Any]", json.loads(json.dumps(self._plain())))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Scheme":
        """Return the scheme of the data of `as_dict`; raises SchemeError for any other data.

        The data of older models, which state their aggregation rule by other keys, are read too.
        """
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
            lead_words = tuple(data["lead_words"])
            prior = tuple((label, float(share)) for label, share in data["prior"])
            old = {key: data[key] for key in OLD_KEYS if key in data}
            parts = {key: value for key, value in data.items() if key not in old}
            rule = parts.get("aggregation")
            parts["aggregation"] = None if rule is None else aggregation_from_dict(rule)
            if old:
                parts["aggregation"] = aggregation_from_old_keys(**old)
            parts |= {"labels": labels, "edge_cases": edge_cases, "implies": implies}
            parts |= {"lead_words": lead_words, "prior": prior}
            _check_texts(parts, *(label._asdict() for label in labels))
            _check_texts(*(edge_case._asdict() for edge_case in edge_cases))
            for label in labels:
                _check_texts(*(exclusion._asdict() for exclusion in label.excludes))
            return cls(**parts)
        except (KeyError, TypeError, ValueError, AttributeError) as reason:
            raise SchemeError(f"this is not a scheme: {reason}") from None

    def _plain(self) -> dict[str, Any]:
        """Return the fields of the scheme and of its parts by their names."""
        labels = [
            {**label._asdict(), "excludes": [exclusion._asdict() for exclusion in label.excludes]}
            for label in self.labels
        ]
        edge_cases = [edge_case._asdict() for edge_case in self.edge_cases]
        whole = {field.name: getattr(self, field.name) for field in fields(self)}
        rule = aggregation_as_dict(self.aggregation) if self.aggregation else None
        return {**whole, "labels": labels, "edge_cases": edge_cases, "aggregation": rule}


def infer_scheme(name: str, labels: Sequence[str], kind: Kind) -> Scheme:
    """Return a scheme that has only names of labels, those of labelled data."""
    return Scheme(name, tuple(Label(label) for label in labels), kind, source="inferred from data")


def _check_texts(*tables: Mapping[str, Any]) -> None:
    """Raise TypeError if a field that is a text by its default, or by its kind, is none."""
    for name, value in (pair for table in tables for pair in table.items()):
        if name not in _NO_TEXTS and not isinstance(value, str):
            raise TypeError(f"{name} is no text but {str(value)[:40]!r}")


def _check(scheme: Scheme) -> None:
    names = scheme.label_names
    if not _NAME.fullmatch(scheme.name):
        raise SchemeError(
            f"a scheme cannot be named {scheme.name!r}; use a-z, 0-9 and _, such as 'my_scheme'"
        )
    if scheme.kind not in {"single", "multi"}:
        raise SchemeError(f"kind cannot be {scheme.kind!r}; there are: single, multi")
    if scheme.unit not in {"document", "passage"}:
        raise SchemeError(f"unit cannot be {scheme.unit!r}; there are: document, passage")
    if len(names) < (2 if scheme.kind == "single" else 1):
        raise SchemeError(f"scheme {scheme.name!r} has too few labels; a single one needs two")
    for number, name in enumerate(names, start=1):
        if not isinstance(name, str) or not name.strip() or len(name) > _MAX_LABEL:
            raise SchemeError(
                f"labels[{number}]: {name!r} is no name; give 1 to {_MAX_LABEL} characters"
            )
        if not name.isprintable():
            raise SchemeError(f"labels[{number}]: {name!r} has a character that does not print")
        if name in names[: number - 1]:
            raise SchemeError(f"labels[{number}]: there are two labels {name!r}; rename one")
    _check_references(scheme)


def _check_references(scheme: Scheme) -> None:
    names = scheme.label_names
    named = [
        *(
            (f"label {one.name!r}: excludes", exclusion.to)
            for one in scheme.labels
            for exclusion in one.excludes
        ),
        *((f"edge_cases: {edge_case.case!r}", edge_case.label) for edge_case in scheme.edge_cases),
        *(("implies", name) for one, others in scheme.implies for name in (one, *others)),
    ]
    for place, name in named:
        if name not in names:
            raise SchemeError(f"{place}: there is no label {name!r}; {choices(name, names)}")
    keys = [edge_case.key for edge_case in scheme.edge_cases if edge_case.key]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise SchemeError(f"edge_cases: there are two with the key {twice!r}; rename one")
    if scheme.kind == "single" and (scheme.implies or scheme.at_least_one):
        raise SchemeError("implies and at_least_one are for a scheme of kind 'multi'")
    if scheme.kind == "multi" and (scheme.aggregation or scheme.prior):
        raise SchemeError("aggregation and prior are for a scheme of kind 'single'")
    if scheme.aggregation:
        check_aggregation(scheme.aggregation, names)
    if scheme.lead_words and (scheme.kind == "multi" or scheme.by_passage):
        raise SchemeError("lead_words is for a scheme of kind 'single' that reads documents whole")
    if not all(1 <= number <= _MAX_LEAD_WORDS for number in scheme.lead_words):
        raise SchemeError(f"lead_words must be numbers from 1 to {_MAX_LEAD_WORDS}")
    scheme.shares()
