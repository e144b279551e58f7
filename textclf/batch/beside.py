"""The files that a run writes beside its records: texts, passages, rejects and the run record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from textclf.batch.coded_articles import SideTables
from textclf.batch.run_output import Output
from textclf.io.side_tables import PASSAGE_COLUMNS, REJECT_COLUMNS, SideTable


@dataclass(frozen=True, slots=True)
class Beside:
    """The files that a run writes beside its output. Raises InputError for a name of no table."""

    show_text: Path | None = None
    """Gets the text that was read of each article, and what was not read and why."""
    passages: Path | None = None
    """Gets a row for each passage and scheme."""
    rejects: Path | None = None
    """Gets a row for each row that could not be read. Such rows then have no record."""
    record: bool = True
    """Whether an output file gets a run record beside it."""

    @property
    def tables(self) -> SideTables:
        """How the files are encoded."""
        return SideTables(
            self.show_text is not None,
            SideTable.at(self.passages, PASSAGE_COLUMNS, "--passages") if self.passages else None,
            SideTable.at(self.rejects, REJECT_COLUMNS, "--rejects") if self.rejects else None,
        )

    @property
    def files(self) -> Mapping[str, Path]:
        """The file of each option that is given."""
        named = ("--show-text", self.show_text), ("--passages", self.passages)
        return {option: path for option, path in (*named, ("--rejects", self.rejects)) if path}

    @property
    def outputs(self) -> Sequence[Output]:
        """The files, and what is written to each."""
        tables, outputs = self.tables, []
        if self.show_text:
            outputs.append(Output(self.show_text, "text", attrgetter("shown")))
        if tables.passages:
            outputs.append(Output(self.passages, tables.passages.style, attrgetter("passages")))
        if tables.rejects:
            outputs.append(Output(self.rejects, tables.rejects.style, attrgetter("rejects")))
        return outputs
