"""Files of answers from the review page: the answers that hold, by scheme, and their labels."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from textclf.corpus.coded_table import CodedTable
from textclf.corpus.given_answers import held_answers, settled
from textclf.corpus.records import Record, read_records, record_files
from textclf.errors import CorpusError, InputError, choices
from textclf.io.read_inputs import STDIN, format_of


def are_answers(inputs: Sequence[str]) -> bool:
    """Return whether inputs are files of answers: the first record of each is an answer."""
    try:
        files = record_files(inputs)
        return bool(files) and all(map(_begins_with_answer, files))
    except (CorpusError, InputError):
        return False


def read_answers(inputs: Sequence[str]) -> dict[str, list[Record]]:
    """Return the answers that hold, by the name of their scheme; these are in alphabetical order.

    A coder without a name gets that of the file. Raises CorpusError with file and line for a line
    that is no record, and if no answer holds.
    """
    records = [
        _with_coder(record, path)
        for path in record_files(inputs)
        for record in read_records(path, _raise)
    ]
    found: dict[str, list[Record]] = {}
    for record in held_answers(records):
        if record.answer:
            found.setdefault(record.answer.scheme_name, []).append(record)
    if not found:
        raise CorpusError(f"{', '.join(inputs)}: holds no answers")
    return dict(sorted(found.items()))


def scheme_of(answers: Mapping[str, object], scheme: str, option: str) -> str:
    """Return the scheme if there are answers under it; the only one if `scheme` is empty.

    Raises InputError that names `option` if there are none, or if it is not clear which is meant.
    """
    if scheme and scheme not in answers:
        raise InputError(f"there are no answers under {scheme!r}; {choices(scheme, answers)}")
    if not scheme and len(answers) > 1:
        raise InputError(f"there are answers under {', '.join(answers)}; name one with {option}")
    return scheme or next(iter(answers))


def sample_of_answers(path: str, column: str, scheme: str, *, all_texts: bool) -> CodedTable:
    """Return the answered texts of a random sample as a table, with their labels in `column`.

    Its weights are those of the inclusion probabilities that the answers state. With `all_texts`,
    all answered texts are in the table, and it has no weights. Coders who disagree leave a text
    without a label. Raises InputError if no text was drawn at random.
    """
    answers = read_answers([path])
    name = scheme_of(answers, scheme, "--gold-field")
    texts = settled(answers[name])
    if not all_texts:
        texts = [one for one in texts if one.answer and one.answer.inclusion]
    if not texts:
        raise InputError(
            f"{path}: no answer is of the random sample; code some with --order random, or say "
            "--simple-random if every row had the same chance to be coded"
        )
    stated = np.array([one.answer.inclusion if one.answer else 0 for one in texts], float)
    return CodedTable(
        path=path,
        ids=tuple(one.id for one in texts),
        places=tuple(one.place for one in texts),
        labels={column: tuple(one.labels.get(name) for one in texts)},
        weights=None if all_texts else 1 / stated,
        groups=tuple(one.group for one in texts),
        dates=None,
        others={},
    )


def _begins_with_answer(path: str) -> bool:
    if path == STDIN or format_of(path) != "jsonl":
        return False
    first = next(read_records(path, _raise), None)
    return first is not None and first.answer is not None


def _with_coder(record: Record, path: str) -> Record:
    if record.answer is None or record.answer.coder:
        return record
    return replace(record, answer=replace(record.answer, coder=path))


def _raise(message: str) -> None:
    raise CorpusError(message)
