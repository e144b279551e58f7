"""A line of JSON to what it says, and a record to its line: the same text with or without orjson.

orjson, where it is installed, does the long strings; what it says otherwise than Python's own
`json` is left to that. It knows no fields.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from json.encoder import encode_basestring
from typing import Any, Self

_LONG = 200
"""Characters from which on a string is worth orjson's while."""
_encode = json.JSONEncoder(ensure_ascii=False).encode
_DIGITS = 4_000
"""Digits of the longest number that Python reads as an integer, with some to spare."""
_SAFE = (str, int, type(None))
"""Types of a value that orjson reads as Python does: it reads a huge number as a float."""


class Number(float):
    """A number that Python would write with other digits than the input has."""

    digits: str

    def __new__(cls, digits: str) -> Self:
        number = super().__new__(cls, digits)
        number.digits = digits
        return number

    def __repr__(self) -> str:
        return self.digits

    def __reduce__(self) -> tuple[type["Number"], tuple[str]]:
        return Number, (self.digits,)


@cache
def orjson() -> Any:  # noqa: ANN401 - a module
    """Return orjson; None where it is not installed."""
    try:
        import orjson as found  # noqa: PLC0415 - start-up time
    except ImportError:
        return None
    return found


def parsed(line: str) -> Any:  # noqa: ANN401 - whatever the line holds
    """Return what a line of JSON says; `dumped` writes each number with its digits there.

    Raises ValueError or RecursionError for a line that is no JSON.
    """
    fast = orjson()
    if fast is None or "-0" in line:
        return _loads(line)
    try:
        found = fast.loads(line)
    except ValueError:
        return _loads(line)
    if isinstance(found, dict) and all(isinstance(value, _SAFE) for value in found.values()):
        return found
    return _loads(line)


def _loads(line: str) -> Any:  # noqa: ANN401 - whatever the line holds
    return json.loads(line, parse_float=_fraction, parse_int=_integer)


def _fraction(digits: str) -> float:
    number = float(digits)
    return number if repr(number) == digits else Number(digits)


def _integer(digits: str) -> float:
    if len(digits) > _DIGITS or digits == "-0":
        return Number(digits)
    return int(digits)


def dumped(value: object) -> str:
    """Return a value as JSON on one line, its text as it is and not in escapes.

    >>> dumped({"id": 7, "text": "Café"})
    '{"id": 7, "text": "Café"}'
    """
    if not isinstance(value, str):
        return _encode(value) if type(value) in _SAFE else _with_digits(value)
    if len(value) >= _LONG and (fast := orjson()) is not None:
        with suppress(TypeError):  # a lone surrogate
            return str(fast.dumps(value), "utf-8")
    return encode_basestring(value)


def _with_digits(value: object) -> str:
    """Return a value as JSON, each number with the digits that it had."""
    if isinstance(value, Number):
        return value.digits
    if isinstance(value, list | tuple):
        return f"[{', '.join([dumped(one) for one in value])}]"
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return line({name: dumped(one) for name, one in value.items()})
    return _encode(value)


def line(fields: Mapping[str, str]) -> str:
    """Return the line of a record, of which each value is in JSON.

    >>> line({"id": "7", "text": dumped("Café")})
    '{"id": 7, "text": "Café"}'
    """
    return f"{{{', '.join([f'{dumped(name)}: {value}' for name, value in fields.items()])}}}"
