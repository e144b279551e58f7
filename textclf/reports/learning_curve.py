"""Text and tidy table of a learning curve."""

from textclf.reports.tables import table
from textclf.training.learning_curve import LearningCurve

COLUMNS = ("of", "texts", "value", "low", "high", "kind")
_MORE = 100
"""Texts whose worth is told."""


def curve_report(found: LearningCurve) -> str:
    """Return the measured scores, and what more texts are worth."""
    rows = [[f"{one.texts:,}", str(one.macro_f1)] for one in found.points]
    last = found.points[-1]
    worth = [
        ["any", last.texts, str(found.macro_f1.gain(last.texts, _MORE)), "macro-F1"],
        *(
            [name, last.f1[name][0], str(law.gain(last.f1[name][0], _MORE)), "F1"]
            for name, law in found.labels.items()
            if name in last.f1
        ),
    ]
    ceiling = found.macro_f1.score(1e9)
    return "\n".join(
        [
            table(rows, ["texts", "macro-F1 out of fold and 95% interval"]),
            "",
            f"{_MORE} more texts of a label are worth about:",
            table(worth, ["label", "texts now", "gain and 95% band", "of"]),
            "",
            f"the fitted curve levels off at a macro-F1 of {ceiling}",
        ]
    )


def curve_rows(found: LearningCurve) -> list[tuple[object, ...]]:
    """Return measured scores and the fitted curve as a tidy table."""
    measured = [
        *(("macro_f1", one.texts, one.macro_f1, "measured") for one in found.points),
        *(
            (name, texts, f1, "measured")
            for one in found.points
            for name, (texts, f1) in one.f1.items()
        ),
    ]
    last = found.points[-1].texts
    fitted = [
        ("macro_f1", texts, found.macro_f1.score(texts), "fitted")
        for texts in (*(one.texts for one in found.points), 2 * last, 4 * last)
    ]
    return [
        (of, texts, one.value, one.low, one.high, kind)
        for of, texts, one, kind in (*measured, *fitted)
    ]
