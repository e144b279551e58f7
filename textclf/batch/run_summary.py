"""The account of a run: what became of every row of its inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from textclf.batch.encoded_batch import EncodedBatch
from textclf.classifier.prediction import Status
from textclf.io.problems import Problem, Problems

_NUMBERS = ("number", "failed", "rejected", "blanks", "copies")
"""The numbers of a batch that are added up."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What became of every row of a run: `read` is `articles`, `rejected` and `blanks` together."""

    articles: int
    """Records written, with those of articles that could not be read."""
    failed: int
    """Records and rejects of articles that could not be read."""
    answers: Mapping[Status, int]
    """How many predictions have each status: one for each article and scheme."""
    removed: Mapping[str, int]
    """How many spans of text were not read as part of an article, by reason."""
    seconds: float
    """How long the run took."""
    rejected: int = 0
    """Rows in the table of rejects, which have no record."""
    blanks: int = 0
    """Blank rows and lines, which have no record."""
    copies: int = 0
    """Records of articles that are nearly the same as an earlier one."""
    statuses: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How many articles have each status, by scheme."""
    labels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How many articles have each label, by scheme."""
    problems: tuple[tuple[Problem, int], ...] = ()
    """The first of each kind of warning and error, with their number."""
    priors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """The shares of labels that were estimated from the inputs, by scheme."""

    @property
    def read(self) -> int:
        """Rows that were read: each has a record, is a reject, or is blank."""
        return self.articles + self.rejected + self.blanks

    def __str__(self) -> str:
        """Return the run in one line."""
        found = ", ".join(f"{self.answers[one]:,} {one}" for one in Status if one in self.answers)
        rows = "row" if self.articles == 1 else "rows"
        written = f"{self.articles:,} {rows}"
        if self.rejected or self.blanks:
            parts = f"{self.rejected:,} rejected + {self.blanks:,} blank"
            written = f"{self.read:,} rows read = {self.articles:,} written + {parts}"
        copies = f", {self.copies:,} of them copies" if self.copies else ""
        return f"{written}{copies} in {self.seconds:.1f} s; answers: {found or 'none'}"


class RunAccount:
    """Adds up the counts of batches."""

    def __init__(self) -> None:
        self._numbers: Counter[str] = Counter()
        self._answers: Counter[Status] = Counter()
        self._removed: Counter[str] = Counter()
        self._statuses: dict[str, Counter[str]] = {}
        self._labels: dict[str, Counter[str]] = {}
        self.problems = Problems()
        self._priors: dict[str, Mapping[str, float]] = {}

    @property
    def articles(self) -> int:
        """How many records there are so far."""
        return self._numbers["number"]

    def add(self, batch: EncodedBatch) -> None:
        """Add the counts of a batch."""
        for name in _NUMBERS:
            self._numbers[name] += getattr(batch, name)
        self._answers.update(batch.answers)
        self._removed.update(batch.removed)
        _add(self._statuses, batch.statuses)
        _add(self._labels, batch.labels)
        self.problems.add(batch.problems)
        self._priors.update(batch.priors)

    def summary(self, seconds: float) -> RunSummary:
        """Return the account of the run so far."""
        return RunSummary(
            self._numbers["number"],
            self._numbers["failed"],
            self._answers,
            self._removed,
            seconds,
            self._numbers["rejected"],
            self._numbers["blanks"],
            self._numbers["copies"],
            self._statuses,
            self._labels,
            self.problems.counts(),
            self._priors,
        )


def _add(total: dict[str, Counter[str]], counts: Mapping[str, Mapping[str, int]]) -> None:
    """Add the counts of a batch to those of each scheme."""
    for name, one in counts.items():
        total.setdefault(name, Counter()).update(one)
