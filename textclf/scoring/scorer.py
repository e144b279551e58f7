"""Which engine scores, and why: the compiled one where it can be had, else numpy.

$TEXTCLF_ENGINE can ask for one of them: `kernel`, `portable` (the kernel without the special
instructions of this processor) or `numpy`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textclf.errors import InputError
from textclf.scoring.native_scorer import KernelEngine, instructions, obstacle
from textclf.scoring.weights import LinearForm

if TYPE_CHECKING:
    from textclf.scoring.numpy_scorer import NumpyEngine

VARIABLE = "TEXTCLF_ENGINE"
_NAMES = ("kernel", "portable", "numpy")


class Choice(NamedTuple):
    """An engine and the reason why it was chosen."""

    name: str
    """`kernel`, `portable` or `numpy`."""
    reason: str
    asked: bool = False
    """Whether $TEXTCLF_ENGINE asks for it: then no other will do."""


def choice() -> Choice:
    """Return which engine scores here; raises InputError where one is asked for in vain."""
    asked, missing = os.environ.get(VARIABLE, ""), obstacle()
    if asked and asked not in _NAMES:
        raise InputError(f"${VARIABLE}: there is no engine {asked!r}; use {', '.join(_NAMES)}")
    if asked in {"kernel", "portable"} and missing:
        raise InputError(f"${VARIABLE}: the compiled engine cannot be had: {missing}")
    if asked:
        return Choice(asked, f"${VARIABLE} asks for it", asked=True)
    if missing:
        return Choice("numpy", f"the compiled engine cannot be had: {missing}")
    return Choice("kernel", f"it was built; this processor runs it with {instructions()}")


def make_engine(forms: Sequence[LinearForm]) -> NumpyEngine | KernelEngine:
    """Return the engine that scores these forms fastest here.

    Forms that the compiled engine cannot take go to numpy's. Raises InputError where
    $TEXTCLF_ENGINE asks for what cannot be had.
    """
    chosen = choice()
    if chosen.name != "numpy":
        try:
            return KernelEngine(forms, portable=chosen.name == "portable")
        except InputError:
            if chosen.asked:
                raise
    from textclf.scoring.numpy_scorer import NumpyEngine  # noqa: PLC0415 - start-up time

    return NumpyEngine(forms)
