"""How often English is taken for another language: whole articles, titles, lines, and in capitals.

    python benchmarks/other_language.py ARTICLES...

ARTICLES are inputs that textclf reads, all of them in English. What is counted is a text that at
least one bundled model gives no label to.
"""

import argparse
from collections.abc import Iterator

from textclf.classifier.loading import load_all
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import Status
from textclf.io.read_inputs import read_items

_LONGEST_LINE_LEFT_OUT = 40
"""A line in capitals that is no longer says nothing: it is a name or a place."""


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("inputs", nargs="+", help="articles in English")
    texts: dict[str, list[str]] = {}
    for kind, text in _texts(parser.parse_args().inputs):
        texts.setdefault(kind, []).append(text)
    classifier = load_all()
    for kind, some in texts.items():
        wrong = [
            result.predictions
            for result in classifier.classify_all(some, PredictOptions(evidence=0))
            if any(one.status is Status.OTHER_LANGUAGE for one in result.predictions)
        ]
        print(f"{kind:<20} {len(wrong):>6,} of {len(some):>7,}")


def _texts(inputs: list[str]) -> Iterator[tuple[str, str]]:
    for item in read_items(inputs):
        yield "articles", item.text
        if item.title:
            yield "titles", item.title
        for line in filter(str.strip, item.text.splitlines()):
            yield "lines", line
            if len(line) > _LONGEST_LINE_LEFT_OUT:
                yield "lines in capitals", line.upper()


if __name__ == "__main__":
    main()
