"""Plain text: a file is one document or one a line; records are written for people to read."""

from collections.abc import Iterator
from typing import IO, Any

from textclf.classifier.prediction import DocumentResult, Prediction, Status
from textclf.errors import InputError
from textclf.io.encoding import decode, decode_lines
from textclf.io.input_documents import Item, ReadOptions

_SHOWN = 8
"""How many places of evidence a line holds."""
_SUREST = 0.99
"""A probability above it is printed as above it: calibration supports no more."""


def read_text(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[Item]:
    """Yield the document of a file, or that of each of its lines."""
    if reading.lines:
        yield from read_lines(path, stream)
    else:
        yield read_whole(path, stream)


def read_whole(path: str, stream: IO[bytes]) -> Item:
    """Return a file as one document."""
    try:
        text, warning = decode(stream.read())
    except InputError as reason:
        return Item(path, path, error=f"{path}: {reason}", place=path)
    warnings = (f"{path}: {warning}",) if warning else ()
    return Item(path, path, text, warnings=warnings, place=path)


def read_lines(path: str, stream: IO[bytes]) -> Iterator[Item]:
    """Yield each line of a file as a document."""
    for number, line, error, warnings in decode_lines(path, stream):
        place = f"{path}:{number}"
        yield Item(place, path, line.rstrip("\r\n"), None, error, warnings, place)


def text_record(annotation: DocumentResult) -> str:
    """Return a record for a person: a line a scheme, with the evidence below it."""
    lines = [annotation.id]
    if annotation.error:
        lines.append(f"  error: {annotation.error}")
    for one in annotation.predictions:
        lines.append(f"  {one.name:<20} {summary(one)}")
        if one.evidence:
            shown = ", ".join(f"{e.text} {e.weight:+.2f}" for e in strongest(one)[:_SHOWN])
            lines.append(f"  {'':<20} because of: {' '.join(shown.split())}")
    if annotation.removed:
        reasons = ", ".join(dict.fromkeys(one.reason for one in annotation.removed))
        lines.append(f"  not read: {reasons}")
    return "\n".join([*lines, ""])


def summary(prediction: Prediction) -> str:
    """Return an answer in a few words.

    >>> summary(Prediction("topic 1 0a", "single", ("sport",), 0.931, (), Status.OK))
    'sport 93% (ok)'
    """
    labels = ", ".join(prediction.labels) or ("no label" if prediction.status is Status.OK else "-")
    sure = "" if prediction.prob is None else f" {percent(prediction.prob)}"
    return f"{labels}{sure} ({prediction.status.value})"


def percent(prob: float) -> str:
    """Return a probability for people, no surer than calibration can be.

    >>> percent(0.931), percent(0.9998)
    ('93%', 'over 99%')
    """
    if prob > _SUREST:
        return f"over {_SUREST:.0%}"
    return f"under {1 - _SUREST:.0%}" if prob < 1 - _SUREST else f"{prob:.0%}"


def strongest(prediction: Prediction) -> list[Any]:
    """Return the evidence, the heaviest first."""
    return sorted(prediction.evidence, key=lambda one: -one.weight)
