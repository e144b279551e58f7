"""Tables of delimited text, CSV and TSV: no row is lost, whatever quote nobody closed."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from textclf.classifier.prediction import DocumentResult, Labelled
from textclf.errors import InputError
from textclf.io.columns import cell, cells_of, column_is_taken
from textclf.io.encoding import decode_lines
from textclf.io.input_documents import (
    Item,
    ReadOptions,
    document_of_row,
    text_field,
    title_field,
    unreadable_row,
)


def read_table(
    path: str, stream: IO[bytes], reading: ReadOptions, delimiter: str
) -> Iterator[Item]:
    """Yield a document for each row under the header; a broken row is one with an error.

    Raises InputError for a header that cannot be read or has no column for the text.
    """
    rows = table_rows(path, stream, delimiter)
    header: list[str] | None = None
    for number, cells, error, warnings in rows:
        place = f"{path}:{number}"
        if header is None:
            if error:
                raise InputError(f"{error}: the header cannot be read")
            header = header_of(cells, place)
            title_field(row := dict.fromkeys(header), text_field(row, path, reading), path, reading)
        elif error:
            yield unreadable_row(place, path, dict.fromkeys(header, ""), error)
        elif len(cells) != len(header):
            row = dict(zip(header, cells + [""] * len(header), strict=False))
            odd = f"{place}: has {len(cells)} cells where the header has {len(header)}"
            yield unreadable_row(place, path, row, odd)
        else:
            yield document_of_row(
                dict(zip(header, cells, strict=True)), place, path, reading, warnings
            )


_LONGEST_CELL = 32_000_000


def table_rows(
    path: str, stream: IO[bytes], delimiter: str
) -> Iterator[tuple[int, list[str], str, tuple[str, ...]]]:
    """Yield the rows of a table: line number, cells, error and warnings.

    Python's reader swallows all that follows a quote that nobody closed. Here such a row is
    an error of its own line, and reading goes on with the next line: no row is lost.
    """
    import csv  # noqa: PLC0415 - start-up time

    csv.field_size_limit(_LONGEST_CELL)
    source = decode_lines(path, stream)
    again: deque[tuple[int, str, str, tuple[str, ...]]] = deque()
    while True:
        taken: list[tuple[int, str, str, tuple[str, ...]]] = []

        def feed(taken: list[tuple[int, str, str, tuple[str, ...]]] = taken) -> Iterator[str]:
            while line := (again.popleft() if again else next(source, None)):
                taken.append(line)
                yield line[1]

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
            number = taken[0][0]
            again.extendleft(reversed(taken[1:]))
            yield number, [], f"{path}:{number}: is not a row of the table: {reason}", ()
            continue
        return


def header_of(cells: list[str], place: str) -> list[str]:
    """Return the names of the columns; InputError where one stands twice."""
    twice = next((cell for cell in cells if cells.count(cell) > 1), None)
    if twice is not None:
        raise InputError(f"{place}: the header has {twice!r} twice; rename one of the columns")
    return cells


def header_cells(first: Labelled, prefix: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the user's columns and of ours; InputError where one is both."""
    annotation, row = first
    theirs = ("source",) if row is None else tuple(row)
    ours = tuple(prefix + name for name in cells_of(annotation))
    if taken := next((name for name in ours if name in theirs), None):
        raise column_is_taken(taken, annotation.path)
    return theirs, ours


def row_cells(
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
    return [*(cell(own.get(name)) for name in theirs), *cells_of(annotation).values()]


def delimited_line(cells: Sequence[str], delimiter: str) -> str:
    """Return a row of a table, cells in quotes where Python's csv puts them."""
    return f"{delimiter.join([_quoted(one, delimiter) for one in cells])}\n"


def _quoted(cell: str, delimiter: str) -> str:
    if delimiter in cell or "\n" in cell or '"' in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell
