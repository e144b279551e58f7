"""Measures whether `review --order teach` needs fewer answers than a random order.

    python benchmarks/review_order.py labelled.jsonl --scheme topic
    python benchmarks/review_order.py corpus/*.jsonl --scheme stance --no-model

The labels of a file of JSON lines stand in for a coder. In each run, 30% of the articles are put
aside to measure on; the coder answers the others, in a random order and in the order `teach`. The
learner of the review page is trained after each 20 answers. Printed is its macro-F1 on the
articles put aside: mean and standard deviation over the runs. `--no-model` keeps the bundled model
from the learner, as for a codebook of one's own.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from textclf.classifier.classifier import Classifier
from textclf.classifier.loading import load
from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import find_scheme
from textclf.corpus.labelled_tables import Columns, read_labelled
from textclf.corpus.records import Corpus
from textclf.review_page.learner import RETRAIN_EVERY, Learner
from textclf.review_page.order import RANDOM_EVERY, teach_order

PUT_ASIDE = 0.3


class Simulation:
    """A learner, all articles, and their true labels."""

    def __init__(
        self,
        texts: list[str],
        labels: list[str],
        scheme: Scheme,
        classifier: Classifier | None,
    ) -> None:
        self.learner = Learner(scheme, texts, classifier)
        self.answers = [(label,) for label in labels]
        self.truth = np.array([scheme.index(label) for label in labels])

    def curve(self, order: str, most: int, seed: int) -> list[float]:
        """Return the macro-F1 after each 20 answers of one run.

        Behind them is the number of answers with the rarest label.
        """
        rng = np.random.default_rng(seed)
        shuffled = rng.permutation(len(self.truth))
        aside = shuffled[: int(PUT_ASIDE * len(shuffled))]
        waiting = shuffled[len(aside) :].tolist()
        answered: list[int] = []
        scores = []
        chosen: list[int] = []
        while len(answered) < most and waiting:
            for number in range(RETRAIN_EVERY):
                taught = order == "teach" and number % RANDOM_EVERY and chosen
                row = chosen.pop(0) if taught else waiting[0]
                waiting.remove(row)
                chosen = [one for one in chosen if one != row]
                answered.append(row)
                if not waiting:
                    break
            found = self.learner.fit_candidates(answered, [self.answers[one] for one in answered])
            if found is None:
                scores.append(0.0)
                continue
            probs, counts = found
            scores.append(self.score(probs, aside))
            if order == "teach" and waiting:
                rows = np.array(waiting)
                vectors = self.learner.vectors[rows]
                picked = teach_order(probs[rows], vectors, counts, 2 * RETRAIN_EVERY)
                chosen = rows[picked].tolist()
        rarest = np.bincount(self.truth).argmin()
        return [*scores, int((self.truth[answered] == rarest).sum())]

    def score(self, probs: NDArray[np.float64], rows: NDArray[np.intp]) -> float:
        truth = self.truth[rows]
        return float(
            f1_score(truth, probs[rows].argmax(axis=1), labels=np.unique(truth), average="macro")
        )


def read(paths: list[str], scheme: Scheme) -> tuple[list[str], list[str]]:
    """Return texts and labels of corpus records, or of a table with a column of labels."""
    with Path(paths[0]).open(encoding="utf-8") as file:
        first = json.loads(file.readline())
    if "labels" in first:
        records = Corpus.read(paths).labelled(scheme).records
    else:
        column = scheme.name if scheme.name in first else "label"
        records = read_labelled(paths, Columns(column), scheme=scheme)[0].records
    return (
        [f"{one.title}\n\n{one.text}" if one.title else one.text for one in records],
        [one.labels[scheme.name][0] for one in records],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+")
    parser.add_argument("--scheme", required=True)
    parser.add_argument("--no-model", action="store_true")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--most", type=int, default=200)
    options = parser.parse_args()
    scheme = find_scheme(options.scheme)
    texts, labels = read(options.data, scheme)
    simulation = Simulation(
        texts, labels, scheme, None if options.no_model else load(options.scheme)
    )
    curves = {
        order: np.array(
            [simulation.curve(order, options.most, seed) for seed in range(options.runs)]
        )
        for order in ("random", "teach")
    }
    print(f"{len(texts)} articles, {options.runs} runs; macro-F1, mean (standard deviation)")
    print("answers  random         teach          difference")
    for step in range(curves["random"].shape[1] - 1):
        shown = [f"{one[:, step].mean():.3f} ({one[:, step].std():.3f})" for one in curves.values()]
        paired = curves["teach"][:, step] - curves["random"][:, step]
        spread = f"{paired.mean():+.3f} ({paired.std():.3f})"
        print(f"{(step + 1) * RETRAIN_EVERY:>7}  {shown[0]:<13}  {shown[1]:<13}  {spread}")
    found = ", ".join(f"{order} {one[:, -1].mean():.1f}" for order, one in curves.items())
    print(f"answers with the rarest label: {found}")


if __name__ == "__main__":
    main()
