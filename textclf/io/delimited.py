"""Read and write delimited tables, CSV and TSV; an unclosed quote loses no row."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import IO

from textclf.errors import InputError
from textclf.io.encoding import decode_lines
from textclf.io.input_documents import (
    PLAIN,
    InputDocument,
    ReadOptions,
    check_fields,
    document_of_row,
    unreadable_row,
)


def read_table(
    path: str, stream: IO[bytes], reading: ReadOptions, delimiter: str
) -> Iterator[InputDocument]:
    """Yield a document for each row below the header; a malformed row yields one with an error.

    Raises InputError for a header that cannot be read or has no column for the text.
    """
    header: list[str] | None = None
    for number, cells, error, warnings in table_rows(path, stream, delimiter, reading):
        place = f"{path}:{number}"
        if header is None:
            if error:
                raise InputError(f"{error}: the header cannot be read")
            check_fields(cells, place, reading)
            header = cells
        elif error:
            yield unreadable_row(place, path, dict.fromkeys(header, ""), error)
        elif len(cells) != len(header):
            row = dict(zip(header, cells + [""] * len(header), strict=False))
            count = f"{place}: has {len(cells)} cells where the header has {len(header)}"
            yield unreadable_row(place, path, row, count)
        else:
            row = dict(zip(header, cells, strict=True))
            yield document_of_row(row, place, path, reading, warnings)


def table_rows(
    path: str, stream: IO[bytes], delimiter: str, reading: ReadOptions = PLAIN
) -> Iterator[tuple[int, list[str], str, tuple[str, ...]]]:
    """Yield the rows of a table: line number, cells, error and warnings.

    Python's reader takes everything after an unclosed quote as one cell. Here such a row is an
    error of its own line, and reading goes on with the next line. A row that begins in lines
    which a malformed row took, and does not end in its own line, is malformed for the same
    reason: both are inside a quote at the end of that line. It is not read further, so that
    reading takes linear time.
    """
    import csv  # noqa: PLC0415 - start-up time

    csv.field_size_limit(reading.longest_line)
    source = decode_lines(path, stream, reading.longest_line)
    retry: deque[tuple[int, str, str, tuple[str, ...]]] = deque()
    failed = ""
    while True:
        # The lines of the current row: if the row turns out to be malformed, all lines after
        # its first are read again, each as the beginning of a row.
        taken: list[tuple[int, str, str, tuple[str, ...]]] = []

        def feed(
            taken: list[tuple[int, str, str, tuple[str, ...]]] = taken, failed: str = failed
        ) -> Iterator[str]:
            while line := (retry.popleft() if retry else next(source, None)):
                taken.append(line)
                yield line[1]
                if retry and taken:
                    raise csv.Error(failed)

        reader = csv.reader(feed(), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                number, _, error, _ = taken[0]
                error = error or next((line[2] for line in taken if line[2]), "")
                warnings = tuple(w for line in taken for w in line[3])
                taken.clear()
                if cells or error:
                    yield number, cells, error, warnings
        except csv.Error as reason:
            failed = str(reason)
            if "field limit" in failed:
                failed = f"a cell has more than {reading.longest_line:,} characters"
            number = taken[0][0]
            retry.extendleft(reversed(taken[1:]))
            yield number, [], f"{path}:{number}: is not a row of the table: {failed}", ()
            continue
        return


def delimited_line(cells: Sequence[str], delimiter: str) -> str:
    """Return the line of a row, with quotes around the cells that need them, as in Python's csv."""
    return f"{delimiter.join([_quoted(one, delimiter) for one in cells])}\n"


def _quoted(cell: str, delimiter: str) -> str:
    if delimiter in cell or "\n" in cell or '"' in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell
