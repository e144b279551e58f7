"""How CPU time grows with the size of a text, for many hostile shapes: 1 is linear.

    python benchmarks/linear_time.py [--largest 10000000] [--shape NAME ...] [--stage NAME ...]

For each shape, each stage of `textclf predict` and of training's reading gets texts of four times
the size until the largest, or until time is clearly superlinear. Printed is the greatest growth
exponent between two sizes that both took long enough to be measured, and the seconds at the end.
"""

import argparse
import io
import math
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from hostile_shapes import SHAPES

from textclf._json import dumped
from textclf.classifier.loading import load_all
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.corpus.near_duplicates import near_duplicates
from textclf.io.delimited import read as read_table
from textclf.io.input_documents import ReadOptions
from textclf.io.jsonl import json_record
from textclf.io.jsonl import read as read_jsonl
from textclf.io.read_inputs import items_of
from textclf.text.document import Document
from textclf.text.repeated_paragraphs import keys_of

_SMALLEST, _FACTOR = 10_000, 4
_LEAST_TIME = 0.02
"""Seconds: below, a measurement says nothing of growth."""
_SUPERLINEAR, _LONG = 1.35, 0.5
"""The exponent from which on growth is superlinear, and the seconds from which on it stops."""
_ARTICLE = 2600
_SCHEMES = ("topic", "stance", "sectarian_violence")

Stage = Callable[[str], object]


def stages() -> dict[str, Stage]:
    """Return what is measured, by name."""
    found: dict[str, Stage] = {
        "read": Document.read,
        "repeated": keys_of,
        "jsonl": _read_jsonl,
        "csv": partial(_read_csv, delimiter=","),
        "cell": _read_cell,
        "copies": lambda text: list(near_duplicates([text, text, text[: len(text) // 2]])),
        "many copies": lambda text: list(near_duplicates(_cut(text))),
    }
    for name in _SCHEMES:
        found[name] = partial(_classify, load_all([name]))
    return found


def _classify(classifier: MultiClassifier, text: str) -> str:
    return json_record(classifier.classify(text, PredictOptions()), None, "")


def _cut(text: str) -> list[str]:
    """Return the text in pieces as long as articles."""
    return [text[start : start + _ARTICLE] for start in range(0, len(text), _ARTICLE)]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _read_csv(text: str, delimiter: str) -> int:
    stream = io.BytesIO(b"text,other\n" + _bytes(text))
    return sum(1 for _ in read_table("a.csv", stream, ReadOptions(), delimiter))


def _read_cell(text: str) -> int:
    quoted = text.replace('"', '""')
    stream = io.BytesIO(b'text\n"' + _bytes(quoted) + b'"\n')
    return sum(1 for _ in read_table("a.csv", stream, ReadOptions(), ","))


def _read_jsonl(text: str) -> list[object]:
    lines = f"{dumped({'text': text})}\n{text}"
    return [*items_of(read_jsonl("a.jsonl", io.BytesIO(_bytes(lines)), ReadOptions()))]


def grown(stage: Stage, make: Callable[[int], str], largest: int) -> tuple[float, int, float]:
    """Return the greatest exponent of growth, the largest size and the seconds it took."""
    size, before, worst = _SMALLEST, 0.0, 0.0
    while True:
        text = make(size)
        began = time.process_time()
        stage(text)
        took = time.process_time() - began
        if before >= _LEAST_TIME:
            worst = max(worst, math.log(took / before) / math.log(_FACTOR))
        done = size * _FACTOR > largest or (worst > _SUPERLINEAR and took > _LONG)
        if done or took > 60:  # noqa: PLR2004 - whatever its exponent
            return worst, size, took
        size, before = size * _FACTOR, took


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--largest", type=int, default=10_000_000)
    parser.add_argument("--shape", nargs="*", default=list(SHAPES), choices=list(SHAPES))
    parser.add_argument("--stage", nargs="*", default=[])
    given = parser.parse_args(arguments)
    chosen = {n: s for n, s in stages().items() if not given.stage or n in given.stage}
    print(f"{'shape':<34} {'stage':<20} {'exponent':>8} {'bytes':>12} {'seconds':>8}")
    found = 0
    for shape in given.shape:
        for name, stage in chosen.items():
            exponent, size, took = grown(stage, SHAPES[shape], given.largest)
            bad = exponent > _SUPERLINEAR
            found += bad
            mark = "  superlinear" if bad else ""
            print(
                f"{shape:<34} {name:<20} {exponent:>8.2f} {size:>12,} {took:>8.2f}{mark}",
                flush=True,
            )
    print(f"{len(given.shape)} shapes, {len(chosen)} stages, {found} superlinear")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
