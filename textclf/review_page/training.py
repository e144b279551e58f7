"""Training a model on the answers, and its scores beside those of the bundled model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textclf.classifier.loading import load
from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.given_answers import RANDOM
from textclf.corpus.records import Corpus
from textclf.corpus.term_lists import bundled_terms
from textclf.model.card import SystemMetrics


def is_bundled(scheme: Scheme) -> bool:
    """Return whether a scheme is a bundled one, so that its corpus and model can be used."""
    return scheme.name in bundled_schemes() and find_scheme(scheme.name).digest == scheme.digest


def train_on_answers(scheme: Scheme) -> Callable[[tuple[Path, Path]], dict[str, Any]]:
    """Return a function that trains on a file of answers; this runs in a process of its own.

    It writes the model to the second of two paths, and returns the scores for the page. They are
    measured on the random part of the answers if it has 20 or more, else on all of them, and never
    on a text that the model was trained on.
    """
    # The server itself does not wait for these.
    from textclf.evaluation.model_evaluation import evaluate_model  # noqa: PLC0415
    from textclf.model.store import write_model  # noqa: PLC0415
    from textclf.training.train import train  # noqa: PLC0415
    from textclf.training.train_on_base import FEWEST, train_on_base  # noqa: PLC0415

    def work(paths: tuple[Path, Path]) -> dict[str, Any]:
        answers, output = paths
        own = Corpus.read([answers]).labelled(scheme)
        drawn = [one for one in own.records if one.answer and one.answer.order == RANDOM]
        based = is_bundled(scheme) and scheme.kind == "single"
        if based:
            model = train_on_base(
                own,
                Corpus.read(),
                scheme,
                terms=bundled_terms(scheme),
                random_sample=len(drawn) == len(own),
            )
        else:
            model = train(own, scheme)
        write_model(model, output)
        measured = model.card.cross_validation
        scores = [
            _row("your model", measured.model),
            _row("always the commonest", measured.majority),
        ]
        on_random = based and len(drawn) >= FEWEST
        if based:
            texts = Corpus(tuple(drawn)) if on_random else own
            bundled = evaluate_model(load(scheme.name), texts)
            scores.insert(1, _row("bundled model", SystemMetrics.from_dict(bundled.as_dict())))
        return {
            "output": str(output),
            "texts": measured.model.texts,
            "answers": len(own),
            "random": on_random,
            "scores": scores,
            "labels": [
                {"label": label, "f1": f"{one.f1:.2f}", "support": one.support}
                for label, one in measured.model.labels.items()
                if one.support
            ],
        }

    return work


def _row(name: str, found: SystemMetrics) -> dict[str, Any]:
    return {
        "name": name,
        **{
            figure: [f"{number:.2f}" for number in getattr(found, figure)]
            for figure in ("accuracy", "macro_f1")
        },
    }
