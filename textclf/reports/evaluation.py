"""Text and tables of an evaluation, with baselines beside it and doubtful labels marked."""

from collections.abc import Sequence

from textclf.errors import counted
from textclf.evaluation.bootstrap import Interval
from textclf.evaluation.label_evaluation import Evaluation, LabelFigures
from textclf.reports.tables import table

NAMES = {
    "macro_f1": "macro-F1",
    "micro_f1": "micro-F1",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "kappa": "Cohen's kappa",
    "example_f1": "example-F1",
    "brier_score": "Brier score",
    "calibration_error": "calibration error",
}
_COMPARED = ("macro_f1", "accuracy", "kappa")
COLUMNS = ("system", "figure", "label", "value", "low", "high", "texts")


def evaluation_report(found: Evaluation) -> str:
    """Return the figures of an evaluation with their 95% intervals."""
    overall = [[NAMES[name], shown(one)] for name, one in found.figures.items()]
    answered = f"{counted(found.texts, 'text')}, {found.answered:.1%} with an answer"
    parts = [answered, table(overall, ["", "value and 95% interval"]), "", _labels(found.labels)]
    if doubtful := doubts(found):
        parts += ["", *doubtful]
    if found.baselines:
        systems = {"model": found.figures, **found.baselines}
        rows = [[name, *(shown(of[one]) for one in _COMPARED)] for name, of in systems.items()]
        parts += ["", table(rows, ["", *(NAMES[one] for one in _COMPARED)]), *_beaten(found)]
    return "\n".join(parts)


def shown(one: Interval | None) -> str:
    """Return a figure with its interval, or that it is undefined."""
    return "undefined" if one is None else str(one)


def _labels(labels: Sequence[LabelFigures]) -> str:
    ranked = any(one.average_precision for one in labels)
    rows = [
        [
            one.label,
            *map(shown, (one.precision, one.recall, one.f1)),
            *([shown(one.average_precision)] if ranked else ()),
            one.support,
            "do not trust" if one.needed else "",
        ]
        for one in labels
        if one.f1
    ]
    average = ["average precision"] if ranked else []
    return table(rows, ["label", "precision", "recall", "F1", *average, "texts", ""])


def doubts(found: Evaluation) -> list[str]:
    """Return a warning for each label with too few texts, and one for the labels without any."""
    lines = [_doubt(one, one.f1) for one in found.labels if one.needed and one.f1]
    absent = [one.label for one in found.labels if one.f1 is None]
    if absent:
        lines.append(f"nothing is measured of labels that do not occur: {', '.join(absent)}")
    return lines


def _doubt(one: LabelFigures, f1: Interval) -> str:
    texts = "text has" if one.support == 1 else "texts have"
    return (
        f"do not trust {one.label}: {one.support} {texts} it, "
        f"and F1 may be {f1.low:.2f} to {f1.high:.2f}; code texts until about {one.needed} have it"
    )


def _beaten(found: Evaluation) -> list[str]:
    """Return a warning for each baseline that is better than the model."""
    lines = []
    for name, figures in found.baselines.items():
        better = [
            NAMES[one]
            for one in _COMPARED
            if (base := figures[one]) and (own := found.figures[one]) and base.value > own.value
        ]
        if better:
            lines.append(f"warning: the baseline {name!r} has a higher {' and '.join(better)}")
    return lines
