"""Writes annotations: as text, JSON lines, one JSON list, CSV or TSV, as many as come in.

It draws no page and reads nothing: `explanation` does the one, `sources` the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from textclf._json import dumped, line
from textclf.classifier.prediction import DocumentResult, Labelled, Prediction, Status
from textclf.errors import InputError

Format = Literal["text", "jsonl", "json", "csv", "tsv"]

_SUFFIXES: Mapping[str, Format] = {
    ".txt": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
}
_DELIMITERS: Mapping[Format, str] = {"csv": ",", "tsv": "\t"}
_SHOWN = 8
_SUREST = 0.99


def format_for(path: Path | None, inputs: Sequence[str]) -> Format:
    """Return what to write: by the output's suffix, else as the inputs are, else text.

    Tables in give tables out, whether or not anybody looks on.
    """
    if path is not None:
        suffix = Path(path.name.lower().removesuffix(".gz")).suffix
        if suffix not in _SUFFIXES:
            raise InputError(
                f"{path}: what to write is not told by its name; "
                f"end it in one of {', '.join(_SUFFIXES)}, or give --format"
            )
        return _SUFFIXES[suffix]
    kinds = {Path(one.removesuffix(".gz")).suffix.lower() for one in inputs}
    only = kinds.pop() if len(kinds) == 1 else ""
    return {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}.get(only, "text")  # type: ignore[return-value]


class RecordWriter(NamedTuple):
    """How records become text, each like the first of the run, whichever process spells it."""

    style: Format
    prefix: str
    """Sets our columns apart."""
    columns: tuple[str, ...]
    """The user's own columns of a table: those of the first record."""
    lead: str
    """What stands before the record that comes next."""

    @classmethod
    def of(cls, first: Labelled, style: Format, prefix: str = "") -> "RecordWriter":
        """Return the spelling of a run that begins with this record.

        Raises InputError where the user has a column of ours.
        """
        if style in _DELIMITERS:
            theirs, header = _header(first, _DELIMITERS[style], prefix)
            return cls(style, prefix, theirs, header)
        return cls(style, prefix, (), "[\n" if style == "json" else "")

    def going_on(self) -> "RecordWriter":
        """Return the spelling of what follows on other records."""
        return self._replace(lead=",\n" if self.style == "json" else "")

    @property
    def ending(self) -> bytes:
        """What stands behind the last record."""
        return b"\n]\n" if self.style == "json" else b""

    def encoded(self, records: Iterable[Labelled]) -> Iterator[bytes]:
        """Yield the bytes of each record, with what stands before it."""
        lead, following = self.lead, self.going_on().lead
        for record in records:
            yield _encoded(lead + self._one(*record))
            lead = following

    def _one(self, annotation: DocumentResult, row: Mapping[str, Any] | None) -> str:
        if self.style == "text":
            return _text(annotation)
        if self.style in _DELIMITERS:
            return _line(_row(annotation, row, self.columns), _DELIMITERS[self.style])
        record = line(_merged(annotation, row or {}, self.prefix))
        return record if self.style == "json" else f"{record}\n"


def blank(style: Format) -> bytes:
    """Return what is written where there was nothing to label."""
    return b"[]\n" if style == "json" else b""


def write(
    annotations: Iterable[Labelled],
    stream: IO[bytes],
    style: Format,
    prefix: str = "",
) -> None:
    """Write annotations, each with the user's own fields; `prefix` sets our columns apart."""
    records = iter(annotations)
    first = next(records, None)
    if first is None:
        stream.write(blank(style))
        return
    spelling = RecordWriter.of(first, style, prefix)
    stream.writelines(spelling.encoded(chain([first], records)))
    stream.write(spelling.ending)


def _text(annotation: DocumentResult) -> str:
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


def _merged(annotation: DocumentResult, row: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """Return the user's fields, then ours, in JSON; the user's own id stays as it is."""
    merged = {name: dumped(value) for name, value in row.items()}
    for name, value in annotation.as_json().items():
        if (own := prefix + name) not in merged:
            merged[own] = value
        elif own != "id":
            raise _taken(own, annotation)
    return merged


def _header(first: Labelled, delimiter: str, prefix: str) -> tuple[tuple[str, ...], str]:
    """Return the user's columns, and the line that names theirs and ours."""
    annotation, row = first
    theirs = ("source",) if row is None else tuple(row)
    ours = [prefix + name for name in _cells(annotation)]
    if taken := next((name for name in ours if name in theirs), None):
        raise _taken(taken, annotation)
    return theirs, _line([*theirs, *ours], delimiter)


def _row(
    annotation: DocumentResult, row: Mapping[str, Any] | None, theirs: Sequence[str]
) -> list[str]:
    """Return the cells of the user's columns, then ours."""
    own = {"source": annotation.id} if row is None else row
    if row is None and annotation.error and "source" not in theirs:
        own = {}  # a table that broke off: what could be read of it stands above
    odd = next((name for name in own if name not in theirs), None)
    if odd is not None:
        raise InputError(
            f"{annotation.path}: has a column {odd!r} that the first input has not; "
            "label the two apart, or write .jsonl"
        )
    return [*(_cell(own.get(name)) for name in theirs), *_cells(annotation).values()]


def _line(cells: Sequence[str], delimiter: str) -> str:
    """Return a row of a table, cells in quotes where Python's csv puts them."""
    return f"{delimiter.join([_quoted(cell, delimiter) for cell in cells])}\n"


def _quoted(cell: str, delimiter: str) -> str:
    if delimiter in cell or "\n" in cell or '"' in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _taken(name: str, annotation: DocumentResult) -> InputError:
    return InputError(
        f"{annotation.path}: has a column {name!r} already; "
        "set ours apart with --prefix, such as --prefix coded_"
    )


def _cells(annotation: DocumentResult) -> dict[str, str]:
    cells: dict[str, str] = {}
    for one in annotation.predictions:
        cells[one.name] = "|".join(one.labels)
        cells[f"{one.name}_prob"] = "" if one.prob is None else f"{one.prob:.4f}"
        cells[f"{one.name}_status"] = one.status.value
        cells[f"{one.name}_evidence"] = "; ".join(
            " ".join(evidence.text.split()) for evidence in strongest(one)
        )
        cells[f"{one.name}_scheme"] = one.scheme
    cells["error"] = annotation.error
    return cells


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else dumped(value)


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")
