"""Labelled tables of users: rows become records, and their labels become a scheme."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from textclf.codebook.scheme import Kind, Scheme, infer_scheme
from textclf.corpus.label_cells import Spelling, alike, means_no_label
from textclf.corpus.records import Answer, Corpus, Record
from textclf.errors import CorpusError, InputError, choices
from textclf.io.fields import like
from textclf.io.formats import FORMATS
from textclf.io.input_documents import InputDocument, ReadOptions
from textclf.io.problems import Problem, Problems, problem_of
from textclf.io.read_inputs import STDIN, expand, format_of, read_items

_FEWEST_ROWS = 50
"""If at least so many rows all have a label, the inferred scheme requires one for each text."""
_FEWEST_ALIKE = 10
"""Among so many labels, one occurs twice; else they are ids."""
_MOST_LISTED = 10
"""Texts with contradicting labels that are listed."""
_IMPLYING_ROWS = 20
_IMPLYING_SHARE = 0.995
"""A label implies another if at least 20 rows have it and this share of them has the other."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table hold its labels and groups."""

    label: str = "label"
    separator: str = ""
    """Given: a cell holds several labels with this between them."""
    names: tuple[str, ...] = ()
    """The names of the labels, for cells that are lists of 0 and 1."""
    group: str = ""
    """The column of the groups: rows with the same value stay on one side of a split."""
    spelling: Spelling = Spelling()
    """Which labels are one label in different spellings."""


def read_labelled(
    inputs: Sequence[str],
    columns: Columns = Columns(),
    reading: ReadOptions = ReadOptions(),
    *,
    scheme: Scheme | None = None,
    name: str = "labels",
    report: Callable[[str], None] = lambda _: None,
) -> tuple[Corpus, Scheme]:
    """Return the labelled texts of corpus records or of a table, and their scheme.

    Without a scheme, one with the name `name` is inferred from the labels of the table. A row
    without a label is left out; `report` gets how many are, how the table is read, which labels
    differ in spelling only, and which equal texts have different labels. Raises
    CorpusError with file and row for a row that cannot be read, or has a label that the scheme
    does not have.
    """
    inputs = [
        path
        for given in inputs
        for path in expand([given])
        if path == given or FORMATS[format_of(path)].is_table
    ]
    if scheme is not None and _are_records(inputs):
        corpus, found = Corpus.read(inputs), scheme
    else:
        corpus, found = _read_table(
            inputs, name if scheme is None else scheme.name, columns, reading, scheme, report
        )
    corpus = corpus.labelled(found)
    for line in _contradicting(corpus, found):
        report(line)
    return corpus, found


def _are_records(inputs: Sequence[str]) -> bool:
    """Return whether inputs are corpus records: JSON lines whose `labels` is a JSON object."""
    first = inputs[0] if inputs else STDIN
    if format_of(first) != "jsonl" or first == STDIN:
        return False
    try:
        item = next(read_items([first], ReadOptions(text_field="text")), None)
    except InputError:
        return False
    return item is not None and isinstance((item.row or {}).get("labels"), dict)


def _read_table(
    inputs: Sequence[str],
    name: str,
    columns: Columns,
    reading: ReadOptions,
    scheme: Scheme | None,
    report: Callable[[str], None],
) -> tuple[Corpus, Scheme]:
    problems = Problems()
    rows = [
        (item, _cell(item, columns))
        for item in _reported(read_items(inputs, reading), problems, report)
    ]
    if not rows:
        raise CorpusError(f"{', '.join(inputs)}: holds no rows to learn from")
    if scheme is not None and not columns.names:
        columns = replace(columns, names=scheme.label_names)
    indicator = _indicator_names([cell for _, cell in rows], columns, inputs, strict=scheme is None)
    several = columns.separator or indicator or any(isinstance(cell, list) for _, cell in rows)
    kind: Kind = scheme.kind if scheme else "multi" if several else "single"
    known = scheme.label_names if scheme else ()
    answers = [_labels_of(cell, columns, indicator) for _, cell in rows]
    answers = columns.spelling.apply(answers, known)
    answers = _without_missing(rows, answers, columns, known, problems)
    if kind == "single":
        rows, answers = _labelled(rows, answers, columns, problems)
        if scheme is None:
            _refuse_unlearnable(answers, inputs, columns)
    for line in problems.lines():
        report(line)
    names = {label for answer in answers for label in answer}
    for line in _doubtful(names, columns):
        report(line)
    table_scheme = scheme or infer_scheme(name, indicator or sorted(names), kind)
    if scheme is None and kind == "multi":
        always_labelled = len(answers) >= _FEWEST_ROWS and all(answers)
        implies = _implications(table_scheme, answers)
        table_scheme = replace(table_scheme, at_least_one=always_labelled, implies=implies)
    records = tuple(
        Record(
            id=item.id if item.id != item.path else item.place,
            text=item.text,
            labels={table_scheme.name: answer},
            article=_group(item, columns),
            title=item.title,
            place=item.place,
        )
        for (item, _), answer in zip(rows, answers, strict=True)
    )
    return Corpus(records), table_scheme


def _cell(item: InputDocument, columns: Columns) -> object:
    if item.error:
        raise CorpusError(item.error)
    row = item.row
    if row is None:
        raise CorpusError(
            f"{item.path}: is not a table; give .csv, .tsv, .xlsx, .parquet, .json or .jsonl "
            "with columns for text and label"
        )
    for name in (columns.label, *((columns.group,) if columns.group else ())):
        if not like(tuple(row), name):
            raise CorpusError(
                f"{item.place}: there is no field {name!r}; {choices(name, row)}; "
                "name the one that holds the labels with --label-field"
            )
    return row[like(tuple(row), columns.label)]


def _implications(
    scheme: Scheme, answers: Sequence[Answer]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return for each label the other labels that practically every row with it has too.

    Two labels that imply each other are left out: such rows do not show which rule holds.
    """
    count_of = Counter(label for answer in answers for label in answer)
    pairs = Counter(pair for answer in answers for pair in permutations(answer, 2))
    implied = {
        (one, other)
        for (one, other), count in pairs.items()
        if count_of[one] >= _IMPLYING_ROWS and count >= _IMPLYING_SHARE * count_of[one]
    }
    names = scheme.label_names
    rules = (
        (one, tuple(b for b in names if (one, b) in implied and (b, one) not in implied))
        for one in names
    )
    return tuple((one, others) for one, others in rules if others)


def _group(item: InputDocument, columns: Columns) -> str:
    row = item.row or {}
    value = row.get(like(tuple(row), columns.group)) if columns.group else None
    return "" if value is None else str(value)


def _indicator_names(
    cells: Sequence[object], columns: Columns, inputs: Sequence[str], *, strict: bool
) -> tuple[str, ...]:
    """Return the names of the labels if all cells are lists of 0 and 1 of one length; else ()."""
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
    text = "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124 - NaN of JSON
    parts = text.split(columns.separator) if columns.separator else [text]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _reported(
    items: Iterable[InputDocument], problems: Problems, report: Callable[[str], None]
) -> Iterator[InputDocument]:
    """Yield items; report how their files are read, and count their warnings."""
    for item in items:
        for note in item.notes:
            report(note)
        problems.add(problem_of(item.path, warning) for warning in item.warnings)
        yield item


def _labelled(
    rows: Sequence[tuple[InputDocument, object]],
    answers: Sequence[Answer],
    columns: Columns,
    problems: Problems,
) -> tuple[list[tuple[InputDocument, object]], list[Answer]]:
    """Return the rows that have a label, and count the others."""
    kept = [(row, answer) for row, answer in zip(rows, answers, strict=True) if answer]
    if not kept:
        raise CorpusError(f"{rows[0][0].place}: has no {columns.label}, and no other row has one")
    without = [row[0] for row, answer in zip(rows, answers, strict=True) if not answer]
    problems.add(Problem(one.place, f"has no {columns.label}: left out") for one in without)
    return [row for row, _ in kept], [answer for _, answer in kept]


def _without_missing(
    rows: Sequence[tuple[InputDocument, object]],
    answers: Sequence[Answer],
    columns: Columns,
    known: Sequence[str],
    problems: Problems,
) -> list[Answer]:
    """Return the answers without words such as `NA` that mean no label, and count these words."""
    kept = []
    for (item, _), answer in zip(rows, answers, strict=True):
        missing = [label for label in answer if means_no_label(label, known)]
        problems.add(
            Problem(
                item.place,
                f"{columns.label} {word!r} means no label: if it is one, give --rename {word}=NAME",
            )
            for word in missing
        )
        kept.append(tuple(label for label in answer if label not in missing))
    return kept


def _doubtful(names: Iterable[str], columns: Columns) -> Iterator[str]:
    """Yield a warning for labels that differ in spelling only."""
    for several in alike(names):
        listed = f"{', '.join(map(repr, several))} in {columns.label!r}"
        by_case = len({label.casefold() for label in several}) == 1
        remedy = "--fold-case" if by_case else f"--rename {several[0]!r}={several[1]!r}"
        yield f"warning: {listed} are {len(several)} labels; make them one with {remedy}"


def contradictions(corpus: Corpus, scheme: Scheme) -> list[tuple[Record, ...]]:
    """Return the records whose texts are the same and whose labels are not, text by text.

    Texts that differ only in case and white space are the same.
    """
    by_text: dict[str, list[Record]] = {}
    for record in corpus.records:
        by_text.setdefault(" ".join(record.text.casefold().split()), []).append(record)
    return [
        tuple(records)
        for records in by_text.values()
        if len({frozenset(one.labels[scheme.name]) for one in records}) > 1
    ]


def _contradicting(corpus: Corpus, scheme: Scheme) -> Iterator[str]:
    """Yield a warning for each text with several answers, up to a number of them."""
    found = contradictions(corpus, scheme)
    for records in found[:_MOST_LISTED]:
        listed = ", ".join(
            f"{one.place or one.id} {' '.join(one.labels[scheme.name]) or 'no label'}"
            for one in records
        )
        yield f"warning: the same text has different labels: {listed}"
    if len(found) > _MOST_LISTED:
        yield f"warning: {len(found):,} texts have different labels in different rows"


def _refuse_unlearnable(answers: Sequence[Answer], inputs: Sequence[str], columns: Columns) -> None:
    """Raise CorpusError where all labels are the same, or each is another as in a column of ids."""
    if len(set(answers)) == 1:
        raise CorpusError(
            f"{inputs[0]}: all {len(answers):,} texts have the label {answers[0][0]!r}; "
            "give texts of another label too"
        )
    if len(answers) >= _FEWEST_ALIKE and len(set(answers)) == len(answers):
        raise CorpusError(
            f"{inputs[0]}: each of the {len(answers):,} labels in {columns.label!r} occurs once; "
            "name the column that holds the labels with --label-field"
        )
