"""Text reports: scores of an evaluation, model cards, and models."""

from collections.abc import Sequence
from pathlib import Path

from textclf.codebook.scheme import Scheme
from textclf.model.card import CoverageLevel, CrossValidation, ModelCard, SystemMetrics, TrainedOn
from textclf.model.model import Model
from textclf.model.priors import prior_text
from textclf.reports.tables import table


def training_report(card: ModelCard) -> str:
    """Return the cross-validated scores of a model card, beside those of the baselines."""
    measured, trained = card.cross_validation, card.trained_on
    systems = {
        "model": measured.model,
        "keywords": measured.keywords,
        "majority": measured.majority,
    }
    rows = [
        [name, one.macro_f1.value, one.accuracy.value, one.example_f1.value]
        for name, one in systems.items()
    ]
    error = measured.calibration_error
    return "\n".join(
        [
            f"{trained.texts} texts, {trained.groups} groups, {trained.terms} terms",
            "",
            f"out of fold, {_measured_on(trained)}:",
            table(rows, ["", "macro-F1", "accuracy", "example-F1"]),
            *_exceeded(measured),
            "",
            _scores(measured.model),
            f"calibration error {error.value:.3f} [{error.low:.3f}, {error.high:.3f}]",
            "",
            "where only the surest are answered:",
            _coverage(measured.coverage),
        ]
    )


def _exceeded(measured: CrossValidation) -> list[str]:
    """Return a warning for each baseline that scores higher than the model."""
    return [
        f"warning: the {name} baseline is better than the model: {score} {other:.3f} against "
        f"{own:.3f}; label more texts, or use the baseline"
        for name, baseline in (("keyword", measured.keywords), ("majority", measured.majority))
        for score, other, own in (
            ("macro-F1", baseline.macro_f1.value, measured.model.macro_f1.value),
            ("accuracy", baseline.accuracy.value, measured.model.accuracy.value),
        )
        if other > own
    ]


def _measured_on(trained: TrainedOn) -> str:
    if trained.measured_on == "own texts":
        texts = f"{trained.own_texts} own texts alone, of weight {trained.own_weight}"
        if trained.own_measured is not None:
            texts = f"{trained.own_measured} texts, the random sample among {texts}"
        return f"{texts}, articles kept together"
    if trained.measured_on == "seed terms":
        return "held-out seed terms, no measure of articles"
    return "articles kept together"


def card_report(name: str, card: ModelCard, scheme: str) -> str:
    """Return a whole model card."""
    versions = ", ".join(f"{key} {value}" for key, value in card.versions.items())
    return "\n".join(
        [
            f"{name}: scheme {scheme}",
            training_report(card),
            f"corpus sha256 {card.trained_on.corpus_sha256[:16]}",
            f"terms sha256 {card.trained_on.terms_sha256[:16] or '-'}",
            f"trained with {versions}",
            card.use,
        ]
    )


def prior_report(model: Model) -> str:
    """Return the prior of a model and its source."""
    if model.decision.prior is None:
        return "prior: none is stated; labels are taken to be as frequent as in its training texts"
    source = model.card.prior_source or model.scheme.prior_source or "of its scheme"
    return f"prior: {prior_text(model)} ({source})"


def strongest_report(model: Model, most: int) -> str:
    """Return the strongest terms of each label of a model."""
    return "\n".join(
        f"{label}: {', '.join(model.strongest(label, most))}" for label in model.scheme.label_names
    )


def models_report(models: Sequence[tuple[Path, Model]]) -> str:
    """Return a line for each model: name, scheme, labels, out-of-fold macro-F1, file."""
    rows = [
        [
            path.stem,
            model.scheme.version_id,
            len(model.scheme.labels),
            model.card.cross_validation.model.macro_f1.value,
            str(path),
        ]
        for path, model in models
    ]
    return table(rows, ["model", "scheme", "labels", "macro-F1", "file"])


def rules_report(scheme: Scheme) -> str:
    """Return the rules of a multi-label scheme; empty if it has none."""
    rules = ["every text has a label"] if scheme.at_least_one else []
    rules += [f"{label} brings {' and '.join(others)}" for label, others in scheme.implies]
    return f"rules of scheme {scheme.name}: {'; '.join(rules)}\n" if rules else ""


_COVERED = (1.0, 0.95, 0.9, 0.8, 0.7, 0.5)


def _coverage(levels: Sequence[CoverageLevel]) -> str:
    shown = [
        [f"{one.answered:.0%}", one.abstain, "{:.3f} [{:.3f}, {:.3f}]".format(*one.right)]
        for one in levels
        if one.answered in _COVERED
    ]
    return table(shown, ["answered", "from", "all labels right"])


def _scores(scores: SystemMetrics) -> str:
    overall = "\n".join(
        f"{title:<12}{one.value:.3f}  95% interval [{one.low:.3f}, {one.high:.3f}]"
        for title, one in (
            ("macro-F1", scores.macro_f1),
            ("accuracy", scores.accuracy),
            ("example-F1", scores.example_f1),
        )
    )
    rows = [
        [label, one.precision, one.recall, one.f1, one.support]
        for label, one in scores.labels.items()
    ]
    answered = f"answered    {scores.answered:.1%} of {scores.texts} texts"
    return "\n".join(
        [overall, answered, "", table(rows, ["label", "precision", "recall", "F1", "texts"]), ""]
    )
