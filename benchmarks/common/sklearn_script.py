"""The short script that a user of scikit-learn would write: load, read, predict, write.

    python benchmarks/common/sklearn_script.py PIPELINE.joblib IN OUT

IN is a .jsonl or .csv file with a column `text`, a folder of text files, or one text file.
"""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import joblib


def code(pipelines: Sequence[Any], source: Path, target: Path) -> None:
    """Write the rows of the source with the label and the probabilities of each pipeline."""
    rows = list(READERS.get(source.suffix, read_files)(source))
    texts = [row["text"] for row in rows]
    for number, pipeline in enumerate(pipelines):
        for row, probs in zip(rows, pipeline.predict_proba(texts), strict=True):
            row[f"label{number}"] = pipeline.classes_[probs.argmax()]
            row[f"probs{number}"] = dict(zip(pipeline.classes_, probs.tolist(), strict=True))
    WRITERS.get(source.suffix, write_jsonl)(rows, target)


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def read_csv(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def read_files(path: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(path.glob("*.txt")) if path.is_dir() else [path]:
        yield {"id": file.name, "text": file.read_text(encoding="utf-8")}


def write_jsonl(rows: Sequence[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_csv(rows: Sequence[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


READERS: dict[str, Callable[[Path], Iterator[dict[str, Any]]]] = {
    ".jsonl": read_jsonl,
    ".csv": read_csv,
}
WRITERS: dict[str, Callable[[Sequence[dict[str, Any]], Path], None]] = {
    ".jsonl": write_jsonl,
    ".csv": write_csv,
}

if __name__ == "__main__":
    code([joblib.load(sys.argv[1])], Path(sys.argv[2]), Path(sys.argv[3]))
