"""How far a corpus fills its plan: what there is of each thing beside the least there must be.

It counts records against a plan and knows no models.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textclf.codebook.scheme import Scheme
from textclf.corpus.records import Record
from textclf.corpus.sampling_plan import Plan
from textclf.text.tokens import words


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that the plan asks for, how much of it there is, and the least."""

    what: str
    have: int
    least: int


def cells(records: Sequence[Record], plan: Plan, schemes: Sequence[Scheme]) -> Iterator[Cell]:
    """Yield all that a plan asks for, counted in the passages of a corpus."""
    texts = [words(record.text).texts for record in records]
    counted = {
        "passages": len(records),
        "words": sum(map(len, texts)),
        "distinct_words": len(set().union(*texts)),
        "articles": len({record.article for record in records if record.article}),
    }
    for what, have in counted.items():
        yield Cell(what.replace("_", " "), have, plan.least[what])
    labels = Counter((s, one) for r in records for s, answer in r.labels.items() for one in answer)
    for name, wanted in plan.labels.items():
        for label, least in wanted.items():
            yield Cell(f"{name}/{label}", labels[name, label], least)
    for name, least in plan.pairs.items():
        yield Cell(f"contrast pairs of {name}", _contrasts(records, name), least)
    edge_cases = Counter(record.edge_case for record in records)
    for scheme in schemes:
        for edge_case in scheme.edge_cases:
            if edge_case.key:
                case = f"{scheme.name}/{edge_case.key}"
                yield Cell(
                    f"cases of {case}", edge_cases[case], plan.least["cases_of_each_edge_case"]
                )


def subjects(records: Sequence[Record], plan: Plan) -> Iterator[tuple[str, int, int]]:
    """Yield for each topic how many of its sub-subjects are met, and how many there are."""
    met = {record.subject for record in records}
    for topic, names in plan.subjects.items():
        yield topic, sum(f"{topic}/{name}" in met for name in names), len(names)


def _contrasts(records: Sequence[Record], scheme: str) -> int:
    answers = defaultdict(list)
    for record in records:
        if record.pair and scheme in record.labels:
            answers[record.pair].append(record.labels[scheme])
    return sum(len(set(both)) > 1 for both in answers.values())
