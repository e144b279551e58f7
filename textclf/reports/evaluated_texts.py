"""The report of an evaluation, made of labels and predictions: scores by group, errors, terms."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textclf.classifier.loading import load_all
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.result_html import result_html
from textclf.corpus.records import Answer
from textclf.evaluation.label_evaluation import Evaluation, LabelFigures, evaluate_labels
from textclf.evaluation.model_evaluation import ModelPairs
from textclf.evaluation.table_evaluation import LabelPairs
from textclf.io.output_file import open_output
from textclf.reports.evaluation import NAMES, doubts, shown
from textclf.reports.evaluation_page import (
    EvaluationPage,
    GroupScore,
    ScoreTable,
    SureError,
    evaluation_figures,
    evaluation_page,
)
from textclf.reports.figures import write_figures

_ERRORS = 12
"""Errors that are shown."""
_TERMS = 12
"""Terms of each label that are shown."""
_GROUPS, _FEWEST = 25, 5
"""Groups that are shown, those of most texts, and the fewest texts of one."""


def page_of(
    pairs: LabelPairs,
    found: Evaluation,
    title: str,
    by: Sequence[str] = (),
    model: ModelPairs | None = None,
) -> EvaluationPage:
    """Return the page of an evaluation.

    `by` names columns of `pairs.others` whose values have scores of their own. With a `model`,
    the page shows its surest errors with their evidence and its strongest terms.
    """
    labels = tuple(one.label for one in found.labels)
    truth, given = _matrix(pairs.truth, labels), _matrix(pairs.answers, labels)
    stated = pairs.stated
    with_prob = None if stated is None else ~np.isnan(stated)
    return EvaluationPage(
        title=title,
        facts=tuple(_facts(found, model)),
        scores=ScoreTable(
            ("score", "value and 95% interval"),
            tuple((NAMES[name], shown(one)) for name, one in found.figures.items()),
        ),
        label_scores=_label_scores(found.labels),
        labels=labels,
        truth=truth,
        given=given,
        probs=None if pairs.probs is None or np.isnan(pairs.probs).any() else pairs.probs,
        stated=stated if with_prob is not None and with_prob.all() else None,
        weights=pairs.weights,
        warnings=tuple(doubts(found)),
        groups={column: _by_group(pairs, column, labels) for column in by},
        errors=tuple(_errors(pairs, model)),
        terms={}
        if model is None
        else {label: model.classifier.model.strongest(label, _TERMS) for label in labels},
    )


def write_report(
    pairs: LabelPairs,
    found: Evaluation,
    title: str,
    page_file: Path | None,
    figures_folder: Path | None,
    by: Sequence[str] = (),
    model: ModelPairs | None = None,
) -> list[Path]:
    """Write the page of an evaluation, its figures, or both, and return what was written.

    Raises InputError if matplotlib is not installed or a file cannot be written.
    """
    made = page_of(pairs, found, title, by, model)
    drawn = evaluation_figures(made)
    written = [] if figures_folder is None else [figures_folder]
    if figures_folder is not None:
        write_figures(drawn, figures_folder)
    if page_file is not None:
        with open_output(page_file, sys.stdout.buffer) as stream:
            stream.write(evaluation_page(made, drawn).encode("utf-8", "backslashreplace"))
        written.append(page_file)
    return written


def _facts(found: Evaluation, model: ModelPairs | None) -> Iterator[tuple[str, str]]:
    if model is not None:
        yield "model", model.classifier.model.name_and_digest
        yield "scheme", str(model.classifier.scheme.version_id)
    yield "texts", f"{found.texts:,}"
    yield "with an answer", f"{found.answered:.1%}"


def _label_scores(labels: Sequence[LabelFigures]) -> ScoreTable:
    rows = (
        (
            one.label,
            *(shown(value) for value in (one.precision, one.recall, one.f1)),
            str(one.support),
            "do not trust" if one.needed else "",
        )
        for one in labels
    )
    return ScoreTable(("label", "precision", "recall", "F1", "texts", ""), tuple(rows))


def _by_group(pairs: LabelPairs, column: str, labels: Sequence[str]) -> list[GroupScore]:
    """Return the accuracy for each value of a column, in the order of the values."""
    values = ["" if one is None else str(one) for one in pairs.others[column]]
    counts = Counter(values)
    names = [name for name, count in counts.most_common(_GROUPS) if count >= _FEWEST]
    scores = []
    for name in sorted(names):
        rows = [row for row, value in enumerate(values) if value == name]
        figures = evaluate_labels(
            [pairs.truth[row] for row in rows],
            [pairs.answers[row] for row in rows],
            labels,
            weights=None if pairs.weights is None else pairs.weights[rows],
            groups=None if pairs.groups is None else [pairs.groups[row] for row in rows],
        ).figures
        if accuracy := figures["accuracy"]:
            shown_name = f"{name or 'no value'} ({len(rows)})"
            scores.append(GroupScore(shown_name, accuracy.value, accuracy.low, accuracy.high))
    return scores


def _errors(pairs: LabelPairs, model: ModelPairs | None) -> Iterator[SureError]:
    """Yield the errors of the highest probability, with evidence where there is a model."""
    if pairs.stated is None:
        return
    wrong = [
        row
        for row, (true, given) in enumerate(zip(pairs.truth, pairs.answers, strict=True))
        if given is not None and set(true) != set(given) and not np.isnan(pairs.stated[row])
    ]
    surest = sorted(wrong, key=lambda row: (-float(pairs.stated[row]), row))[:_ERRORS]  # type: ignore[index]
    multi = None if model is None else load_all([model.name])
    for row in surest:
        html = ""
        if multi is not None and model is not None:
            record = model.corpus.records[row]
            result, _ = multi.explained(
                record.text, record.id, PredictOptions(), title=record.title
            )
            html = result_html(result)
        yield SureError(
            pairs.ids[row],
            _spelled(pairs.truth[row]),
            _spelled(pairs.answers[row] or ()),
            float(pairs.stated[row]),
            html,
        )


def _spelled(answer: Answer) -> str:
    return ", ".join(answer) or "no label"


def _matrix(answers: Sequence[Answer | None], labels: Sequence[str]) -> NDArray[np.bool_]:
    """Return which label each answer has, shape (texts, labels)."""
    return np.array([[label in (one or ()) for label in labels] for one in answers], bool)
