"""A line of JSON to what it says, and a record to its line: the same text with or without orjson.

orjson, where it is installed, does the long strings; what it says otherwise than Python's own
`json` is left to that. It knows no fields.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from json.encoder import encode_basestring
from typing import Any

_LONG = 200
"""Characters from which on a string is worth orjson's while."""
_encode = json.JSONEncoder(ensure_ascii=False).encode
_SAFE = (str, int, type(None))
"""Types of a value that orjson reads as Python does: it reads a huge number as a float."""


@cache
def orjson() -> Any:  # noqa: ANN401 - a module
    """Return orjson; None where it is not installed."""
    try:
        import orjson as found  # noqa: PLC0415 - start-up time
    except ImportError:
        return None
    return found


def parsed(line: str) -> Any:  # noqa: ANN401 - whatever the line holds
    """Return what a line of JSON says; raises ValueError or RecursionError where it is none."""
    fast = orjson()
    if fast is None:
        return json.loads(line)
    try:
        found = fast.loads(line)
    except ValueError:
        return json.loads(line)
    if isinstance(found, dict) and all(isinstance(value, _SAFE) for value in found.values()):
        return found
    return json.loads(line)


def dumped(value: object) -> str:
    """Return a value as JSON on one line, its text as it is and not in escapes.

    >>> dumped({"id": 7, "text": "Café"})
    '{"id": 7, "text": "Café"}'
    """
    if not isinstance(value, str):
        return _encode(value)
    if len(value) >= _LONG and (fast := orjson()) is not None:
        with suppress(TypeError):  # a lone surrogate
            return str(fast.dumps(value), "utf-8")
    return encode_basestring(value)


def line(fields: Mapping[str, str]) -> str:
    """Return the line of a record, of which each value is in JSON.

    >>> line({"id": "7", "text": dumped("Café")})
    '{"id": 7, "text": "Café"}'
    """
    return f"{{{', '.join([f'{dumped(name)}: {value}' for name, value in fields.items()])}}}"
