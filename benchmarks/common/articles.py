"""News to measure speed on: passages of the shipped corpus, shuffled into articles."""

import csv
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from textclf.corpus.records import Corpus
from textclf.io.read_inputs import read_items

CHARACTERS = 2600
"""An article is as many passages as it takes to get there."""


def articles(path: str = "") -> Iterator[str]:
    """Yield articles without end: those of an input that textclf reads, or made of the corpus."""
    if path:
        yield from cycle([item.text for item in read_items([path])])
    passages = [record.text for record in Corpus.read().records]
    chance = random.Random(7)  # noqa: S311 - nothing to keep secret
    while True:
        article: list[str] = []
        while sum(map(len, article)) < CHARACTERS:
            article.append(chance.choice(passages))
        yield "\n\n".join(article)


def some(count: int, path: str = "") -> Iterator[str]:
    return islice(articles(path), count)


def ascii_only(texts: Sequence[str]) -> list[str]:
    return [text.encode("ascii", "ignore").decode() for text in texts]


def third_beyond_ascii(texts: Sequence[str]) -> list[str]:
    """Return the texts in ASCII, but each third one with curly quotes, dashes and accents."""
    curly = str.maketrans({"'": "’", '"': "”", "-": "–", "é": "é"})
    return [
        text if number % 3 else f"{text.translate(curly)} Café São José — “naïve”."
        for number, text in enumerate(ascii_only(texts))
    ]


def write_jsonl(texts: Iterable[str], path: Path) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        for number, text in enumerate(texts):
            row = {"id": f"a{number}", "source": "made up", "text": text}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def write_csv(texts: Sequence[str], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "source", "text"])
        writer.writerows((f"a{number}", "made up", text) for number, text in enumerate(texts))
    return path


def write_folder(texts: Sequence[str], path: Path) -> Path:
    path.mkdir()
    for number, text in enumerate(texts):
        (path / f"a{number:06}.txt").write_text(text, "utf-8")
    return path
