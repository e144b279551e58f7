"""Tell whether other processes can open an input that is open here, and read it from any offset."""

import os
import stat
from io import BufferedReader, FileIO
from pathlib import Path
from typing import IO

PROCESS_FOLDERS = ("/dev/", "/proc/")
"""Folders in which a name may be a different file for each process, or each time it is opened."""


def can_be_opened_again(path: str, stream: IO[bytes]) -> bool:
    """Return whether a stream is the undecompressed bytes of a regular file with this path."""
    return (
        isinstance(stream, BufferedReader)
        and isinstance(stream.raw, FileIO)
        and stream.raw.name == str(Path(path))
        and not path.startswith(PROCESS_FOLDERS)
        and stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    )
