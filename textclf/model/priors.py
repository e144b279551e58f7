"""Priors (label shift): adapts models to texts in which labels have other shares.

The user states the shares, or `estimate_prior` estimates them from the probabilities of the texts
by expectation-maximization (EM).
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
"""The shares of some labels, or the word `estimate`."""

ESTIMATE: Literal["estimate"] = "estimate"
_PART = re.compile(r"([^=]+)=([^=,]+)(?:,|$)")
_STEPS = 1000
"""The largest number of steps of EM."""
_CLOSE = 1e-6
"""EM has converged if no share changes by more than this in a step."""
_ROUNDING = 1e-9
"""Stated shares of all labels add up to 1 within this."""
_HIGH_PRECISION = 0.25
"""High precision multiplies the share of each rare label by this; docs/learning.md has its effect
on a month of a daily.
"""


def estimate_prior(probabilities: Doubles, assumed: Sequence[float]) -> tuple[float, ...]:
    """Return the maximum-likelihood estimate of the shares of labels among texts.

    `probabilities`, shape (texts, labels), are calibrated for texts in which the labels have the
    shares `assumed`, shape (labels,). The algorithm is EM (Saerens, Latinne and Decaestecker
    2002, Neural Computation 14): it adapts the probabilities of each text to the current shares,
    and the mean of the adapted probabilities is the next estimate. No share is less than half a
    text; without texts, the result is `assumed`.

    >>> [round(share, 2) for share in estimate_prior(np.array([[1, 0]] * 3 + [[0, 1]]), (0.5, 0.5))]
    [0.75, 0.25]
    """
    texts = len(probabilities)
    shares = np.asarray(assumed, dtype=float)
    if not texts:
        return tuple(shares.tolist())
    # Proportional to the likelihood of each label, shape (texts, labels).
    ratios = np.asarray(probabilities, dtype=float) / shares
    for _ in range(_STEPS):
        adapted = ratios * shares  # E step
        before, shares = shares, (adapted / adapted.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(shares - before).max() <= _CLOSE:
            break
    shares = np.maximum(shares, 0.5 / texts)
    return tuple((shares / shares.sum()).tolist())


def parse_prior(given: Sequence[str]) -> Prior:
    """Return the shares of `LABEL=SHARE` texts, which may be joined by commas, or `estimate`.

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
    """Raise InputError if both high precision, which is a prior, and a prior are given."""
    if high_precision and prior:
        raise InputError("precision 'high' is a lower prior; give --precision or --prior, not both")


def with_stated(models: Sequence[Model], prior: Mapping[str, float]) -> list[Model]:
    """Return the models, adapted to the stated shares of labels.

    In each model, the labels that are not named share the rest in the ratio of the model's prior.
    Raises InputError for a label that no model has or several models have, for a model without a
    prior, and for impossible shares.
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
        with_prior(model, _completed(model, own)) if own else model
        for model, own in zip(models, stated, strict=True)
    ]


def with_high_precision(models: Sequence[Model]) -> list[Model]:
    """Return the models with a quarter of the prior for each label except the commonest.

    Rare labels are then given to fewer articles, and are right more often. A model without a
    prior stays as it is. Raises InputError if no model has a prior.
    """
    if all(model.decision.prior is None for model in models):
        raise InputError(
            "precision 'high' needs a model that states a prior; use --abstain for these models"
        )
    return [
        model if model.decision.prior is None else with_prior(model, _lowered(assumed_by(model)))
        for model in models
    ]


def with_prior(model: Model, shares: Sequence[float]) -> Model:
    """Return the model, adapted to texts in which its labels have these shares.

    Raises InputError for a model without a prior.
    """
    assumed_by(model)
    return replace(model, decision=model.decision.with_prior(shares))


def assumed_by(model: Model) -> tuple[float, ...]:
    """Return the shares of labels that a model assumes; raises InputError if it has no prior."""
    prior = model.decision.prior
    if prior is None:
        raise InputError(
            f"the model of scheme {model.scheme.name!r} states no prior, so that it cannot be "
            "adapted to another; choose others with --model, or train it by a scheme with a prior"
        )
    return tuple(float(share) for share in prior)


def stated_prior(model: Model) -> dict[str, float]:
    """Return the share of each label that a model assumes; empty if it states no prior."""
    shares = () if model.decision.prior is None else assumed_by(model)
    return dict(zip(model.scheme.label_names, shares, strict=False))


def prior_text(model: Model) -> str:
    """Return the shares that a model assumes as text, with three significant digits."""
    names, shares = model.scheme.label_names, assumed_by(model)
    return ", ".join(f"{name} {share:.3g}" for name, share in zip(names, shares, strict=True))


def _lowered(shares: Sequence[float]) -> tuple[float, ...]:
    """Return the shares of high precision: a part of each, and the rest for the greatest."""
    lowered = [_HIGH_PRECISION * share for share in shares]
    common = shares.index(max(shares))
    lowered[common] = 0.0
    lowered[common] = 1 - sum(lowered)
    return tuple(lowered)


def _share(label: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(
            f"prior {label!r}: {text!r} is no number; give a share, such as 0.1"
        ) from None


def _completed(model: Model, stated: Mapping[str, float]) -> tuple[float, ...]:
    """Return the share of each label: the stated ones, and the others in their old ratio."""
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
