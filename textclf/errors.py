"""Every error that textclf raises on purpose.

    TextclfError
    ├── SchemeError     a scheme file, or a label that its scheme does not have
    ├── InputError      a text, a table or a file that cannot be read (also a ValueError)
    ├── CorpusError     a corpus record, a term list or a seed record
    ├── TrainingError   labelled data that nothing can be learned from
    ├── ModelError      a model file that is missing, damaged or hostile
    └── WorkerError     a process that did a part of the work and ended too early

A message names the culprit and its place, then what would have been right.
This file knows nothing of screens or exit codes.
"""


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
