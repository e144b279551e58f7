"""A corpus: labelled passages and documents, read from and written to JSON lines."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from textclf._json import dumped
from textclf._resources import bundled_path
from textclf.codebook.scheme import Scheme
from textclf.corpus.file_versions import note_version, unchanged_file
from textclf.corpus.given_answers import Answer, GivenAnswer, settled
from textclf.errors import CorpusError, SchemeError, choices
from textclf.io.encoding import decode_lines
from textclf.io.output_file import open_output
from textclf.io.read_inputs import expand, format_of, open_input
from textclf.text.document import Document

__all__ = [
    "Answer",
    "Corpus",
    "Record",
    "as_dict",
    "parse_record",
    "read_records",
    "record_files",
    "record_line",
]


@dataclass(frozen=True, slots=True)
class Record:
    """One labelled passage or short document."""

    id: str
    text: str
    labels: Mapping[str, Answer]
    """By scheme name; the record has no label under a scheme that is missing."""
    article: str = ""
    """Records of one article stay on one side of a split."""
    position: int = 0
    """The number of the passage in its article, from 1; 0 for a whole text."""
    title: str = ""
    """The headline of the article."""
    genre: str = ""
    region: str = ""
    period: str = ""
    style: str = ""
    """The variety of newspaper English, such as `pakistani` or `tabloid`."""
    subject: str = ""
    """The sub-subject of the sampling plan, such as `labour/minimum-wage`."""
    seed: str = ""
    """The id of the seed record that it was written from, or `codebook`."""
    batch: str = ""
    """The writing session that it is from."""
    pair: str = ""
    """The contrast pair: two records that differ only in the clause that changes the label."""
    edge_case: str = ""
    """The edge case of a scheme that it is an example of, such as `topic/heat_now`."""
    boilerplate: str = ""
    """Given: the record is not a passage but a line of boilerplate of this kind."""
    labels_a: Mapping[str, Answer] = field(default_factory=dict)
    """The labels of the writer; `labels` holds what both coders agreed on."""
    labels_b: Mapping[str, Answer] = field(default_factory=dict)
    """The labels of a second coder, who saw only the text and the codebook."""
    licence: str = ""
    answer: GivenAnswer | None = None
    """Given: a coder gave the labels on the review page."""
    place: str = field(default="", compare=False)
    """File and line, for error messages."""

    def __repr__(self) -> str:
        labels = "".join(f" {name}={'|'.join(given)}" for name, given in self.labels.items())
        return f"<Record {self.id}{labels}>"

    def document(self) -> Document:
        """Return the document of the record: a whole text with its title, a passage without."""
        return Document.read(self.text, title="" if self.position else self.title)

    @property
    def group(self) -> str:
        """The name of what stays on one side of a split: article, contrast pair or record."""
        return self.article or self.pair or self.id


@dataclass(frozen=True, slots=True, repr=False)
class Corpus:
    """Labelled records, in the order in which they were read."""

    records: tuple[Record, ...]

    @property
    def passages(self) -> tuple[Record, ...]:
        """The records that are text to be coded, without lines of boilerplate."""
        return tuple(record for record in self.records if not record.boilerplate)

    @classmethod
    def read(cls, paths: Iterable[Path | str] = ()) -> "Corpus":
        """Return the records of JSON-lines files; without paths, the bundled corpus.

        Of answers from the review page, those that hold make one record for each text. Raises
        CorpusError with file and line for the first line that is not a record.
        """
        given = [str(path) for path in paths] or [str(bundled_path("corpus"))]
        files = record_files(given)
        return cls(
            tuple(settled(record for path in files for record in read_records(path, _raise)))
        )

    def labelled(self, scheme: Scheme) -> "Corpus":
        """Return the records with labels under a scheme.

        Raises CorpusError with file and line for a label that the scheme does not have.
        """
        labelled = tuple(record for record in self.records if scheme.name in record.labels)
        for record in labelled:
            for label in record.labels[scheme.name]:
                try:
                    scheme.index(label)
                except SchemeError as reason:
                    raise CorpusError(f"{record.place}: {reason}") from None
        return Corpus(labelled)

    def answers(self, scheme: Scheme) -> list[Answer]:
        """Return the labels of each record; all records must have labels under the scheme."""
        return [record.labels[scheme.name] for record in self.records]

    def write(self, path: Path | str) -> None:
        """Write the records as JSON lines, gzipped if the name ends in `.gz`.

        The file appears only when it is complete. Raises InputError if it cannot be written, and
        CorpusError if another program has changed it since this one read it.
        """
        with unchanged_file(Path(path)), open_output(Path(path), sys.stdout.buffer) as stream:
            for record in self.records:
                stream.write(record_line(record))

    def __len__(self) -> int:
        return len(self.records)

    def __repr__(self) -> str:
        return f"Corpus({len(self.records)} records)"


def record_files(inputs: Sequence[str]) -> list[str]:
    """Return the named files, and the JSON-lines files of each folder."""
    return [
        path
        for given in inputs
        for path in expand([given])
        if path == given or format_of(path) == "jsonl"
    ]


def read_records(path: str, report: Callable[[str], None]) -> Iterator[Record]:
    """Yield the records of a JSON-lines file; a bad line is passed to `report` and skipped."""
    note_version(path)
    with open_input(path) as stream:
        for number, line, error, guessed in decode_lines(path, stream):
            place = f"{path}:{number}"
            if error or guessed:
                report(error or f"{place}: is not UTF-8")
                continue
            if not line.strip():
                continue
            try:
                yield parse_record(json.loads(line), place)
            except (ValueError, RecursionError) as reason:
                report(f"{place}: is not JSON: {reason}")
            except CorpusError as reason:
                report(str(reason))


def record_line(record: Record) -> bytes:
    """Return the JSON line of a record: UTF-8, or ASCII if the text has a lone surrogate."""
    try:
        return f"{dumped(as_dict(record))}\n".encode()
    except UnicodeEncodeError:
        return f"{json.dumps(as_dict(record))}\n".encode()


def parse_record(data: object, place: str) -> Record:
    """Return the record of a JSON object; raises CorpusError naming `place` and the field."""
    if not isinstance(data, dict):
        raise CorpusError(f"{place}: is not a JSON object, {{...}}")
    for name, value in data.items():
        if name not in _FIELDS:
            raise CorpusError(f"{place}: there is no field {name!r}; {choices(name, _FIELDS)}")
        expected = {"position": int, **dict.fromkeys((*_LABELS, "answer"), dict)}.get(name, str)
        if type(value) is not expected:
            raise CorpusError(f"{place}: {name} must be a {expected.__name__}, not {value!r}")
    for name in ("id", "text", "labels"):
        if name not in data:
            raise CorpusError(f"{place}: {name} is missing")
    labels = {
        name: {
            scheme: _answer(value, f"{name}.{scheme}", place) for scheme, value in answers.items()
        }
        for name, answers in data.items()
        if name in _LABELS
    }
    answer = GivenAnswer.from_dict(data["answer"], place) if "answer" in data else None
    return Record(**{**data, **labels, "answer": answer, "place": place})


def as_dict(record: Record) -> dict[str, Any]:
    """Return the plain data of the record's JSON line, without empty fields."""
    data = {name: getattr(record, name) for name in _FIELDS}
    for name in _LABELS:
        data[name] = {
            scheme: answer[0] if len(answer) == 1 else list(answer)
            for scheme, answer in data[name].items()
        }
    if record.answer:
        data["answer"] = record.answer.as_dict()
    return {name: value for name, value in data.items() if value or name in {"text", "labels"}}


_FIELDS = tuple(f.name for f in fields(Record) if f.name != "place")
_LABELS = ("labels", "labels_a", "labels_b")


def _raise(message: str) -> None:
    raise CorpusError(message)


def _answer(value: object, field_name: str, place: str) -> Answer:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(label, str) for label in value):
        return tuple(value)
    raise CorpusError(f"{place}: {field_name} must be a label or a list of labels, not {value!r}")
