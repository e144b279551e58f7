"""Answers that coders gave on the review page: what a record says of one, and which of them hold.

A file of answers is only ever appended to. A coder who answers a text again appends a record, and
one who takes an answer back appends a record that says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, TypeVar

from textclf.errors import CorpusError, choices

Answer = tuple[str, ...]
"""The labels of one text under one scheme: one for a single scheme, any number for a multi."""

ADJUDICATE = "adjudicate"
"""The order of answers that decide between coders who disagree."""
RANDOM = "random"
"""The order of answers to a random sample of the pool."""

FEWEST_DRAWN = 20
"""Scores are measured on the answers to a random sample if there are so many, or more."""

DRAWN = "/drawn"
"""Ends the key of a record that enters an earlier answer into the random sample."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """Who answered, when, and how the text was chosen."""

    scheme: str
    """Name, version and short digest of the scheme."""
    coder: str = ""
    time: str = ""
    """When the answer was given, in UTC."""
    order: str = ""
    """How the text was chosen: random, teach, double or adjudicate."""
    inclusion: float = 0.0
    """The probability with which a random sample of the pool holds the text; 0 if it is unknown."""
    model: str = ""
    """The model whose label the coder could see; empty if there was none, or if it was hidden."""
    key: str = ""
    """A name of the answer: one that is sent twice is stored once."""
    note: str = ""
    undo: bool = False
    """Whether the record takes back the coder's last answer to the text."""

    @property
    def scheme_name(self) -> str:
        """The name of the scheme, without its version."""
        return self.scheme.partition(" ")[0]

    @property
    def decides(self) -> bool:
        """Whether the answer decides between coders who disagree."""
        return self.order == ADJUDICATE

    @property
    def repeats(self) -> bool:
        """Whether the record is an earlier answer once more, as one of the random sample."""
        return self.key.endswith(DRAWN)

    @classmethod
    def from_dict(cls, data: object, place: str) -> "GivenAnswer":
        """Return the answer of a JSON object; raises CorpusError naming `place` and the field."""
        if not isinstance(data, dict):
            raise CorpusError(f"{place}: answer must be a JSON object, {{...}}")
        for name, value in data.items():
            if name not in _TYPES:
                raise CorpusError(f"{place}: there is no field answer.{name}; {_choices(name)}")
            if type(value) not in _TYPES[name]:
                raise CorpusError(
                    f"{place}: answer.{name} must be a {_TYPES[name][0].__name__}, not {value!r}"
                )
        if "scheme" not in data:
            raise CorpusError(f"{place}: answer.scheme is missing")
        return cls(**data)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data that `from_dict` reads back, without empty fields."""
        return {name: value for name in _TYPES if (value := getattr(self, name))}


_TYPES: dict[str, tuple[type, ...]] = {
    one.name: {"inclusion": (float, int), "undo": (bool,)}.get(one.name, (str,))
    for one in fields(GivenAnswer)
}


def _choices(name: str) -> str:
    return choices(name, _TYPES)


class _Answered(Protocol):
    """A record that may hold an answer."""

    @property
    def id(self) -> str: ...
    @property
    def labels(self) -> Mapping[str, Answer]: ...
    @property
    def answer(self) -> GivenAnswer | None: ...


R = TypeVar("R", bound=_Answered)


def held_answers(records: Iterable[R]) -> list[R]:
    """Return the records of answers that hold, and all records that are no answers, in order.

    The last answer of a coder to a text holds. One that was taken back is gone, and the one before
    it, if there is one, holds again. A decision between coders stands beside the coder's answer.
    """
    stacks: dict[tuple[object, ...], list[R]] = {}
    keys: set[str] = set()
    for number, record in enumerate(records):
        given = record.answer
        if given is None:
            stacks[number,] = [record]
            continue
        if given.key and given.key in keys:
            continue
        keys.add(given.key)
        stack = stacks.setdefault((given.coder, record.id, given.scheme_name, given.decides), [])
        if stack and (given.undo or given.repeats):
            stack.pop()
        if not given.undo:
            stack.append(record)
    return [stack[-1] for stack in stacks.values() if stack]


def settled(records: Iterable[R]) -> list[R]:
    """Return one record for each text that was answered, and all records that are no answers.

    Its labels are those that all of its coders gave, or those of the coder who adjudicated. Where
    coders disagree and no one has decided, the text has no labels. The answers of the first two
    coders, by name, are its `labels_a` and `labels_b`.
    """
    texts: dict[str, list[R]] = {}
    for number, record in enumerate(held_answers(records)):
        texts.setdefault(f"a{record.id}" if record.answer else f"r{number}", []).append(record)
    return [_settled_text(given) if given[0].answer else given[0] for given in texts.values()]


def _coder(record: _Answered) -> str:
    return record.answer.coder if record.answer else ""


def _settled_text(given: list[R]) -> R:
    """Return the one record of a text that coders answered, under one scheme or several."""
    labels: dict[str, Answer] = {}
    coders: tuple[dict[str, Answer], dict[str, Answer]] = {}, {}
    for name in dict.fromkeys(name for record in given for name in record.labels):
        own = sorted((record for record in given if name in record.labels), key=_coder)
        decided = [one for one in own if one.answer and one.answer.decides]
        coded = [record.labels[name] for record in own if record not in decided]
        if decided:
            labels[name] = decided[-1].labels[name]
        elif len({tuple(sorted(answer)) for answer in coded}) == 1:
            labels[name] = coded[0]
        if len(coded) > 1:
            for coder, answer in zip(coders, coded, strict=False):
                coder[name] = answer
    drawn = [one for one in given if one.answer and one.answer.order == RANDOM]
    return replace(  # type: ignore[type-var]
        (drawn or given)[0], labels=labels, labels_a=coders[0], labels_b=coders[1]
    )
