"""What a coder, human or machine, gets back: an answer for each scheme, with its evidence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from textclf._json import dumped
from textclf.text.boilerplate import RemovedSpan

_DECIMALS = 4
_STEPS = 10**_DECIMALS
_SURELY_NEAREST = 0.4999
"""A step and this much more round to the step, whatever the product lost."""


class Status(StrEnum):
    """Whether an answer can be counted, and if not, why."""

    OK = "ok"
    ABSTAINED = "abstained"
    """The most probable label was not probable enough."""
    OUT_OF_VOCABULARY = "out_of_vocabulary"
    """Not one word of the text is known to the model."""
    EMPTY = "empty"
    """There is nothing to read."""
    ERROR = "error"
    """The text could not be read at all."""


class Evidence(NamedTuple):
    """A place of the original text, and what it adds to the score of a label."""

    start: int
    end: int
    text: str
    weight: float
    label: str
    passage: int | None
    """Which passage of the document it stands in, from 0; None in its title."""
    in_title: bool = False
    """Whether `start` and `end` count in a title that stands apart, and not in the text."""

    def as_json(self) -> str:
        """Return the place as it stands in a JSON record."""
        passage = "null" if self.passage is None else self.passage
        apart = ', "in_title": true' if self.in_title else ""
        return (
            f'{{"start": {self.start}, "end": {self.end}, "text": {dumped(self.text)}, '
            f'"weight": {_number(self.weight)}, "label": {_name(self.label)}, '
            f'"passage": {passage}{apart}}}'
        )


class PassagePrediction(NamedTuple):
    """The answer for one passage: its span in the original text."""

    start: int
    end: int
    labels: tuple[str, ...]
    prob: float | None
    status: Status

    def as_json(self, kind: str) -> str:
        """Return the answer as it stands in a JSON record of a scheme of this kind."""
        return (
            f'{{"start": {self.start}, "end": {self.end}, '
            f"{_labels(kind, self.labels, self.status)}, "
            f'"prob": {_number(self.prob)}, "status": {_name(self.status)}}}'
        )


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer of one scheme for one document."""

    scheme: str
    """Name, version and short digest of the codebook."""
    kind: str
    """`single` or `multi`."""
    labels: tuple[str, ...]
    """Empty where the status is not ok, and where no label of a multi scheme applies."""
    prob: float | None
    """The probability that the answer is right; for multi, that of its least sure label."""
    probs: tuple[tuple[str, float], ...]
    """Each label's probability, in the order of the scheme."""
    status: Status
    in_vocabulary: float = 0.0
    """The share of the text's words that the model knows."""
    evidence: tuple[Evidence, ...] = ()
    passages: tuple[PassagePrediction, ...] = ()
    """Given where the scheme answers for each passage."""
    supporting_passages: tuple[int, ...] = ()
    """The passages whose words decided; empty where the document was read whole."""

    @property
    def name(self) -> str:
        """The scheme's name."""
        return self.scheme.split()[0]

    @property
    def label(self) -> str | None:
        """The one label of a single scheme, None where there is no answer."""
        return self.labels[0] if self.labels else None

    def with_evidence(self, evidence: tuple[Evidence, ...]) -> "Prediction":
        """Return the answer with its evidence, in less time than `replace` takes."""
        return Prediction(
            self.scheme,
            self.kind,
            self.labels,
            self.prob,
            self.probs,
            self.status,
            self.in_vocabulary,
            evidence,
            self.passages,
            self.supporting_passages,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain data, as it stands in a JSON record."""
        return dict(json.loads(self.as_json()))

    def as_json(self) -> str:
        """Return the answer as it stands in a JSON record, numbers with four decimals."""
        probs = ", ".join([f"{_name(label)}: {_number(prob)}" for label, prob in self.probs])
        evidence = ", ".join([one.as_json() for one in self.evidence])
        passages = ", ".join([one.as_json(self.kind) for one in self.passages])
        return (
            f'{{{_labels(self.kind, self.labels, self.status)}, "prob": {_number(self.prob)}, '
            f'"probs": {{{probs}}}, "status": {_name(self.status)}, '
            f'"in_vocabulary": {_number(self.in_vocabulary)}, "scheme": {_name(self.scheme)}, '
            f'"evidence": [{evidence}], "passages": [{passages}], '
            f'"supporting_passages": {list(self.supporting_passages)}}}'
        )


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """The record of one document under all schemes that were asked."""

    predictions: tuple[Prediction, ...]
    id: str = ""
    path: str = ""
    error: str = ""
    """Why the document could not be read, where it could not."""
    warnings: tuple[str, ...] = ()
    removed: tuple[RemovedSpan, ...] = ()
    """What was not read as part of the article."""

    def __getitem__(self, name: str) -> Prediction:
        for prediction in self.predictions:
            if prediction.name == name:
                return prediction
        raise KeyError(name)

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain data, as it stands in a line of JSON."""
        return {name: json.loads(text) for name, text in self.as_json().items()}

    def as_json(self) -> dict[str, str]:
        """Return the fields of the record in their order, each value in JSON."""
        record = {"id": dumped(self.id), "path": dumped(self.path)}
        if self.error:
            record["error"] = dumped(self.error)
        if self.warnings:
            record["warnings"] = dumped(self.warnings)
        schemes = ", ".join([f"{_name(one.name)}: {one.as_json()}" for one in self.predictions])
        record["schemes"] = f"{{{schemes}}}"
        if self.removed:
            removed = ", ".join(
                f'{{"start": {one.start}, "end": {one.end}, "reason": {_name(one.reason)}}}'
                for one in self.removed
            )
            record["removed"] = f"[{removed}]"
        return record


Labelled = tuple[DocumentResult, Mapping[str, Any] | None]
"""A record, and the user's own fields where the text came from a table."""


def _labels(kind: str, labels: tuple[str, ...], status: Status) -> str:
    if kind == "single":
        return f'"label": {_name(labels[0]) if labels else "null"}'
    return f'"labels": {dumped(labels) if status is Status.OK else "null"}'


@lru_cache(maxsize=4096)
def _name(text: str) -> str:
    """Return what stands in many records, such as a label, in JSON."""
    return dumped(text)


def _number(number: float | None) -> str:
    """Return a number rounded to four decimals, in JSON: most often one that was met before."""
    if number is None:
        return "null"
    steps = number * _STEPS
    nearest = round(steps)
    if number >= 0 and abs(steps - nearest) < _SURELY_NEAREST:
        return _share(nearest)
    return dumped(round(number, _DECIMALS))


@lru_cache(maxsize=20_000)
def _share(steps: int) -> str:
    return dumped(steps / _STEPS)
