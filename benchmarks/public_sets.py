"""How well one command does on labelled news sets, beside scikit-learn and published figures.

    python benchmarks/public_sets.py DIR [SET ...] [--eval test|dev|oof]

Scored are the sets named, else all that are in DIR: a folder for each, with train.jsonl and the
splits to score on; a row has `text`, `labels` (an integer, a string, or a list of 0 and 1) and
perhaps `target`: each target gets a model of its own. `oof` scores each fifth of the training rows
by models of the other four, near-duplicates kept together. A set without the split is scored on
dev, else out of fold, and it says so. fastText has a column where it is installed
(`pip install fasttext-wheel`).
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from common.other_learners import COLUMNS, Answers, fasttext, fasttext_answers, recipe, theirs
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from textclf.classifier.loading import load
from textclf.codebook.scheme import Scheme
from textclf.corpus.labelled_tables import read_labelled
from textclf.corpus.near_duplicates import group_near_duplicates
from textclf.corpus.records import Corpus
from textclf.reports.tables import table
from textclf.training.train import train_file

DRAWS = 1000
FIFTHS = 5


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


@dataclass(frozen=True)
class Part:
    """What is trained on and what is scored; the parts of one target are scored as one."""

    target: str
    whole: Path
    """All rows of the target: a rare label may be in no row that is trained on."""
    train: Path
    unseen: Path


def parts_of(folder: Path, split: str, scratch: Path) -> list[Part]:
    """Return the parts of a set, their rows in files of their own."""
    train = by_target(folder / "train.jsonl")
    if split != "oof":
        unseen = by_target(folder / f"{split}.jsonl")
        pairs = [(target, train[target], unseen[target]) for target in sorted(train)]
    else:
        pairs = []
        for target in sorted(train):
            rows = train[target]
            texts = [json.loads(row)["text"] for row in rows]
            related = group_near_duplicates(texts, [str(number) for number in range(len(rows))])
            groups = related.groups
            folds = GroupKFold(FIFTHS, shuffle=True, random_state=0).split(rows, groups=groups)
            pairs += [
                (target, [rows[i] for i in related.drop_leaking(a, b)], [rows[i] for i in b])
                for a, b in folds
            ]
    whole = {
        target: written(rows, scratch / f"whole{n}")
        for n, (target, rows) in enumerate(train.items())
    }
    return [
        Part(
            target,
            whole[target],
            written(seen, scratch / f"train{n}"),
            written(unseen, scratch / f"unseen{n}"),
        )
        for n, (target, seen, unseen) in enumerate(pairs)
    ]


def by_target(path: Path) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        rows.setdefault(json.loads(line).get("target", ""), []).append(line)
    return rows


def written(rows: Sequence[str], path: Path) -> Path:
    path = path.with_suffix(".jsonl")
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def row_of(folder: Path, split: str, name: str) -> list[object]:
    """Return the set's row of the table: ours with its interval, the others, cost and gap."""
    known = SETS[name]
    truth: dict[str, Answers] = {}
    said: dict[str, dict[str, Answers]] = {"ours": {}, **{who: {} for who in OTHERS}}
    seconds, size, trained = 0.0, 0.0, 0
    with tempfile.TemporaryDirectory() as scratch:
        for part in parts_of(folder, split, Path(scratch)):
            _, scheme = read_labelled([str(part.whole)], COLUMNS)
            shown, _ = read_labelled([str(part.unseen)], COLUMNS, scheme=scheme)
            truth.setdefault(part.target, []).extend(shown.answers(scheme))
            began = time.process_time()
            answers, megabytes = ours(part.train, Path(scratch) / "set.textclf", shown, scheme)
            seconds += time.process_time() - began
            trained += 1
            size = max(size, megabytes)
            said["ours"].setdefault(part.target, []).extend(answers)
            for who, answer in OTHERS.items():
                said[who].setdefault(part.target, []).extend(answer(part.train, shown, scheme))
    scores = {
        who: float(np.mean([measured(known.measure, truth[t], found[t]) for t in truth]))
        for who, found in said.items()
    }
    low, high = interval(known.measure, [(truth[t], said["ours"][t]) for t in truth])
    models = trained if split == "oof" else 1
    return [
        *(name, split, round(scores["ours"], 1), f"{low:.1f}-{high:.1f}"),
        *(round(scores[who], 1) for who in OTHERS),
        *(known.published, round(seconds / models), round(size, 1)),
        round(scores["ours"] - known.goal, 1),
    ]


OTHERS: dict[str, Callable[[Path, Corpus, Scheme], Answers]] = {
    "default": partial(theirs, LogisticRegression),
    "LinearSVC": partial(theirs, LinearSVC),
    "recipe": recipe,
    **({"fastText": fasttext_answers} if fasttext else {}),
}
HEAD = ["set", "split", "textclf", "95%", *OTHERS, "published", "CPU s", "MB", "to goal"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(SETS)}")
    parser.add_argument("--eval", default="test", choices=["test", "dev", "oof"])
    given = parser.parse_intermixed_args()
    there = [name for name in SETS if (given.folder / name / "train.jsonl").exists()]
    if missing := [name for name in given.sets if name not in there]:
        parser.error(f"{given.folder}/{missing[0]}/train.jsonl is not a set that is known here")
    if not there:
        parser.error(f"{given.folder} holds no folder of a set that is known: {', '.join(SETS)}")
    if not fasttext:
        print("fastText is not installed; its column is left out")
    rows = []
    for name in given.sets or there:
        folder = given.folder / name
        wanted = [s for s in (given.eval, "dev") if s == "oof" or (folder / f"{s}.jsonl").exists()]
        split = (wanted or ["oof"])[0]
        if split != given.eval:
            print(f"{name}: has no {given.eval}.jsonl; scored on {split}", flush=True)
        rows.append(row_of(folder, split, name))
        print(table(rows, HEAD), flush=True)


if __name__ == "__main__":
    main()
