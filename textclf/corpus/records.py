"""The corpus: labelled passages, one JSON record a line, and labelled tables of other people.

It reads records and refuses what is wrong with file and line. It knows no models.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import permutations
from pathlib import Path
from typing import Any

from textclf._json import dumped
from textclf._resources import bundled_path
from textclf.codebook.scheme import Kind, Scheme, infer_scheme
from textclf.errors import CorpusError, InputError, SchemeError, choices
from textclf.io.encoding import decode_lines
from textclf.io.input_documents import Item, ReadOptions
from textclf.io.output_file import open_output
from textclf.io.read_inputs import STDIN, expand, format_of, open_input, read_items
from textclf.text.document import Document

Answer = tuple[str, ...]
"""The labels of one text under one scheme: one for a single scheme, any number for a multi."""


@dataclass(frozen=True, slots=True)
class Record:
    """One labelled passage or short document."""

    id: str
    text: str
    labels: Mapping[str, Answer]
    """By scheme name; a scheme that is not there is not labelled."""
    article: str = ""
    """Records of one article belong together: never on both sides of a split."""
    position: int = 0
    """The passage's place in its article, from 1."""
    title: str = ""
    """The headline of the article."""
    genre: str = ""
    region: str = ""
    period: str = ""
    style: str = ""
    """The house style: whose newspaper English it is."""
    subject: str = ""
    """The sub-subject of the plan, such as `labour/minimum-wage`."""
    seed: str = ""
    """The seed record that it grew from, or `codebook`."""
    batch: str = ""
    """The sitting in which it was written."""
    pair: str = ""
    """Records of one contrast pair: alike but for the clause that changes the label."""
    edge_case: str = ""
    """The ruling of a scheme that it is a case of, such as `topic/heat_now`."""
    boilerplate: str = ""
    """Given: no passage, but a line of page furniture around one, of this kind."""
    labels_a: Mapping[str, Answer] = field(default_factory=dict)
    """What the writer answered; `labels` is what both came to."""
    labels_b: Mapping[str, Answer] = field(default_factory=dict)
    """What a second coder answered, who saw the text and the codebook alone."""
    licence: str = ""
    place: str = field(default="", compare=False)
    """File and line, for messages."""

    def document(self) -> Document:
        """Return the record as it is read: a whole text with its title, a passage without."""
        return Document.read(self.text, title="" if self.position else self.title)

    @property
    def group(self) -> str:
        """What must stay on one side of a split: the article, the contrast pair, or the record."""
        return self.article or self.pair or self.id


@dataclass(frozen=True, slots=True, repr=False)
class Corpus:
    """Labelled records, in the order in which they were read."""

    records: tuple[Record, ...]

    @property
    def passages(self) -> tuple[Record, ...]:
        """The records that are text to be coded, page furniture left out."""
        return tuple(record for record in self.records if not record.boilerplate)

    @classmethod
    def read(cls, paths: Iterable[Path | str] = ()) -> "Corpus":
        """Return the records of JSON-lines files; without paths, the shipped corpus.

        Raises CorpusError with file and line for the first record that is not one.
        """
        given = [str(path) for path in paths] or [str(bundled_path("corpus"))]
        files = record_files(given)
        return cls(tuple(record for path in files for record in read_records(path, _raise)))

    def labelled(self, scheme: Scheme) -> "Corpus":
        """Return the records that a scheme has labelled; CorpusError for a label it lacks."""
        found = tuple(record for record in self.records if scheme.name in record.labels)
        for record in found:
            for label in record.labels[scheme.name]:
                try:
                    scheme.index(label)
                except SchemeError as reason:
                    raise CorpusError(f"{record.place}: {reason}") from None
        return Corpus(found)

    def answers(self, scheme: Scheme) -> list[Answer]:
        """Return the labels of each record under a scheme that has labelled them all."""
        return [record.labels[scheme.name] for record in self.records]

    def write(self, path: Path | str) -> None:
        """Write the records as JSON lines, whole or not at all; `.gz` in the name packs them.

        Raises InputError where the file cannot be written.
        """
        with open_output(Path(path), sys.stdout.buffer) as stream:
            for record in self.records:
                stream.write(_line(as_dict(record)))

    def __len__(self) -> int:
        return len(self.records)

    def __repr__(self) -> str:
        return f"Corpus({len(self.records)} records)"


def record_files(inputs: Sequence[str]) -> list[str]:
    """Return the files named, and of each folder those that hold JSON lines."""
    return [
        path
        for given in inputs
        for path in expand([given])
        if path == given or format_of(path) == "jsonl"
    ]


def read_records(path: str, wrong: Callable[[str], None]) -> Iterator[Record]:
    """Yield the records of a JSON-lines file; each bad line is told to `wrong` and left out."""
    with open_input(path) as stream:
        for number, line, error, guessed in decode_lines(path, stream):
            place = f"{path}:{number}"
            if error or guessed:
                wrong(error or f"{place}: is not UTF-8")
                continue
            if not line.strip():
                continue
            try:
                yield parse_record(json.loads(line), place)
            except (ValueError, RecursionError) as reason:
                wrong(f"{place}: is not JSON: {reason}")
            except CorpusError as reason:
                wrong(str(reason))


def _line(record: dict[str, Any]) -> bytes:
    """Return the JSON line of a record, in ASCII where half of a surrogate pair stands alone."""
    try:
        return f"{dumped(record)}\n".encode()
    except UnicodeEncodeError:
        return f"{json.dumps(record)}\n".encode()


def parse_record(data: object, place: str) -> Record:
    """Return the record of a JSON object; raises CorpusError naming `place` and the field."""
    if not isinstance(data, dict):
        raise CorpusError(f"{place}: is not a JSON object, {{...}}")
    for name, value in data.items():
        if name not in _FIELDS:
            raise CorpusError(f"{place}: there is no field {name!r}; {choices(name, _FIELDS)}")
        expected = {"position": int, **dict.fromkeys(_LABELS, dict)}.get(name, str)
        if type(value) is not expected:
            raise CorpusError(f"{place}: {name} must be a {expected.__name__}, not {value!r}")
    for name in ("id", "text", "labels"):
        if name not in data:
            raise CorpusError(f"{place}: {name} is missing")
    labels = {
        name: {scheme: _answer(value, f"{name}.{scheme}", place) for scheme, value in found.items()}
        for name, found in data.items()
        if name in _LABELS
    }
    return Record(**{**data, **labels, "place": place})


def as_dict(record: Record) -> dict[str, Any]:
    """Return the record as the plain data of its JSON line: empty fields are left out."""
    data = {name: getattr(record, name) for name in _FIELDS}
    for name in _LABELS:
        data[name] = {
            scheme: answer[0] if len(answer) == 1 else list(answer)
            for scheme, answer in data[name].items()
        }
    return {name: value for name, value in data.items() if value or name in {"text", "labels"}}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table of somebody's own holds its labels."""

    label: str = "label"
    separator: str = ""
    """Given: a cell holds several labels, apart by this."""
    names: tuple[str, ...] = ()
    """The labels' names, where a cell is a list of 0 and 1."""
    group: str = ""
    """Rows with the same value here stay on one side of a split."""


def read_labelled(
    inputs: Sequence[str],
    columns: Columns = Columns(),
    reading: ReadOptions = ReadOptions(),
    *,
    scheme: Scheme | None = None,
    name: str = "labels",
) -> tuple[Corpus, Scheme]:
    """Return labelled texts and their scheme: corpus records, or a table of somebody's own.

    Without a scheme, the labels of the table make one, called `name`. Raises CorpusError with
    file and line for a row that cannot be read, has no label, or one that the scheme lacks.
    """
    inputs = [
        path
        for given in inputs
        for path in expand([given])
        if path == given or format_of(path) != "text"
    ]
    if scheme is not None and _are_records(inputs):
        return Corpus.read(inputs).labelled(scheme), scheme
    corpus, shown = _read_table(
        inputs, name if scheme is None else scheme.name, columns, reading, scheme
    )
    return (corpus, shown) if scheme is None else (corpus.labelled(scheme), scheme)


_ENOUGH = 50
"""So many rows without one that has no label make it a rule that each text has a label."""
_SUPPORT = 20
_SURELY = 0.995
"""A label that so many rows have, of which such a share has another as well, implies that one."""


def _are_records(inputs: Sequence[str]) -> bool:
    """Return whether inputs are corpus records: JSON lines whose `labels` are a table."""
    first = inputs[0] if inputs else STDIN
    if format_of(first) != "jsonl" or first == STDIN:
        return False
    try:
        item = next(read_items([first], ReadOptions(text_field="text")), None)
    except InputError:
        return False
    return item is not None and isinstance((item.row or {}).get("labels"), dict)


def _read_table(
    inputs: Sequence[str], name: str, columns: Columns, reading: ReadOptions, scheme: Scheme | None
) -> tuple[Corpus, Scheme]:
    rows = [(item, _cell(item, columns)) for item in read_items(inputs, reading)]
    if not rows:
        raise CorpusError(f"{', '.join(inputs)}: holds no rows to learn from")
    if scheme is not None and not columns.names:
        columns = replace(columns, names=scheme.label_names)
    indicator = _indicator_names([cell for _, cell in rows], columns, inputs, strict=scheme is None)
    several = columns.separator or indicator or any(isinstance(cell, list) for _, cell in rows)
    kind: Kind = scheme.kind if scheme else "multi" if several else "single"
    answers = [_labels_of(cell, columns, indicator) for _, cell in rows]
    if kind == "single":
        _refuse_missing(rows, answers, columns)
    found = {label for answer in answers for label in answer}
    shown = scheme or infer_scheme(name, indicator or sorted(found), kind)
    if scheme is None and kind == "multi":
        always = len(answers) >= _ENOUGH and all(answers)
        shown = replace(shown, at_least_one=always, implies=_implications(shown, answers))
    records = tuple(
        Record(
            id=item.id if item.id != item.path else item.place,
            text=item.text,
            labels={shown.name: answer},
            article=_group(item, columns),
            title=item.title,
            place=item.place,
        )
        for (item, _), answer in zip(rows, answers, strict=True)
    )
    return Corpus(records), shown


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


def _cell(item: Item, columns: Columns) -> object:
    if item.error:
        raise CorpusError(item.error)
    row = item.row
    if row is None:
        raise CorpusError(f"{item.path}: is no table; give csv, tsv or jsonl with text and label")
    for name in (columns.label, *((columns.group,) if columns.group else ())):
        if name not in row:
            raise CorpusError(
                f"{item.place}: there is no field {name!r}; {choices(name, row)}; "
                "name the one that holds the labels with --label-field"
            )
    return row[columns.label]


def _implications(
    scheme: Scheme, answers: Sequence[Answer]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return for each label the others that practically every row with it has as well.

    Of two that come together always, in either direction, neither is said to imply the other.
    """
    often = Counter(label for answer in answers for label in answer)
    both = Counter(pair for answer in answers for pair in permutations(answer, 2))
    surely = {
        (one, other)
        for (one, other), count in both.items()
        if often[one] >= _SUPPORT and count >= _SURELY * often[one]
    }
    names = scheme.label_names
    found = (
        (one, tuple(b for b in names if (one, b) in surely and (b, one) not in surely))
        for one in names
    )
    return tuple((one, others) for one, others in found if others)


def _group(item: Item, columns: Columns) -> str:
    value = (item.row or {}).get(columns.group)
    return "" if value is None else str(value)


def _indicator_names(
    cells: Sequence[object], columns: Columns, inputs: Sequence[str], *, strict: bool
) -> tuple[str, ...]:
    """Return the labels' names where every cell is a list of 0 and 1, all of one length."""
    lists = [cell for cell in cells if isinstance(cell, list)]
    lengths = {len(cell) for cell in lists}
    zero_one = all(type(v) is int and v in {0, 1} for cell in lists for v in cell)
    if not lists or len(lists) < len(cells) or len(lengths) > 1 or not zero_one:
        if columns.names and strict:
            raise CorpusError(
                f"{inputs[0]}: --label-names is for cells that are lists of 0 and 1, "
                "all of one length; these are not"
            )
        return ()
    length = lengths.pop()
    if columns.names and len(columns.names) != length:
        raise CorpusError(
            f"{inputs[0]}: there are {len(columns.names)} label names for lists of {length}"
        )
    return columns.names or tuple(f"{columns.label}_{n}" for n in range(length))


def _labels_of(cell: object, columns: Columns, indicator: tuple[str, ...]) -> Answer:
    if isinstance(cell, list):
        if indicator:
            return tuple(name for name, yes in zip(indicator, cell, strict=True) if yes)
        return tuple(dict.fromkeys(str(value).strip() for value in cell if str(value).strip()))
    text = "" if cell is None else str(cell)
    parts = text.split(columns.separator) if columns.separator else [text]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _refuse_missing(
    rows: Sequence[tuple[Item, object]], answers: Sequence[Answer], columns: Columns
) -> None:
    for (item, _), answer in zip(rows, answers, strict=True):
        if not answer:
            raise CorpusError(
                f"{item.place}: has no {columns.label}; give each row one, or leave it out"
            )
