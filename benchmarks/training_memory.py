"""How much memory and time `textclf train` takes for tables of many rows.

    python benchmarks/training_memory.py TEXTS.jsonl [--rows N ...] [--words N] [--jobs N]
        [--labels N] [--label-field F]

The rows are made of pieces of three words, drawn at random from texts with one label, so that all
rows differ but have the words and n-grams of real texts. TEXTS has a `text` in each line; without
a label field, a text has one of several labels at random. Printed are the greatest sum of the
resident memory of all processes of a run, and CPU and wall seconds. For Linux.
"""

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_PIECE = 3
_PAGE = os.sysconf("SC_PAGE_SIZE")


def pieces_of(path: Path, field: str, labels: int) -> dict[str, list[str]]:
    """Return the pieces of the texts of each label."""
    found: dict[str, list[str]] = defaultdict(list)
    for number, line in enumerate(path.read_text().splitlines()):
        row = json.loads(line)
        label = str(row[field]) if field else f"label {number % labels}"
        words = row["text"].split()
        found[label] += [
            " ".join(words[i : i + _PIECE]) for i in range(0, len(words) - _PIECE + 1, _PIECE)
        ]
    return {label: pieces for label, pieces in found.items() if pieces}


def write_table(path: Path, pieces: dict[str, list[str]], rows: int, words: int) -> None:
    """Write a JSON-lines table of rows with a text and a label."""
    chance = random.Random(7)  # noqa: S311 - nothing to keep secret
    labels, sizes = list(pieces), [len(own) for own in pieces.values()]
    with path.open("w") as stream:
        for _ in range(rows):
            label = chance.choices(labels, sizes)[0]
            count = max(1, round(chance.gauss(words, words / 3) / _PIECE))
            text = " ".join(chance.choices(pieces[label], k=count))
            stream.write(json.dumps({"text": text, "label": label}) + "\n")


def processes_of(parent: int) -> Iterator[int]:
    """Yield a process and all processes that it has started."""
    yield parent
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from processes_of(int(child))


def resident(process: int) -> int:
    """Return the bytes in memory of a process; 0 if it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except (OSError, ProcessLookupError):
        return 0


def measured(table: Path, output: Path, options: list[str]) -> tuple[int, float, float]:
    """Return the peak bytes of all processes of a training run, and its CPU and wall seconds."""
    before, began = os.times(), time.monotonic()
    command = [sys.executable, "-m", "textclf", "train", table.name, "-o", output.name, *options]
    run = subprocess.Popen(command, cwd=table.parent, stdout=subprocess.DEVNULL)
    peak, ended = 0, threading.Event()
    threading.Thread(target=lambda: (run.wait(), ended.set()), daemon=True).start()
    while not ended.wait(0.05):
        peak = max(peak, sum(map(resident, list(processes_of(run.pid)))))
    after = os.times()
    if run.returncode:
        sys.exit(f"training ended with {run.returncode}")
    cpu = sum(after[2:4]) - sum(before[2:4])
    return peak, cpu, time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[5_000, 10_000, 20_000])
    parser.add_argument("--words", type=int, default=40, help="the mean length of a row")
    parser.add_argument("--labels", type=int, default=8)
    parser.add_argument("--label-field", default="")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    pieces = pieces_of(given.texts, given.label_field, given.labels)
    print(f"{len(pieces)} labels, {given.words} words a row, {given.jobs} jobs")
    print(f"{'rows':>9} {'peak MB':>9} {'CPU s':>8} {'wall s':>8}  model")
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as folder:
            table, output = Path(folder) / "table.jsonl", Path(folder) / "made.textclf"
            write_table(table, pieces, rows, given.words)
            options = ["--label-field", "label", "--jobs", str(given.jobs)]
            peak, cpu, wall = measured(table, output, options)
            digest = hashlib.sha256(output.read_bytes()).hexdigest()[:12]
        print(f"{rows:>9,} {peak / 1e6:>9,.0f} {cpu:>8.1f} {wall:>8.1f}  {digest}", flush=True)


if __name__ == "__main__":
    main()
