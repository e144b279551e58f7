"""How well one command does on labelled news sets, beside scikit-learn and published figures.

    python benchmarks/scoreboard.py DIR [--eval test|dev] [SET ...]

DIR holds a folder for each set with train.jsonl and the splits to score on; a row has `text`,
`labels` (an integer, a string, or a list of 0 and 1) and perhaps `target`: each target gets a
model of its own. A set without the split is scored on dev, or left out, and it says so.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from textclf.artifact import load
from textclf.corpus import Columns, Corpus, read_labelled
from textclf.reports import table
from textclf.scheme import Scheme
from textclf.training import train_file

Answers = list[tuple[str, ...]]
COLUMNS = Columns("labels")
DRAWS = 1000


@dataclass(frozen=True)
class Known:
    """What is known of a set: its measure, the best published figure, and our goal."""

    measure: str
    published: float
    goal: float


SETS = {
    "BBC_News": Known("f1 of 1", 98.1, 98),
    "satp_relevant": Known("example-f1", 89.4, 88),
    "IndiaPoliceEvents_docs": Known("example-f1", 70.8, 74),
    "IndiaPoliceEvents_sents": Known("example-f1", 66.6, 67),
    "insightCrime": Known("example-f1", 69.6, 68),
    "R52_clean": Known("accuracy", 93.6, 95),
    "tweeteval_stance": Known("f1 of AGAINST and FAVOR", 71.2, 70),
}


def f1(truth: Answers, said: Answers, label: str) -> float:
    hits = sum((label,) == a == b for a, b in zip(truth, said, strict=True))
    return 2 * hits / max(1, truth.count((label,)) + said.count((label,)))


def measured(measure: str, truth: Answers, said: Answers) -> float:
    """Return a set's own measure, times 100."""
    if measure.startswith("f1 of "):
        return 100 * float(np.mean([f1(truth, said, x) for x in measure[6:].split(" and ")]))
    if measure == "accuracy":
        return 100 * float(np.mean([a == b for a, b in zip(truth, said, strict=True)]))
    pairs = [(set(a), set(b)) for a, b in zip(truth, said, strict=True) if a or b]
    return 100 * float(np.mean([2 * len(a & b) / (len(a) + len(b)) for a, b in pairs]))


def interval(measure: str, parts: Sequence[tuple[Answers, Answers]]) -> tuple[float, float]:
    """Return the bootstrap's 95% interval: the rows of each part are drawn anew."""
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(DRAWS):
        scores = []
        for truth, said in parts:
            rows = rng.integers(0, len(truth), len(truth))
            scores.append(measured(measure, [truth[i] for i in rows], [said[i] for i in rows]))
        drawn.append(np.mean(scores))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def ours(train: Path, model: Path, shown: Corpus, scheme: Scheme) -> tuple[Answers, float]:
    """Return what textclf answers, and the megabytes of its model."""
    train_file([str(train)], model, columns=COLUMNS)
    said = load(model).predict([record.text for record in shown.records])
    single = scheme.kind == "single"
    answers = [(one,) if single and one else one or () for one in said]
    return answers, model.stat().st_size / 1e6  # type: ignore[return-value]


def theirs(make: Callable[[], object], train: Path, shown: Corpus, scheme: Scheme) -> Answers:
    """Return what a scikit-learn classifier on TF-IDF answers."""
    learned, _ = read_labelled([str(train)], COLUMNS, scheme=scheme)
    answers = learned.answers(scheme)
    words = TfidfVectorizer() if make is LogisticRegression else TfidfVectorizer(ngram_range=(1, 2))
    texts = [record.text for record in learned.records]
    unseen = [record.text for record in shown.records]
    if scheme.kind == "single":
        model = make_pipeline(words, make()).fit(texts, [one[0] for one in answers])
        return [(str(one),) for one in model.predict(unseen)]
    rows = [[name in one for name in scheme.label_names] for one in answers]
    model = make_pipeline(words, OneVsRestClassifier(make())).fit(texts, np.array(rows, int))
    return [
        tuple(n for n, yes in zip(scheme.label_names, row, strict=True) if yes)
        for row in model.predict(unseen)
    ]


def parts_of(path: Path, folder: Path) -> dict[str, Path]:
    """Write the rows of each target into a file of its own; a set without targets is one."""
    rows: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        rows.setdefault(json.loads(line).get("target", ""), []).append(line)
    found = {}
    for number, target in enumerate(sorted(rows)):
        found[target] = folder / f"{path.stem}{number}.jsonl"
        found[target].write_text("\n".join(rows[target]) + "\n", "utf-8")
    return found


def row_of(folder: Path, split: str, name: str) -> list[object]:
    """Return the set's row of the table: ours with its interval, the others, cost and gap."""
    known = SETS[name]
    said: dict[str, list[tuple[Answers, Answers]]] = {"ours": [], "lr": [], "svc": []}
    seconds, size = 0.0, 0.0
    with tempfile.TemporaryDirectory() as scratch:
        train = parts_of(folder / "train.jsonl", Path(scratch))
        unseen = parts_of(folder / f"{split}.jsonl", Path(scratch))
        for target, path in train.items():
            _, scheme = read_labelled([str(path)], COLUMNS)
            shown, _ = read_labelled([str(unseen[target])], COLUMNS, scheme=scheme)
            truth = shown.answers(scheme)
            began = time.process_time()
            answers, megabytes = ours(path, Path(scratch) / "set.textclf", shown, scheme)
            seconds += time.process_time() - began
            size = max(size, megabytes)
            said["ours"].append((truth, answers))
            said["lr"].append((truth, theirs(LogisticRegression, path, shown, scheme)))
            said["svc"].append((truth, theirs(LinearSVC, path, shown, scheme)))
    scores = {
        who: float(np.mean([measured(known.measure, *part) for part in parts]))
        for who, parts in said.items()
    }
    low, high = interval(known.measure, said["ours"])
    return [
        *(name, split, round(scores["ours"], 1), f"{low:.1f}-{high:.1f}"),
        *(round(scores["lr"], 1), round(scores["svc"], 1), known.published),
        *(round(seconds), round(size, 1), round(scores["ours"] - known.goal, 1)),
    ]


HEAD = ["set", "split", "textclf", "95%", "default", "LinearSVC", "published"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--eval", default="test", choices=["test", "dev"])
    given = parser.parse_args()
    rows = []
    for name in given.sets:
        folder = given.folder / name
        split = next((s for s in (given.eval, "dev") if (folder / f"{s}.jsonl").exists()), None)
        if split is None:
            print(f"{name}: has no {given.eval}.jsonl to score on; left out", flush=True)
            continue
        if split != given.eval:
            print(f"{name}: has no {given.eval}.jsonl; scored on {split}", flush=True)
        rows.append(row_of(folder, split, name))
        print(table(rows, [*HEAD, "CPU s", "MB", "to goal"]), flush=True)


if __name__ == "__main__":
    main()
