"""The labels in a table's cells: which words mean that there is none, and which are one label."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from textclf.errors import InputError, choices

Answer = tuple[str, ...]

_NO_LABEL = frozenset(("nan", "n/a", "na", "null", "#n/a", "<na>", "nat"))
"""What programs write for a cell without a value, in small letters."""
_NONE = "None"
"""What Python writes for it. In other letters, `none` is a label of many codebooks."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """Which labels of a table are one label in different spellings."""

    fold_case: bool = False
    """Labels that differ in case alone are one, in the spelling of the scheme or of most cells."""
    rename: tuple[tuple[str, str], ...] = ()
    """Pairs of an old label and its new one; an empty new one leaves cells without a label."""

    @classmethod
    def parse(cls, renames: Iterable[str], *, fold_case: bool = False) -> "Spelling":
        """Return the spelling for texts such as `old=new`; raises InputError for others.

        >>> Spelling.parse(["Econ.=economy"]).rename
        (('Econ.', 'economy'),)
        """
        pairs = []
        for text in renames:
            old, equals, new = text.rpartition("=")
            if not equals or not old.strip():
                raise InputError(f"--rename {text!r} is not OLD=NEW, such as Econ=economy")
            pairs.append((old.strip(), new.strip()))
        return cls(fold_case, tuple(pairs))

    def apply(self, answers: Sequence[Answer], names: Sequence[str] = ()) -> list[Answer]:
        """Return the answers in this spelling; `names` are the labels of the scheme, if known.

        Raises InputError for a label to rename that no answer has.
        """
        counts = Counter(label for answer in answers for label in answer)
        new = {label: label for label in counts}
        for old, renamed in self.rename:
            if old not in new:
                raise InputError(f"--rename {old}: there is no such label; {choices(old, counts)}")
            new[old] = renamed
        if self.fold_case:
            best: dict[str, str] = {label.casefold(): label for label in reversed(names)}
            for label in sorted(counts, key=lambda one: (-counts[one], one)):
                best.setdefault(new[label].casefold(), new[label])
            new = {old: best[label.casefold()] for old, label in new.items()}
        return [
            tuple(dict.fromkeys(new[label] for label in answer if new[label])) for answer in answers
        ]


def means_no_label(label: str, names: Sequence[str] = ()) -> bool:
    """Return whether a label is what a program writes for a cell without one.

    `names` are the labels of the scheme, if known; none of them means that.

    >>> means_no_label("NaN"), means_no_label("none"), means_no_label("NA", ["NA"])
    (True, False, False)
    """
    return label not in names and (label.casefold() in _NO_LABEL or label == _NONE)


def alike(labels: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the labels that differ only in case, blanks, punctuation or the format of a number.

    >>> list(alike(["law, crime", "Law-crime", "1", "1.0", "sport"]))
    [('1', '1.0'), ('Law-crime', 'law, crime')]
    """
    groups: dict[str, list[str]] = {}
    for label in sorted(labels):
        groups.setdefault(_folded(label), []).append(label)
    for group in groups.values():
        if len(group) > 1:
            yield tuple(group)


def spelling_warnings(names: Iterable[str], what: str = "labels", remedy: str = "") -> list[str]:
    """Return a warning for each set of labels, or of what else, that may be one; see `alike`.

    >>> spelling_warnings(["Bob", "bob"], "coders", "write them alike in the table")
    ["warning: 'Bob', 'bob' are 2 coders; write them alike in the table"]
    """
    lines = []
    for several in alike(names):
        fold = "--fold-case, or " if len({one.casefold() for one in several}) == 1 else ""
        own = f"make them one with {fold}--rename {several[0]!r}={several[1]!r}"
        listed = ", ".join(map(repr, several))
        lines.append(f"warning: {listed} are {len(several)} {what}; {remedy or own}")
    return lines


def _folded(label: str) -> str:
    """Return a label without case and punctuation, and a number in one format."""
    try:
        return f"{float(label):g}"
    except ValueError:
        return re.sub(r"[\W_]+", "", label).casefold() or label
