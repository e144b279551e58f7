"""Predictions: the labels of a document under each scheme, with status and evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from textclf._json import dumped
from textclf.codebook.scheme import Kind, SchemeId
from textclf.text.boilerplate import RemovedSpan

_DECIMALS = 4
_STEPS = 10**_DECIMALS
_SURELY_NEAREST = 0.4999
"""A number that is nearer than this to a step of four decimals rounds to it, although the product
with 10,000 is not exact."""
_SHORT = 40
"""The largest number of characters of a text in a `repr`."""
_SUREST = 0.99
"""A probability above it is shown as "over 99%", since calibration supports no more."""


class Status(StrEnum):
    """Whether a prediction has a label, and if not, why. Each member equals its value, a string."""

    OK = "ok"
    ABSTAINED = "abstained"
    """The probability is below `abstain`, or the text is not in the share of `coverage`."""
    OUT_OF_VOCABULARY = "out_of_vocabulary"
    """The model knows no word of the text."""
    OTHER_LANGUAGE = "other_language"
    """The text is prose in another language than English, which the model reads."""
    COPY = "copy"
    """The article is nearly the same as an earlier one, and copies are left out."""
    EMPTY = "empty"
    """The text is empty, or all of it is boilerplate."""
    ERROR = "error"
    """The text could not be read; `error` of the result says why."""


class Evidence(NamedTuple):
    """A span of the original text, and what it adds to the score of a label."""

    start: int
    """Offset of the first character, from 0."""
    end: int
    """Offset behind the last character."""
    text: str
    """The characters of the span: `original[start:end]`."""
    weight: float
    """What the span adds to the score, before calibration; above 0 speaks for the label."""
    label: str
    """The label whose score it adds to."""
    passage: int | None
    """Index of the passage that holds it, from 0; None in a title."""
    in_title: bool = False
    """Whether `start` and `end` are offsets in a title that was given besides the text."""

    def __repr__(self) -> str:
        where = "title " if self.in_title else ""
        return (
            f"<Evidence {self.label} {self.weight:+.2f} {where}{self.start}:{self.end} "
            f"{_short(self.text)}>"
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the span as plain data, as in a JSON record."""
        record = {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "weight": _rounded(self.weight),
            "label": self.label,
            "passage": self.passage,
        }
        return {**record, "in_title": True} if self.in_title else record

    def as_json(self) -> str:
        """Return the JSON text of `as_dict`."""
        passage = "null" if self.passage is None else self.passage
        apart = ', "in_title": true' if self.in_title else ""
        return (
            f'{{"start": {self.start}, "end": {self.end}, "text": {dumped(self.text)}, '
            f'"weight": {_number(self.weight)}, "label": {_name(self.label)}, '
            f'"passage": {passage}{apart}}}'
        )


class PassagePrediction(NamedTuple):
    """The prediction for one passage of a document."""

    start: int
    """Offset of its first character in the original text, from 0."""
    end: int
    """Offset behind its last character."""
    labels: tuple[str, ...]
    """Empty if the status is not ok, or if no label of a multi scheme applies."""
    prob: float | None
    """The probability of the labels; None if there is no prediction."""
    status: Status

    def __repr__(self) -> str:
        return f"<PassagePrediction {self.start}:{self.end} {summary(self)}>"

    def as_dict(self, kind: Kind) -> dict[str, Any]:
        """Return the prediction as plain data, as in a JSON record of a scheme of this kind."""
        return {
            "start": self.start,
            "end": self.end,
            **_plain_labels(kind, self.labels, self.status),
            "prob": _rounded(self.prob),
            "status": self.status.value,
        }

    def as_json(self, kind: Kind) -> str:
        """Return the JSON text of `as_dict`."""
        return (
            f'{{"start": {self.start}, "end": {self.end}, '
            f"{_labels(kind, self.labels, self.status)}, "
            f'"prob": {_number(self.prob)}, "status": {_name(self.status)}}}'
        )


@dataclass(frozen=True, slots=True)
class Prediction:
    """The labels of one document under one scheme.

    >>> import textclf
    >>> prediction = textclf.load("topic").classify("Rain and wind will lash Murree.")
    >>> prediction
    <Prediction topic: weather over 99% (ok)>
    >>> prediction.label, prediction.status == "ok", str(prediction.scheme).split()[0]
    ('weather', True, 'topic')
    """

    scheme: SchemeId
    """Name, version and short digest of the scheme; `str` gives them in one line."""
    kind: Kind
    """`single` or `multi`, as in the scheme."""
    labels: tuple[str, ...]
    """Empty if the status is not ok, or if no label of a multi scheme applies."""
    prob: float | None
    """The probability that the label is right; for a multi scheme, that of its least sure label."""
    probs: tuple[tuple[str, float], ...]
    """Each label with its calibrated probability, in the order of the scheme."""
    status: Status
    """Whether there is a label, and if not, why."""
    in_vocabulary: float = 0.0
    """The share of the text's words that the model knows, from 0 to 1."""
    evidence: tuple[Evidence, ...] = ()
    """The spans that add most to the score, passage by passage, the heaviest first."""
    passages: tuple[PassagePrediction, ...] = ()
    """A prediction for each passage, if the scheme labels passages."""
    supporting_passages: tuple[int, ...] = ()
    """Indices of the passages that decided; empty if the document was read whole."""
    model: str = ""
    """The name and the version of the model, and the short digest of its file."""

    def __repr__(self) -> str:
        return f"<Prediction {self.name}: {summary(self)}>"

    @property
    def name(self) -> str:
        """The name of the scheme."""
        return self.scheme.name

    @property
    def label(self) -> str | None:
        """The label of a single scheme; None if there is none."""
        return self.labels[0] if self.labels else None

    @property
    def margin(self) -> float | None:
        """How far the label is ahead: its probability, less that of the next one.

        It is below 0 where a threshold of the scheme gives a label that is not the most probable
        one. In a multi scheme, it is that of the least certain decision, of a label given or not
        given: the probability that it is right, less the probability that it is wrong. None if
        there is no probability.
        """
        if self.prob is None:
            return None
        if self.kind == "multi":
            return 2 * self.prob - 1
        *_, second, first = 0.0, 0.0, *sorted([prob for _, prob in self.probs])
        return self.prob - (second if self.prob >= first else first)

    def with_evidence(self, evidence: tuple[Evidence, ...]) -> "Prediction":
        """Return a copy with this evidence, in less time than `dataclasses.replace` takes."""
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
            self.model,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the prediction as plain data, as in a JSON record, numbers with four decimals."""
        return {
            **_plain_labels(self.kind, self.labels, self.status),
            "prob": _rounded(self.prob),
            "margin": _rounded(self.margin),
            "probs": {label: _rounded(prob) for label, prob in self.probs},
            "status": self.status.value,
            "in_vocabulary": _rounded(self.in_vocabulary),
            "scheme": str(self.scheme),
            "model": self.model,
            "evidence": [one.as_dict() for one in self.evidence],
            "passages": [one.as_dict(self.kind) for one in self.passages],
            "supporting_passages": list(self.supporting_passages),
        }

    def as_json(self) -> str:
        """Return the JSON text of `as_dict`, in less time than `json.dumps` takes."""
        probs = ", ".join([f"{_name(label)}: {_number(prob)}" for label, prob in self.probs])
        evidence = ", ".join([one.as_json() for one in self.evidence])
        passages = ", ".join([one.as_json(self.kind) for one in self.passages])
        return (
            f'{{{_labels(self.kind, self.labels, self.status)}, "prob": {_number(self.prob)}, '
            f'"margin": {_number(self.margin)}, "probs": {{{probs}}}, '
            f'"status": {_name(self.status)}, '
            f'"in_vocabulary": {_number(self.in_vocabulary)}, "scheme": {_scheme(self.scheme)}, '
            f'"model": {_name(self.model)}, '
            f'"evidence": [{evidence}], "passages": [{passages}], '
            f'"supporting_passages": {list(self.supporting_passages)}}}'
        )


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """The predictions of all schemes for one document. `result["topic"]` is one of them.

    A notebook shows it as a table, and below it the text with its evidence marked.

    >>> import textclf
    >>> result = textclf.classify("Rain and wind will lash Murree.", ["topic", "stance"])
    >>> result
    <DocumentResult topic: weather over 99% (ok); stance: none over 99% (ok)>
    >>> result["topic"].label
    'weather'
    """

    predictions: tuple[Prediction, ...]
    """One prediction for each scheme."""
    id: str = ""
    """What names the document: its file, its row, or the value of its id column."""
    path: str = ""
    """The file that it was read from."""
    error: str = ""
    """Why the document could not be read; empty if it was read."""
    warnings: tuple[str, ...] = ()
    """What may be wrong with the text, such as characters that its encoding does not have."""
    removed: tuple[RemovedSpan, ...] = ()
    """The spans that were not read, each with `start`, `end` and `reason`."""
    text: str = field(default="", compare=False)
    """The original text; empty in results of files, which keep no text."""
    title: str = field(default="", compare=False)
    """The title that was given besides the text; empty if the text begins with it."""
    copy_of: str = ""
    """The id of an earlier article of the inputs that is nearly the same; empty without one."""

    def __repr__(self) -> str:
        found = "; ".join(f"{one.name}: {summary(one)}" for one in self.predictions)
        name = f"{_short(self.id)} " if self.id else ""
        return f"<DocumentResult {name}{found}>"

    def __getitem__(self, name: str) -> Prediction:
        for prediction in self.predictions:
            if prediction.name == name:
                return prediction
        raise KeyError(name)

    def _repr_html_(self) -> str:
        from textclf.classifier.result_html import result_html  # noqa: PLC0415 - start-up time

        return result_html(self)

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain data, as in a line of JSON; it holds no empty field."""
        record: dict[str, Any] = {"id": self.id, "path": self.path}
        if self.error:
            record["error"] = self.error
        if self.warnings:
            record["warnings"] = list(self.warnings)
        if self.copy_of:
            record["copy_of"] = self.copy_of
        record["schemes"] = {one.name: one.as_dict() for one in self.predictions}
        if self.removed:
            record["removed"] = [
                {"start": one.start, "end": one.end, "reason": one.reason} for one in self.removed
            ]
        return record

    def as_json(self) -> dict[str, str]:
        """Return the fields of `as_dict` in the same order, each value as JSON text."""
        record = {"id": dumped(self.id), "path": dumped(self.path)}
        if self.error:
            record["error"] = dumped(self.error)
        if self.warnings:
            record["warnings"] = dumped(self.warnings)
        if self.copy_of:
            record["copy_of"] = dumped(self.copy_of)
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
"""A result, and the user's own fields if the text came from a table."""


def summary(prediction: Prediction | PassagePrediction) -> str:
    """Return labels, probability and status in a few words.

    >>> summary(PassagePrediction(0, 9, ("sport",), 0.931, Status.OK))
    'sport 93% (ok)'
    """
    named = ", ".join(prediction.labels)
    named = named or ("no label" if prediction.status is Status.OK else "-")
    shown = "" if prediction.prob is None else f" {percent(prediction.prob)}"
    return f"{named}{shown} ({prediction.status.value})"


def percent(prob: float) -> str:
    """Return a probability for people, no surer than calibration can be.

    >>> percent(0.931), percent(0.9998)
    ('93%', 'over 99%')
    """
    if prob > _SUREST:
        return f"over {_SUREST:.0%}"
    return f"under {1 - _SUREST:.0%}" if prob < 1 - _SUREST else f"{prob:.0%}"


def _short(text: str) -> str:
    """Return a text in quotes, cut to one short line."""
    line = " ".join(text[: 2 * _SHORT].split())
    return repr(line if len(line) <= _SHORT else f"{line[: _SHORT - 3]}...")


def _plain_labels(kind: Kind, labels: tuple[str, ...], status: Status) -> dict[str, Any]:
    if kind == "single":
        return {"label": labels[0] if labels else None}
    return {"labels": list(labels) if status is Status.OK else None}


def _rounded(number: float | None) -> float | None:
    # Adding zero turns -0.0 into 0.0, as in the JSON text.
    return None if number is None else round(number, _DECIMALS) + 0.0


def _labels(kind: Kind, labels: tuple[str, ...], status: Status) -> str:
    if kind == "single":
        return f'"label": {_name(labels[0]) if labels else "null"}'
    return f'"labels": {dumped(labels) if status is Status.OK else "null"}'


@lru_cache(maxsize=4096)
def _name(text: str) -> str:
    """Return a text that many records hold, such as a label, in JSON."""
    return dumped(text)


@lru_cache(maxsize=64)
def _scheme(scheme: SchemeId) -> str:
    return dumped(str(scheme))


def _number(number: float | None) -> str:
    """Return a number rounded to four decimals, in JSON. Most numbers were met before."""
    if number is None:
        return "null"
    steps = number * _STEPS
    nearest = round(steps)
    if number >= 0 and abs(steps - nearest) < _SURELY_NEAREST:
        return _share(nearest)
    return dumped(round(number, _DECIMALS) + 0.0)


@lru_cache(maxsize=20_000)
def _share(steps: int) -> str:
    return dumped(steps / _STEPS)
