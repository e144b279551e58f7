"""Chooses the scorer and says why: the native one, in C, if it is available, else NumPy.

$TEXTCLF_SCORER asks for one of them: `native`, `portable` (native without the special instructions
of this processor) or `numpy`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from textclf.errors import InputError
from textclf.scoring.native_scorer import NativeScorer, instructions, why_unavailable
from textclf.scoring.weights import Contribution, LinearWeights, Scores

if TYPE_CHECKING:
    from textclf.scoring.numpy_scorer import NumpyScorer

VARIABLE = "TEXTCLF_SCORER"
_NAMES = ("native", "portable", "numpy")


class Scorer(Protocol):
    """Scores texts under several sets of weights in one pass."""

    def score(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]] = (),
        spanned: Collection[int] = (),
    ) -> Sequence[Scores]:
        """Return for each set the scores of each text, and for those in `spanned` of its spans."""
        ...

    def contributions(
        self, text: str, weight_set: int, label: int, span: tuple[int, int], most: int | None = None
    ) -> Sequence[Contribution]:
        """Return what spans of terms inside a span add to a label's score: all, or the largest."""
        ...


ScorerMaker: TypeAlias = Callable[[Sequence[LinearWeights]], Scorer]
"""Makes the scorer of some weights: `NumpyScorer`, `NativeScorer` or `make_scorer`."""


class Choice(NamedTuple):
    """A scorer and the reason why it was chosen."""

    name: str
    """`native`, `portable` or `numpy`."""
    reason: str
    asked: bool = False
    """Whether $TEXTCLF_SCORER asks for it: then no other scorer is tried."""


def choice() -> Choice:
    """Return which scorer is used here; raises InputError if the one asked for is missing."""
    asked, missing = os.environ.get(VARIABLE, ""), why_unavailable()
    if asked and asked not in _NAMES:
        raise InputError(f"${VARIABLE}: there is no scorer {asked!r}; use {', '.join(_NAMES)}")
    if asked in {"native", "portable"} and missing:
        raise InputError(f"${VARIABLE}: the native scorer is not available: {missing}")
    if asked:
        return Choice(asked, f"${VARIABLE} asks for it", asked=True)
    if missing:
        return Choice("numpy", f"the native scorer is not available: {missing}")
    return Choice("native", f"it was built; this processor runs it with {instructions()}")


def make_scorer(weight_sets: Sequence[LinearWeights]) -> NumpyScorer | NativeScorer:
    """Return the scorer that is fastest here for these weights.

    NumPy scores weights that the native scorer cannot take. Raises InputError if $TEXTCLF_SCORER
    asks for a scorer that is not available.
    """
    chosen = choice()
    if chosen.name != "numpy":
        try:
            return NativeScorer(weight_sets, portable=chosen.name == "portable")
        except InputError:
            if chosen.asked:
                raise
    from textclf.scoring.numpy_scorer import NumpyScorer  # noqa: PLC0415 - start-up time

    return NumpyScorer(weight_sets)
