"""All that a model is, in memory: its scheme, its linear form, its decision and its card."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textclf.linear import Decision, LinearForm
from textclf.scheme import Scheme


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained model, wholly data: what a model file holds."""

    scheme: Scheme
    form: LinearForm
    decision: Decision
    card: Mapping[str, Any]
    """What it was trained on, how well it did out of fold, and what it may be used for."""
