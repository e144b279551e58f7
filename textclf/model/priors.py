"""How frequent labels are in the material at hand: as a user states it, or as texts tell.

It works on probabilities and decisions; it knows no texts and no files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from textclf._lazy_numpy import np
from textclf.errors import InputError, choices
from textclf.model.model import Model
from textclf.scoring.weights import Doubles

Prior: TypeAlias = "Mapping[str, float] | Literal['estimate']"
"""The share of some labels, or that shares are to be estimated."""

ESTIMATE: Literal["estimate"] = "estimate"
_PART = re.compile(r"([^=]+)=([^=,]+)(?:,|$)")
_STEPS = 1000
_CLOSE = 1e-6
"""Shares that move by no more than this from one step to the next have converged."""
_ROUNDING = 1e-9
_SPARING = 0.25
"""What high precision makes of a rare label's share; docs/learning.md tells what that does to a
month of a daily.
"""


def estimate_prior(probabilities: Doubles, assumed: Sequence[float]) -> tuple[float, ...]:
    """Return the shares of labels that make texts likeliest, given what a model says of each.

    `probabilities`, of shape (texts, labels), are calibrated where labels have the shares
    `assumed`, of shape (labels,). Expectation and maximisation in turn (Saerens, Latinne and
    Decaestecker 2002, Neural Computation 14): each text's probabilities are moved to the shares
    so far, and their mean is the next ones, until no share moves by more than a millionth, or
    1,000 times. No share is below half a text; of no text, the shares are those assumed.

    >>> [round(share, 2) for share in estimate_prior(np.array([[1, 0]] * 3 + [[0, 1]]), (0.5, 0.5))]
    [0.75, 0.25]
    """
    texts = len(probabilities)
    shares = old = np.asarray(assumed, dtype=float)
    if not texts:
        return tuple(shares.tolist())
    ratios = np.asarray(probabilities, dtype=float) / old
    for _ in range(_STEPS):
        moved = ratios * shares
        before, shares = shares, (moved / moved.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(shares - before).max() <= _CLOSE:
            break
    shares = np.maximum(shares, 0.5 / texts)
    return tuple((shares / shares.sum()).tolist())


def parse_prior(given: Sequence[str]) -> Prior:
    """Return what `LABEL=SHARE` says, several of them with a comma between, or `estimate`.

    >>> parse_prior(["against=0.1,favor=0.05"])
    {'against': 0.1, 'favor': 0.05}
    """
    if list(given) == [ESTIMATE]:
        return ESTIMATE
    found: dict[str, float] = {}
    for text in given:
        parts = list(_PART.finditer(text))
        if "".join(part[0] for part in parts) != text or not parts or text.endswith(","):
            raise InputError(
                f"prior {text!r} is not understood; give LABEL=SHARE, such as mention=0.1, "
                "or estimate, alone"
            )
        for part in parts:
            label = part[1].strip()
            if label in found:
                raise InputError(f"prior {label!r} is given twice; give it once")
            found[label] = _share(label, part[2])
    return found


def refuse_both(high_precision: bool, prior: Prior) -> None:
    """Raise InputError where both a prior and high precision, which is one, are asked for."""
    if high_precision and prior:
        raise InputError("precision 'high' is a lower prior; give --precision or --prior, not both")


def with_stated(models: Sequence[Model], prior: Mapping[str, float]) -> list[Model]:
    """Return the models, those that have the labels named at these shares of them.

    What is not named shares the rest as the model's own prior has it. Raises InputError for a
    label that no model has or several have, for a model that states no prior, and for shares
    that cannot be.
    """
    stated: list[dict[str, float]] = [{} for _ in models]
    for label, share in prior.items():
        having = [n for n, model in enumerate(models) if label in model.scheme.label_names]
        if not having:
            names = [name for model in models for name in model.scheme.label_names]
            raise InputError(f"prior: no model has a label {label!r}; {choices(label, names)}")
        if len(having) > 1:
            schemes = ", ".join(models[n].scheme.name for n in having)
            raise InputError(f"prior: label {label!r} is one of {schemes}; choose one with --model")
        stated[having[0]][label] = share
    return [
        with_prior(model, _whole(model, own)) if own else model
        for model, own in zip(models, stated, strict=True)
    ]


def with_high_precision(models: Sequence[Model]) -> list[Model]:
    """Return the models with a quarter of the prior for each label but the commonest.

    Rare labels are then given to fewer articles, and are right more often. A model that states no
    prior stays as it is. Raises InputError where no model states a prior.
    """
    if all(model.decision.prior is None for model in models):
        raise InputError(
            "precision 'high' needs a model that states a prior; use --abstain for these"
        )
    return [
        model if model.decision.prior is None else with_prior(model, _sparing(assumed_by(model)))
        for model in models
    ]


def with_prior(model: Model, shares: Sequence[float]) -> Model:
    """Return the model for material in which its labels have these shares.

    Raises InputError for a model that does not state which shares it assumes.
    """
    assumed_by(model)
    return replace(model, decision=model.decision.with_prior(shares))


def assumed_by(model: Model) -> tuple[float, ...]:
    """Return the shares that a model assumes; raises InputError where it states none."""
    prior = model.decision.prior
    if prior is None:
        raise InputError(
            f"the model of scheme {model.scheme.name!r} states no prior, so that it cannot be "
            "moved to another; leave it out with --model, or train it by a scheme with a prior"
        )
    return tuple(float(share) for share in prior)


def told(model: Model) -> str:
    """Return the shares that a model assumes, for a person.

    They are rounded to three places, or more where they are small.
    """
    names, shares = model.scheme.label_names, assumed_by(model)
    return ", ".join(f"{name} {share:.3g}" for name, share in zip(names, shares, strict=True))


def _sparing(shares: Sequence[float]) -> tuple[float, ...]:
    """Return a part of each share, and for the greatest what is then left."""
    common = max(range(len(shares)), key=shares.__getitem__)
    others = [0 if label == common else _SPARING * share for label, share in enumerate(shares)]
    return tuple(1 - sum(others) if label == common else one for label, one in enumerate(others))


def _share(label: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(
            f"prior {label!r}: {text!r} is no number; give a share, such as 0.1"
        ) from None


def _whole(model: Model, stated: Mapping[str, float]) -> tuple[float, ...]:
    """Return the share of each label, those stated among them."""
    names = model.scheme.label_names
    assumed = dict(zip(names, assumed_by(model), strict=True))
    others = sum(share for name, share in assumed.items() if name not in stated)
    rest = 1 - sum(stated.values())
    all_stated = len(stated) == len(names)
    possible = abs(rest) <= _ROUNDING if all_stated else rest > 0
    if not (possible and all(share > 0 for share in stated.values())):
        given = ", ".join(f"{name}={share:g}" for name, share in stated.items())
        raise InputError(
            f"prior {given}: shares must be above 0, and those of scheme {model.scheme.name!r} "
            "must add up to 1, with something left for each label that is not named"
        )
    return tuple(
        stated[name] if name in stated else rest * assumed[name] / others for name in names
    )
