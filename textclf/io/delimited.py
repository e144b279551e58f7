"""Read and write delimited tables, CSV and TSV; an unclosed quote loses no row."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import IO, NamedTuple

from textclf.errors import InputError
from textclf.io.encoding import decode, table_lines
from textclf.io.input_documents import InputDocument, ReadOptions
from textclf.io.limits import line_too_long
from textclf.io.table import FIRST_ROWS, Row, header_at, read_rows

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SAMPLE = 200
"""Lines that show what separates the columns."""
_SAMPLE_SIZE = 1_000_000
_SEPARATOR_LINE = r'(?i:"?sep=(.)\1*"?[;,\t|]*\s*)'
"""The first line of a file that tells Excel what separates the columns."""


class _Line(NamedTuple):
    number: int
    text: str
    error: str = ""
    warning: str = ""
    offset: int | None = None
    """The byte of the file that it begins at, if it is known."""


def read(
    path: str, stream: IO[bytes], reading: ReadOptions, delimiter: str
) -> Iterator[InputDocument]:
    """Yield a document for each row below the header; a malformed row yields one with an error.

    The columns are separated by what `reading` says, else by what the first rows show, else by
    `delimiter`. Raises InputError for a header that cannot be read or has no column for the text.
    """
    import csv  # noqa: PLC0415 - start-up time

    most = reading.longest_line
    csv.field_size_limit(most)
    marked, raw = table_lines(stream, most)
    lines = _decoded(raw, most)
    sample = _beginning(lines)
    given = reading.delimiter
    if sample and (found := re.fullmatch(_SEPARATOR_LINE, sample[0].text.strip("\ufeff"))):
        given = given or found[1]
        sample = [line._replace(number=line.number - 1) for line in sample[1:]]
        lines = (line._replace(number=line.number - 1) for line in lines)
    chosen = given or _shown([line.text for line in sample], reading, delimiter)
    notes = []
    if chosen not in {delimiter, reading.delimiter}:
        name, usual = (DELIMITERS.get(one, repr(one)) for one in (chosen, delimiter))
        notes.append(f"{path}: {name} separate its columns, not {usual}")
    rows = _rows(chain(sample, lines), chosen, most)
    yield from read_rows(path, rows, reading, notes, marked=marked)


def _decoded(raw: Iterable[bytes], most: int) -> Iterator[_Line]:
    offset: int | None = 0
    for number, line in enumerate(raw, start=1):
        begin = offset
        if len(line) > most:
            yield _Line(number, "", line_too_long(most), offset=begin)
            offset = None  # the rest of the line is not here
            continue
        if offset is not None:
            offset += len(line)
        try:
            text, warning = decode(line)
        except InputError as reason:
            yield _Line(number, "", str(reason), offset=begin)
        else:
            yield _Line(number, text, "", warning, begin)


def _beginning(lines: Iterator[_Line]) -> list[_Line]:
    """Return the first lines, enough to tell what separates the columns."""
    sample: list[_Line] = []
    size = 0
    for line in lines:
        sample.append(line)
        size += len(line.text)
        if len(sample) == _SAMPLE or size > _SAMPLE_SIZE:
            break
    return sample


def _shown(lines: Sequence[str], reading: ReadOptions, usual: str) -> str:
    """Return what separates the columns in the first lines of a table.

    That is what gives a header with the text's column, and after it rows of the same length.
    """
    best, most = usual, (False, 0.0)
    for delimiter in (usual, *(one for one in DELIMITERS if one != usual)):
        rows = list(islice(_sampled(lines, delimiter), FIRST_ROWS))
        start = header_at(rows, reading) if rows and reading.header else None
        table = rows[start or 0 :]
        width = len(table[0].cells) if table else 0
        regular = sum(len(row.cells) == width for row in table) / (len(table) or 1)
        shown = start is not None, regular if start is not None or width > 1 else 0.0
        if shown > most:
            best, most = delimiter, shown
        if most == (True, 1.0):
            break
    return best


def _sampled(lines: Sequence[str], delimiter: str) -> Iterator[Row]:
    import csv  # noqa: PLC0415 - start-up time

    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
            if cells:
                yield Row(number, cells)
    except csv.Error:
        return


def _rows(lines: Iterator[_Line], delimiter: str, most: int) -> Iterator[Row]:
    """Yield the rows of a table; a blank line is none, but is counted.

    Python's reader takes everything after an unclosed quote as one cell. Here such a row is an
    error of its own line, and reading goes on with the next line. A row that begins in lines
    which a malformed row took, and does not end in its own line, is malformed for the same
    reason: both are inside a quote at the end of that line. It is not read further, so that
    reading takes linear time.
    """
    import csv  # noqa: PLC0415 - start-up time

    retry: deque[_Line] = deque()
    number = blanks = 0
    failed = ""
    while True:
        # The lines of the current row: if the row turns out to be malformed, all lines after
        # its first are read again, each as the beginning of a row.
        taken: list[_Line] = []

        def feed(taken: list[_Line] = taken, failed: str = failed) -> Iterator[str]:
            while line := (retry.popleft() if retry else next(lines, None)):
                taken.append(line)
                yield line.text
                if retry and taken:
                    raise csv.Error(failed)

        reader = csv.reader(feed(), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                number += 1
                error = next((line.error for line in taken if line.error), "")
                if cells or error:
                    warnings = tuple(dict.fromkeys(line.warning for line in taken if line.warning))
                    first = taken[0]
                    yield Row(
                        number,
                        cells,
                        _at(error, first, number),
                        warnings,
                        first.offset,
                        first.text,
                        blanks,
                    )
                    blanks = 0
                else:
                    blanks += 1
                taken.clear()
        except csv.Error as reason:
            number += 1
            failed = str(reason)
            if "field limit" in failed:
                failed = f"a cell has more than {most:,} characters"
            retry.extendleft(reversed(taken[1:]))
            error = f"is not a row of the table: {failed}"
            first = taken[0]
            at = _at(error, first, number)
            yield Row(number, [], at, (), first.offset, first.text, blanks)
            blanks = 0
            continue
        return


def _at(error: str, line: _Line, number: int) -> str:
    """Return an error with its line, if that is not the number of the row."""
    return f"{error} (line {line.number})" if error and line.number != number else error


def delimited_line(cells: Sequence[str], delimiter: str) -> str:
    """Return the line of a row, with quotes around the cells that need them, as in Python's csv."""
    return f"{delimiter.join([_quoted(one, delimiter) for one in cells])}\n"


def _quoted(cell: str, delimiter: str) -> str:
    if delimiter in cell or "\n" in cell or '"' in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell
