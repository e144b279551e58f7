"""Keeps what has to be read twice: in memory while it is small, then in a temporary file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO

from textclf.errors import no_room

_HELD = 32_000_000
"""Bytes of standard input that are held in memory."""


@contextmanager
def kept_stdin() -> Iterator[IO[bytes]]:
    """Give a file that holds what comes on standard input: it can be read several times."""
    first = sys.stdin.buffer.read(_HELD)
    if len(first) < _HELD:
        yield BytesIO(first)
        return
    import shutil  # noqa: PLC0415 - start-up time
    import tempfile  # noqa: PLC0415 - start-up time

    try:
        with tempfile.TemporaryFile() as file:
            file.write(first)
            shutil.copyfileobj(sys.stdin.buffer, file)
            yield file
    except OSError as reason:
        raise no_room(reason) from None
