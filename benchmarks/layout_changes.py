"""Counts the labels that change where nothing but the layout of a text does.

    python benchmarks/layout_changes.py [INPUT] [--limit N]

INPUT is any input that textclf reads; without one, the articles of the shipped corpus. Each text
is laid out in seven ways: a blank line after its title, after each line, before its last
paragraph; CRLF; a line of page boilerplate added; spaces around it; wrapped at 80 characters, its
paragraphs apart by blank lines. Three more are harder: wrapped with no blank line anywhere, its
title in a field of its own, and all of it on one line.
"""

import argparse
import textwrap
from collections.abc import Callable
from itertools import groupby

from textclf.classifier.loading import load_all
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import DocumentResult
from textclf.corpus.records import Corpus
from textclf.io.input_documents import InputDocument
from textclf.io.read_inputs import read_items
from textclf.reports.tables import table
from textclf.text.repeated_paragraphs import Repeated

Way = Callable[[str, str], tuple[str, str]]
"""From a title and a text to a text, and the title that stands apart from it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("input", nargs="?")
    parser.add_argument("--limit", type=int, default=0)
    given = parser.parse_args()
    items = list(read_items([given.input])) if given.input else corpus_articles()
    items = items[: given.limit or None]
    multi_classifier = load_all()
    options = PredictOptions(
        evidence=0, repeated=Repeated.fit(as_it_came(one.title, one.text)[0] for one in items)
    )

    def answers(way: Way) -> list[DocumentResult]:
        laid_out = [way(one.title, one.text) for one in items]
        return [multi_classifier.classify(text, options, title=title) for text, title in laid_out]

    before = answers(as_it_came)
    schemes = [one.name for one in before[0].predictions]
    rows = []
    for name, way in WAYS.items():
        after = answers(way)
        cells = []
        for scheme in schemes:
            pairs = [(a[scheme], b[scheme]) for a, b in zip(before, after, strict=True)]
            labels = sum(a.labels != b.labels for a, b in pairs)
            probs = sum(a.probs != b.probs for a, b in pairs)
            cells.append(f"{labels} ({probs})")
        rows.append([name, *cells])
    print(f"{len(items)} texts; labels that changed (and probabilities)")
    print(table(rows, ["layout", *schemes]))


def corpus_articles() -> list[InputDocument]:
    """Return the whole articles of the shipped corpus."""
    records = [record for record in Corpus.read().passages if record.article]
    return [
        InputDocument(name, name, "\n".join(one.text for one in passages), title=passages[0].title)
        for name, group in groupby(records, key=lambda one: one.article)
        for passages in [list(group)]
    ]


def as_it_came(title: str, text: str) -> tuple[str, str]:
    return (f"{title}\n{text}" if title else text), ""


def blank_after_title(title: str, text: str) -> tuple[str, str]:
    return (f"{title}\n\n{text}" if title else text), ""


def blank_after_lines(title: str, text: str) -> tuple[str, str]:
    return "\n\n".join(as_it_came(title, text)[0].splitlines()), ""


def blank_before_last(title: str, text: str) -> tuple[str, str]:
    head, gap, last = as_it_came(title, text)[0].rstrip().rpartition("\n")
    return f"{head}{gap and chr(10) * 2}{last}", ""


def crlf(title: str, text: str) -> tuple[str, str]:
    return "\r\n".join(as_it_came(title, text)[0].splitlines()), ""


def boilerplate_added(title: str, text: str) -> tuple[str, str]:
    lines = as_it_came(title, text)[0].splitlines()
    middle = (len(lines) + 1) // 2
    added = ["", "Also read: Ten canals to see before you die", ""] if len(lines) > 1 else []
    return "\n".join([*lines[:middle], *added, *lines[middle:]]), ""


def spaces_around(title: str, text: str) -> tuple[str, str]:
    return f" \t\n  {as_it_came(title, text)[0]}  \n\n\t ", ""


def wrapped(title: str, text: str) -> tuple[str, str]:
    lines = as_it_came(title, text)[0].splitlines()
    return "\n\n".join(textwrap.fill(line, 80) for line in lines if line.strip()), ""


def wrapped_close(title: str, text: str) -> tuple[str, str]:
    return wrapped(title, text)[0].replace("\n\n", "\n"), ""


def title_apart(title: str, text: str) -> tuple[str, str]:
    return text, title


def one_line(title: str, text: str) -> tuple[str, str]:
    return " ".join(text.splitlines()), title


WAYS: dict[str, Way] = {
    "blank line after the title": blank_after_title,
    "blank line after each line": blank_after_lines,
    "blank line before the last paragraph": blank_before_last,
    "CRLF": crlf,
    "a line of boilerplate added": boilerplate_added,
    "spaces around it": spaces_around,
    "wrapped at 80": wrapped,
    "wrapped at 80, no blank lines": wrapped_close,
    "title in a field of its own": title_apart,
    "all on one line": one_line,
}


if __name__ == "__main__":
    main()
