"""Measure models on a stream of articles, coded by hand in their natural mix.

    python benchmarks/news_stream.py STREAM.jsonl [--model NAME ...] [--prior LABEL=SHARE ...]

STREAM holds one article a line, with a field for each scheme that it is coded under; an article
without the field is left out for that scheme. For each label but the commonest: how many articles
get it, precision, recall, F1, and false alarms in 1,000 articles, with 95% intervals over
articles; for the scheme, accuracy and macro-F1 beside always giving the commonest label. A scheme
with a prior is measured at its own and at half and twice that, or at those given.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions, read_document
from textclf.io.input_documents import InputDocument
from textclf.io.read_inputs import read_items
from textclf.model.model import Model
from textclf.model.store import find_model, read_model
from textclf.reports.tables import table
from textclf.scoring.scorer import make_scorer
from textclf.text.repeated_paragraphs import Repeated

RESAMPLES = 1000
Bools = NDArray[np.bool_]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("stream")
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--prior", action="append", default=[], metavar="LABEL=SHARE")
    given = parser.parse_args()
    items = [item for item in read_items([given.stream]) if not item.error]
    options = PredictOptions(evidence=0, repeated=Repeated.fit(item.text for item in items))
    for name in given.model or ["topic", "stance", "sectarian_violence"]:
        model = read_model(find_model(name))
        coded = [item for item in items if (item.row or {}).get(model.scheme.name)]
        if coded:
            for title, chosen in priors(model, given.prior):
                print(report(title, chosen, coded, options), end="\n\n")


def priors(model: Model, given: Sequence[str]) -> list[tuple[str, Model]]:
    """Return the model at its own prior and at others, each with its name."""
    scheme = model.scheme
    found = [(scheme.name, model)]
    asked = [[pair.rpartition("=")[::2] for pair in one.split(",")] for one in given]
    stated = [[(label, float(share)) for label, share in one] for one in asked]
    if not given:
        stated = [[(label, by * share) for label, share in scheme.prior] for by in (0.5, 2.0)]
    for one in stated if model.decision.prior is not None else ():
        if all(label in scheme.label_names for label, _ in one):
            name = ", ".join(f"{label} {share:g}" for label, share in one)
            decision = model.decision.with_prior(scheme.shares(one) or ())
            found.append((f"{scheme.name}, prior {name}", replace(model, decision=decision)))
    return found


def report(
    title: str, model: Model, items: Sequence[InputDocument], options: PredictOptions
) -> str:
    scheme = model.scheme
    multi_classifier = MultiClassifier([model], make_scorer)
    said = [
        multi_classifier.predict_documents(
            [read_document(item.text, item.title, options)], options
        )[0][0].label
        for item in items
    ]
    gold = [(item.row or {})[scheme.name] for item in items]
    common, often = Counter(gold).most_common(1)[0]
    right = np.array([one == other for one, other in zip(said, gold, strict=True)])
    macro = f1_score(gold, [one or "" for one in said], average="macro", labels=sorted(set(gold)))
    lines = [
        f"{title}: {len(items)} articles",
        f"accuracy {of(right, right | ~right)}, macro-F1 {macro:.3f}",
        f"always {common}: accuracy {often / len(gold):.3f}",
    ]
    rows = []
    for label in scheme.label_names if len(scheme.labels) <= 5 else ():  # noqa: PLR2004 - a screen
        if label != common:
            flagged = np.array([one == label for one in said])
            true = np.array([one == label for one in gold])
            rows.append([label, str(true.sum()), str(flagged.sum()), *measures(flagged, true)])
    head = ["label", "true", "flagged", "precision", "recall", "F1", "false alarms in 1,000"]
    return "\n".join([*lines, *([table(rows, head)] if rows else [])])


def measures(flagged: Bools, true: Bools) -> list[str]:
    hit = flagged & true
    every = np.ones(len(true), bool)
    return [
        of(hit, flagged),
        of(hit, true),
        with_interval(
            lambda rows: 2 * hit[rows].sum() / max(1, flagged[rows].sum() + true[rows].sum()),
            len(true),
        ),
        of(flagged & ~true, every, 1000),
    ]


def of(part: Bools, whole: Bools, times: int = 1) -> str:
    return with_interval(
        lambda rows: times * part[rows].sum() / max(1, whole[rows].sum()), len(part)
    )


def with_interval(measure: Callable[[NDArray[np.intp]], float], articles: int) -> str:
    chance = np.random.default_rng(0)
    drawn = [measure(chance.integers(0, articles, articles)) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    digits = 1 if high > 1 else 3
    value = measure(np.arange(articles))
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


if __name__ == "__main__":
    main()
