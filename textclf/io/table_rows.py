"""Takes tables apart into rows: no row is lost, whatever quote nobody closed.

It knows lines of text and nothing of what the columns mean.
"""

from collections import deque
from collections.abc import Iterator
from typing import IO

from textclf.errors import InputError
from textclf.io.encoding import decode_lines

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
