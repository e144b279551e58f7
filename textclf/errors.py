"""Every error that textclf raises on purpose.

    TextclfError
    ├── SchemeError     a scheme file, or a label that its scheme does not have
    ├── InputError      a text, a table or a file that cannot be read (also a ValueError)
    ├── CorpusError     a corpus record, a term list or a seed record
    ├── TrainingError   labelled data that nothing can be learned from
    ├── ModelError      a model file that is missing, damaged or hostile
    └── WorkerError     a process that did a part of the work and ended too early

A message names the culprit and its place, then what would have been right.
This file knows nothing of screens or exit codes. `choices` ends a message that names an unknown
name with the ones there are, and `counted` puts a noun after its number.
"""

from collections.abc import Iterable


class TextclfError(Exception):
    """The root of the tree: catch this to catch all that textclf raises on purpose."""


class SchemeError(TextclfError):
    """A scheme file is wrong, or a label is not one of its scheme."""


class InputError(TextclfError, ValueError):
    """A text, a table or a file cannot be read as what it was given as."""


class CorpusError(TextclfError):
    """A corpus record, a term list or a seed record is wrong."""


class TrainingError(TextclfError):
    """Nothing can be learned from the labelled data."""


class ModelError(TextclfError):
    """A model file is missing, damaged, or not what it says it is."""


class WorkerError(TextclfError):
    """A process that did a part of the work ended before it was done."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, for messages.

    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed name that `name` was most likely meant to be, if any is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - start-up time

    near = get_close_matches(name, list(allowed), n=1, cutoff=0.6)
    return near[0] if near else None


def choices(name: str, allowed: Iterable[str]) -> str:
    """Return the end of an error message: a near name where there is one, then all of them.

    >>> choices("favour", ["against", "favor", "none"])
    "did you mean 'favor'? There are: against, favor, none"
    """
    names = list(allowed)
    near = nearest(name, names)
    listed = ", ".join(names) or "none"
    return f"did you mean {near!r}? There are: {listed}" if near else f"there are: {listed}"


def no_room(reason: OSError) -> InputError:
    """Return the error of a temporary file that cannot be written."""
    import tempfile  # noqa: PLC0415 - start-up time

    return InputError(
        f"{tempfile.gettempdir()}: what is to be read twice cannot be kept here: "
        f"{reason.strerror}; set TMPDIR to a folder with room, or give --keep-repeated"
    )
