"""Least values that figures must reach, such as `macro_f1=0.7`."""

from collections.abc import Iterable
from math import isfinite, nan
from typing import NamedTuple

from textclf.errors import InputError, choices
from textclf.evaluation.bootstrap import Interval
from textclf.evaluation.label_evaluation import Evaluation


class Threshold(NamedTuple):
    """The least value of a figure."""

    figure: str
    """A figure of all labels, or that of one, such as `war.recall`."""
    least: float

    @classmethod
    def parse(cls, text: str) -> "Threshold":
        """Return the threshold of a text such as `kappa=0.7`; a number alone is for macro-F1.

        >>> Threshold.parse("0.7")
        Threshold(figure='macro_f1', least=0.7)
        """
        figure, _, number = text.rpartition("=")
        try:
            least = float(number)
        except ValueError:
            least = nan
        if not isfinite(least):
            raise InputError(f"--fail-under {text!r} is not FIGURE=NUMBER, such as macro_f1=0.7")
        return cls(figure.strip() or "macro_f1", least)


def missed(evaluation: Evaluation, thresholds: Iterable[Threshold]) -> list[str]:
    """Return a line for each threshold that is not reached; an undefined figure reaches none.

    Raises InputError for a figure that there is not.
    """
    known: dict[str, Interval | None] = dict(evaluation.figures)
    for one in evaluation.labels:
        for name in ("precision", "recall", "f1", "average_precision"):
            known[f"{one.label}.{name}"] = getattr(one, name)
    lines = []
    for figure, least in thresholds:
        if figure not in known:
            raise InputError(
                f"--fail-under {figure}: there is no such figure; {choices(figure, known)}"
            )
        value = known[figure]
        if value is None:
            lines.append(f"{figure} is undefined, and must be {least}")
        elif value.value < least:
            lines.append(f"{figure} {value.value:.3f} is under {least}")
    return lines
