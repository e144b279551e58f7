"""What a coder, human or machine, gets back: an answer for each scheme, with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from textclf.furniture import Dropped
from textclf.sentences import Span


class Status(StrEnum):
    """Whether an answer can be counted, and if not, why."""

    OK = "ok"
    ABSTAINED = "abstained"
    """The most probable label was not probable enough."""
    NO_EVIDENCE = "no_evidence"
    """Not one word of the text is known to the model."""
    EMPTY = "empty"
    """There is nothing to read."""
    ERROR = "error"
    """The text could not be read at all."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place of the original text, and what it adds to the score of a label."""

    start: int
    end: int
    text: str
    weight: float
    label: str
    passage: int
    """Which passage of the document it stands in, from 0."""


@dataclass(frozen=True, slots=True)
class PassagePrediction:
    """The answer for one passage: its span in the original text."""

    start: int
    end: int
    labels: tuple[str, ...]
    prob: float | None
    status: Status


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
    known: float = 0.0
    """The share of the text's words that the model knows."""
    evidence: tuple[Evidence, ...] = ()
    passages: tuple[PassagePrediction, ...] = ()
    """Given where the scheme answers for each passage."""
    rests_on: tuple[int, ...] = ()
    """The passages whose words decided; empty where the document was read whole."""

    @property
    def name(self) -> str:
        """The scheme's name."""
        return self.scheme.split()[0]

    @property
    def label(self) -> str | None:
        """The one label of a single scheme, None where there is no answer."""
        return self.labels[0] if self.labels else None

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain data, as it stands in a JSON record."""
        return {
            **_labels(self.kind, self.labels, self.status),
            "prob": _rounded(self.prob),
            "probs": {label: _rounded(prob) for label, prob in self.probs},
            "status": self.status.value,
            "known": _rounded(self.known),
            "scheme": self.scheme,
            "evidence": [
                {
                    "start": one.start,
                    "end": one.end,
                    "text": one.text,
                    "weight": _rounded(one.weight),
                    "label": one.label,
                    "passage": one.passage,
                }
                for one in self.evidence
            ],
            "passages": [
                {
                    "start": one.start,
                    "end": one.end,
                    **_labels(self.kind, one.labels, one.status),
                    "prob": _rounded(one.prob),
                    "status": one.status.value,
                }
                for one in self.passages
            ],
            "rests_on": list(self.rests_on),
        }


@dataclass(frozen=True, slots=True)
class Annotation:
    """The record of one document under all schemes that were asked."""

    predictions: tuple[Prediction, ...]
    id: str = ""
    path: str = ""
    error: str = ""
    """Why the document could not be read, where it could not."""
    warnings: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    """What was not read as part of the article."""
    passages: tuple[Span, ...] = ()
    """The passages, as spans of the original text."""

    def __getitem__(self, name: str) -> Prediction:
        for prediction in self.predictions:
            if prediction.name == name:
                return prediction
        raise KeyError(name)

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain data, as it stands in a line of JSON."""
        record: dict[str, Any] = {"id": self.id, "path": self.path}
        if self.error:
            record["error"] = self.error
        if self.warnings:
            record["warnings"] = list(self.warnings)
        record["schemes"] = {one.name: one.as_dict() for one in self.predictions}
        if self.dropped:
            record["dropped"] = [
                {"start": one.start, "end": one.end, "reason": one.reason} for one in self.dropped
            ]
        return record


Labelled = tuple[Annotation, Mapping[str, Any] | None]
"""A record, and the user's own fields where the text came from a table."""


def _labels(kind: str, labels: tuple[str, ...], status: Status) -> dict[str, Any]:
    if kind == "single":
        return {"label": labels[0] if labels else None}
    return {"labels": list(labels) if status is Status.OK else None}


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
