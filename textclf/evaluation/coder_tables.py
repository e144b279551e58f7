"""Tables of coders and files of answers to coded texts."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from textclf.corpus.answer_files import read_answers, scheme_of
from textclf.corpus.coded_table import CodedColumns, CodedTable, read_coded_table
from textclf.corpus.label_cells import spelling_warnings
from textclf.corpus.records import Answer, Record
from textclf.errors import InputError
from textclf.evaluation.coder_agreement import CodedTexts
from textclf.io.input_documents import ReadOptions


def read_wide(
    inputs: Sequence[str],
    coders: Sequence[str],
    columns: CodedColumns = CodedColumns(()),
    reading: ReadOptions = ReadOptions(),
    report: Callable[[str], None] = lambda _: None,
) -> tuple[CodedTexts, CodedTable]:
    """Return the coded texts of a table with a column for each coder, and the table.

    Raises InputError for a column or a row that cannot be read.
    """
    table = read_coded_table(inputs, replace(columns, labels=tuple(coders)), reading, report)
    return CodedTexts(table.ids, table.labels, table.groups), table


def read_long(
    inputs: Sequence[str],
    coder: str,
    label: str,
    columns: CodedColumns = CodedColumns(()),
    reading: ReadOptions = ReadOptions(),
    report: Callable[[str], None] = lambda _: None,
) -> tuple[CodedTexts, CodedTable]:
    """Return the coded texts of a table with a row for each answer, and a row of it for each text.

    `coder` and `label` name columns, and `columns.id` that of the texts. Raises InputError for a
    column or a row that cannot be read, and where a coder answers twice for one text.
    """
    wanted = replace(columns, labels=(label,), others=(*columns.others, coder))
    table = read_coded_table(inputs, wanted, reading, report)
    answers: dict[str, dict[str, Answer | None]] = {}
    first_row: dict[str, int] = {}
    for row, (text, who) in enumerate(zip(table.ids, table.others[coder], strict=True)):
        if who is None:
            raise InputError(f"{table.places[row]}: has no {coder}; name the coder of each row")
        given = answers.setdefault(str(who).strip(), {})
        if text in given:
            raise InputError(
                f"{table.places[row]}: {who} has answered for {text!r} before; keep one of the rows"
            )
        given[text] = table.labels[label][row]
        first_row.setdefault(text, row)
    texts = table.taken(list(first_row.values()))
    coded = CodedTexts(
        texts.ids,
        {who: tuple(given.get(text) for text in first_row) for who, given in answers.items()},
        texts.groups,
    )
    return coded, texts


def read_answered(inputs: Sequence[str], scheme: str = "") -> tuple[CodedTexts, tuple[str, ...]]:
    """Return the coded texts of files of answers from the review page, and what the texts say.

    Without a scheme, the answers are of the only one. Raises CorpusError for a line that is no
    record, and InputError if there is one coder, or if it is not clear which scheme is meant.
    """
    answers = read_answers(inputs)
    name = scheme_of(answers, scheme, "--scheme")
    return texts_by_coder(answers[name], name)


def texts_by_coder(records: Sequence[Record], scheme: str) -> tuple[CodedTexts, tuple[str, ...]]:
    """Return the coded texts of answers that hold, and what the texts say.

    The coders stand in alphabetical order. Decisions between coders are no answers of theirs.
    """
    first: dict[str, Record] = {}
    given: dict[str, dict[str, Answer]] = {}
    for record in records:
        if record.answer and not record.answer.decides:
            first.setdefault(record.id, record)
            given.setdefault(record.answer.coder, {})[record.id] = record.labels[scheme]
    coded = CodedTexts(
        tuple(first),
        {who: tuple(given[who].get(text) for text in first) for who in sorted(given)},
        tuple(record.group for record in first.values()),
    )
    return coded, tuple(record.text for record in first.values())


def coder_warnings(coded: CodedTexts) -> list[str]:
    """Return a warning for each set of labels, or of coders, that may be one misspelt."""
    remedy = "write them alike if they are one"
    return [
        *spelling_warnings(coded.labels, remedy=remedy),
        *spelling_warnings(coded.answers, "coders", remedy),
    ]
