"""What each format costs: CPU seconds of a whole `textclf predict`, beside JSON lines.

    python benchmarks/formats.py [--articles 2000] [--turns 3]

The articles are those of `scale.py`. Inputs and outputs have the same format, except a folder of
text files, which gives JSON lines. The formats take turns, and the median ratio is printed.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import pyarrow as pa
import pyarrow.parquet as pq
from scale import corpus_articles, write_articles

FORMATS = {"jsonl": "jsonl", "csv": "csv", "parquet": "parquet", "folder": "jsonl"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--turns", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, given.articles)
        turns = [{one: seconds(folder, one) for one in FORMATS} for _ in range(given.turns)]
    for one in FORMATS:
        cost = median(turn[one] for turn in turns)
        ratio = median(turn[one] / turn["jsonl"] for turn in turns)
        print(f"{one:<10} {cost:6.2f} CPU s {ratio:5.2f}")


def write_inputs(folder: Path, articles: int) -> None:
    write_articles(folder / "in.jsonl", articles, corpus_articles())
    lines = (folder / "in.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    with (folder / "in.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["id", "text"])
        writer.writeheader()
        writer.writerows(rows)
    pq.write_table(pa.Table.from_pylist(rows), folder / "in.parquet", row_group_size=1_000)
    (folder / "in.folder").mkdir()
    for row in rows:
        (folder / "in.folder" / f"{row['id']:07}.txt").write_text(row["text"], "utf-8")


def seconds(folder: Path, kind: str) -> float:
    before = os.times()
    command = [sys.executable, "-m", "textclf", "predict", f"in.{kind}", "-m", "topic"]
    output = ["--evidence", "0", "-o", f"out.{FORMATS[kind]}"]
    subprocess.run([*command, *output], cwd=folder, check=True, capture_output=True)
    after = os.times()
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )


if __name__ == "__main__":
    main()
