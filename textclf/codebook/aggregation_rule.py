"""The aggregation rules: how the labels of passages decide the label of a document.

A scheme names one rule in its table `[aggregation]`. This module holds the rules as data and
checks their parameters; `textclf.classifier.passage_aggregation` applies them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from textclf.errors import SchemeError, choices


class AnyPassage(NamedTuple):
    """Rule `any`: a document has the label if one or more of its passages have it."""

    label: str


class Plurality(NamedTuple):
    """Rule `plurality`: a document has the label that most of its passages have.

    Passages with the default label do not count for it. The document has the default label if no
    other label reaches both minimums.
    """

    default: str
    min_passages: int = 1
    """The number of passages that must have the label."""
    min_share: float = 0.0
    """The share of the passages that must have the label."""


class Mean(NamedTuple):
    """Rule `mean`: a document has the label with the greatest mean probability over its passages.

    One additional passage, which surely has the default label, counts into the mean. The document
    has the default label if no other label reaches the minimum.
    """

    default: str
    min_mean: float = 0.5
    """The mean probability that the label must have."""


Aggregation: TypeAlias = AnyPassage | Plurality | Mean

RULES: dict[str, type[Aggregation]] = {"any": AnyPassage, "plurality": Plurality, "mean": Mean}
"""The rules by the names that scheme files give them."""

OLD_KEYS = ("any_passage", "mean_over", "mean_least")
"""The keys that stated the rule before there was a table for it."""


def aggregation_from_dict(data: object) -> Aggregation:
    """Return the rule of an `[aggregation]` table; raises SchemeError for a wrong table."""
    if not isinstance(data, Mapping):
        raise SchemeError("aggregation must be a table, under [aggregation]")
    name = data.get("rule")
    if not isinstance(name, str) or name not in RULES:
        given = f"rule cannot be {name!r}" if "rule" in data else "rule is missing"
        raise SchemeError(f"aggregation: {given}; {choices(str(name), RULES)}")
    parameters = {key: value for key, value in data.items() if key != "rule"}
    rule = RULES[name]
    for key in parameters:
        if key not in rule._fields:
            raise SchemeError(f"aggregation: {_not_a_parameter(key, name)}")
    first = rule._fields[0]
    if first not in parameters:
        raise SchemeError(f"aggregation: rule {name!r} needs {first}, the name of a label")
    return rule(**parameters)


def aggregation_as_dict(rule: Aggregation) -> dict[str, Any]:
    """Return the table that `aggregation_from_dict` reads.

    >>> aggregation_as_dict(Mean("none", 0.2))
    {'rule': 'mean', 'default': 'none', 'min_mean': 0.2}
    """
    name = next(name for name, kind in RULES.items() if isinstance(rule, kind))
    return {"rule": name, **rule._asdict()}


def aggregation_from_old_keys(
    any_passage: str = "", mean_over: str = "", mean_least: float = 0.5
) -> Aggregation | None:
    """Return the rule that the keys of older scheme files and models state; None for no rule."""
    if any_passage and mean_over:
        raise SchemeError("any_passage and mean_over exclude each other; give [aggregation] alone")
    if any_passage:
        return AnyPassage(any_passage)
    return Mean(mean_over, mean_least) if mean_over else None


def check_aggregation(rule: Aggregation, labels: tuple[str, ...]) -> None:
    """Raise SchemeError if a parameter of a rule cannot be, or names no label of the scheme."""
    if not isinstance(rule, AnyPassage | Plurality | Mean):
        raise SchemeError(f"aggregation must be AnyPassage, Plurality or Mean, not {rule!r}")
    label = rule[0]
    if not isinstance(label, str) or label not in labels:
        raise SchemeError(
            f"aggregation: {rule._fields[0]} {label!r} is no label; {choices(str(label), labels)}"
        )
    for key, value in rule._asdict().items():
        if key in {"min_share", "min_mean"} and not _is_share(value):
            raise SchemeError(f"aggregation: {key} must be a number from 0 to 1, not {value!r}")
        if key == "min_passages" and (type(value) is not int or value < 1):
            raise SchemeError(f"aggregation: {key} must be a whole number from 1, not {value!r}")


def _is_share(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1  # type: ignore[operator]


def _not_a_parameter(key: str, name: str) -> str:
    """Return why a rule does not take a key: the key belongs to other rules, or to none."""
    others = " and ".join(repr(other) for other, rule in RULES.items() if key in rule._fields)
    elsewhere = f", which is for {others}" if others else ""
    return f"rule {name!r} has no {key!r}{elsewhere}; {choices(key, RULES[name]._fields)}"
