"""Warnings and errors of a run: those of one kind become one line with a count."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from textclf.classifier.prediction import DocumentResult


class Problem(NamedTuple):
    """A warning, or the reason why something could not be read."""

    place: str
    """File, and row or line if it has them."""
    text: str

    @property
    def kind(self) -> str:
        """What problems with other details have in common."""
        return self.text.partition(": ")[0]

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


def problem_of(path: str, message: str) -> Problem:
    """Return the problem that a message about a file, or about a row of it, states."""
    found = re.match(rf"({re.escape(path)}(?::\d+)?): ", message)
    return Problem(found[1], message[found.end() :]) if found else Problem("", message)


def problems_of(result: DocumentResult) -> list[Problem]:
    """Return the warnings of a result, and its error."""
    messages = (*result.warnings, result.error)
    return [problem_of(result.path, message) for message in messages if message]


class Problems:
    """Counts problems by kind."""

    def __init__(self) -> None:
        self._first: dict[str, Problem] = {}
        self._count: dict[str, int] = {}

    def add(self, problems: Iterable[Problem]) -> None:
        """Count problems."""
        for one in problems:
            self._first.setdefault(one.kind, one)
            self._count[one.kind] = self._count.get(one.kind, 0) + 1

    def counts(self) -> tuple[tuple[Problem, int], ...]:
        """Return the first problem of each kind, and how many are of this kind."""
        return tuple((first, self._count[kind]) for kind, first in self._first.items())

    def lines(self) -> list[str]:
        """Return a line for each kind: how often it was met, and the first of it."""
        return [self._line(kind) for kind in self._first]

    def _line(self, kind: str) -> str:
        first, count = self._first[kind], self._count[kind]
        if count == 1:
            return str(first)
        return f"{count:,} inputs: {first.text}; the first is {first.place}"
