"""Read plain text, one document in each file or line; write results for people to read."""

from collections.abc import Iterator
from typing import IO, Any

from textclf.classifier.prediction import DocumentResult, Prediction, summary
from textclf.errors import InputError
from textclf.io.encoding import decode, decode_lines
from textclf.io.input_documents import PLAIN, InputDocument, ReadOptions
from textclf.io.limits import read_bounded, too_long
from textclf.text.control_characters import with_signs

_SHOWN = 8
"""How many places of evidence a line holds."""


def read(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[InputDocument]:
    """Yield the document of a file, or of each of its lines."""
    if reading.lines:
        yield from read_lines(path, stream, reading)
    else:
        yield read_whole(path, stream, reading)


def read_whole(path: str, stream: IO[bytes], reading: ReadOptions = PLAIN) -> InputDocument:
    """Return a file as one document."""
    data = read_bounded(stream, reading.max_text)
    try:
        text, warning = decode(data or b"")
    except InputError as reason:
        return InputDocument(path, path, error=f"{path}: {reason}", place=path)
    if data is None or len(text) > reading.max_text:
        return InputDocument(path, path, error=too_long(path, reading.max_text), place=path)
    warnings = (f"{path}: {warning}",) if warning else ()
    return InputDocument(path, path, text, warnings=warnings, place=path)


def read_lines(
    path: str, stream: IO[bytes], reading: ReadOptions = PLAIN
) -> Iterator[InputDocument]:
    """Yield each line of a file as a document."""
    for number, line, error, warnings in decode_lines(path, stream, reading.longest_line):
        place = f"{path}:{number}"
        text = line.rstrip("\r\n")
        if len(text) > reading.max_text:
            reason = too_long(place, reading.max_text)
            yield InputDocument(place, path, error=reason, place=place)
        else:
            yield InputDocument(place, path, text, None, error, warnings, place)


def text_record(result: DocumentResult) -> str:
    """Return a record for people: a line for each scheme, with the evidence below it."""
    lines = [result.id]
    if result.error:
        lines.append(f"  error: {result.error}")
    for one in result.predictions:
        lines.append(f"  {one.name:<20} {summary(one)}")
        if one.evidence:
            shown = ", ".join(f"{e.text} {e.weight:+.2f}" for e in strongest(one)[:_SHOWN])
            lines.append(f"  {'':<20} because of: {' '.join(shown.split())}")
    if result.removed:
        reasons = ", ".join(dict.fromkeys(one.reason for one in result.removed))
        lines.append(f"  not read: {reasons}")
    return with_signs("\n".join([*lines, ""]))


def strongest(prediction: Prediction) -> list[Any]:
    """Return the evidence by weight, the strongest first."""
    return sorted(prediction.evidence, key=lambda one: -one.weight)
