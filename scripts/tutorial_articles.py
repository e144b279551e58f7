"""Articles for docs/tutorial.md, and two coders who code them: all are from the bundled corpus.

    python scripts/tutorial_articles.py write earlier.csv articles.csv
    python scripts/tutorial_articles.py code sample.csv coded_by_hand.csv

The articles are invented, as is the whole corpus; their dates and newspapers are made up here.
The coders' labels are those that the two coders of the corpus gave: a beat is made of topics.
"""

import csv
import random
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

from textclf.corpus.records import Corpus, Record

BEATS = {
    "politics": "politics",
    "conflict": "security",
    "crime": "security",
    "economy": "economy",
    "labour": "economy",
}
"""The beat of a topic; all other topics are `other`."""
PAPERS = ("The Courier", "Evening Post", "Valley Times")
EARLIER = 110
"""Articles of 2023, from which a model is trained; all others are of the first half of 2024."""


def articles() -> dict[str, list[Record]]:
    """Return the passages of each article of the corpus, in their order."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in Corpus.read().passages:
        if record.position and "topic" in record.labels:
            found[record.article].append(record)
    return {name: sorted(found[name], key=lambda one: one.position) for name in sorted(found)}


def write(earlier: Path, later: Path) -> None:
    """Write one row for each article, the earlier ones in a file of their own."""
    of_name = articles()
    names = list(of_name)
    random.Random(0).shuffle(names)  # noqa: S311 - no secret
    for path, chosen, first, days in (
        (earlier, names[:EARLIER], date(2023, 1, 1), 365),
        (later, names[EARLIER:], date(2024, 1, 1), 182),
    ):
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["id", "date", "source", "title", "text"])
            for number, name in enumerate(chosen):
                day = first + timedelta(days=number * days // len(chosen))
                passages = of_name[name]
                text = "\n\n".join(one.text for one in passages)
                paper = PAPERS[number % len(PAPERS)]
                writer.writerow([name, day.isoformat(), paper, passages[0].title, text])


def code(sample: Path, coded: Path) -> None:
    """Write the sample with the labels of two coders, and with `gold`, what both agreed on."""
    of_name = articles()
    with sample.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with coded.open("w", encoding="utf-8", newline="") as stream:
        names = [*dict.fromkeys([*rows[0], "gold", "ann", "bob"])]
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        for row in rows:
            passages = of_name[row["id"]]
            writer.writerow(
                {
                    **row,
                    "gold": beat([one.labels["topic"] for one in passages]),
                    "ann": beat([one.labels_a["topic"] for one in passages]),
                    "bob": beat([one.labels_b["topic"] for one in passages]),
                }
            )


def beat(topics: list[tuple[str, ...]]) -> str:
    """Return the beat that most passages of an article have; of equals, the earlier one's."""
    counts = Counter(BEATS.get(topic, "other") for (topic,) in topics)
    return counts.most_common(1)[0][0]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", earlier, later]:
            write(Path(earlier), Path(later))
        case ["code", sample, coded]:
            code(Path(sample), Path(coded))
        case _:
            sys.exit(__doc__)
