"""The text that a person sees in a cell of a spreadsheet: numbers and dates by their format."""

import re
from datetime import date, datetime, time
from typing import Protocol

_DIGITS = r"(#,##)?(?:#|0+|#*0+|)(?:\.(0+))?(%?)"
_DATE_PARTS = r"yyyy|yy|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss|s|am/pm|\.0+|\\.|\"[^\"]*\"|[-/.,: ]|t"
_LOCAL_DATES = ("mm-dd-yy", "m/d/yy", "m/d/yyyy", "m/d/yy h:mm", "m/d/yyyy h:mm")
"""Formats of which each country sees its own; they are shown year first."""
_NAMES = {"yyyy": "%Y", "yy": "%y", "mmmm": "%B", "mmm": "%b", "dddd": "%A", "ddd": "%a"}
_AM_PM = "am/pm"
_NOON = 12


class Formatted(Protocol):
    """A cell that has a format."""

    number_format: str


def shown(value: object, cell: Formatted) -> str:
    """Return the text that a person sees in a cell with a value."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    if isinstance(value, date | time):
        return _moment(value, cell.number_format or "")
    return str(value)


def _number(value: float, written: str) -> str:
    """Return a number by its format: decimals, thousands, percent and leading zeros.

    >>> _number(0.256, "0.0%"), _number(1234.5, "#,##0.00"), _number(7, "000"), _number(7.0, "")
    ('25.6%', '1,234.50', '007', '7')
    """
    form = re.fullmatch(_DIGITS, written.split(";", maxsplit=1)[0])
    if not written or not form or not form[0]:
        whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15  # noqa: PLR2004 - digits that Excel keeps
        return str(int(value)) if whole or isinstance(value, int) else f"{value:.15g}"
    thousands, decimals, percent = form.groups()
    places = len(decimals or "")
    digits = written.split(";", maxsplit=1)[0].split(".", maxsplit=1)[0].count("0")
    width = digits + bool(places) + places + (value < 0)
    scaled = value * 100 if percent else value
    zeros = f"0{width}" if digits > 1 else ""
    return f"{scaled:{zeros}{',' if thousands else ''}.{places}f}{percent}"


def _moment(value: date | time, written: str) -> str:
    """Return a date or time by its format, or year first where that is not understood."""
    form = re.sub(r"\[[^\]]*\]", "", written.split(";", maxsplit=1)[0]).strip().casefold()
    parts = re.findall(_DATE_PARTS, form)
    if form in _LOCAL_DATES or not form or "".join(parts) != form:
        return _year_first(value)
    clock = _AM_PM in parts
    texts = []
    for number, part in enumerate(parts):
        before = next((one for one in reversed(parts[:number]) if one[0].isalpha()), "")
        after = next((one for one in parts[number + 1 :] if one[0].isalpha()), "")
        texts.append(_part(value, part, clock=clock, minute=before[:1] == "h" or after[:1] == "s"))
    return "".join(texts)


def _part(value: date | time, part: str, *, clock: bool, minute: bool) -> str:
    if part == _AM_PM:
        return "AM" if getattr(value, "hour", 0) < _NOON else "PM"
    if part in _NAMES:
        return value.strftime(_NAMES[part])
    if part[0] not in "mdhs":
        return part.strip('"').lstrip("\\")
    name = {"m": "minute" if minute else "month", "d": "day", "h": "hour", "s": "second"}[part[0]]
    number = getattr(value, name, 0)
    if name == "hour" and clock:
        number = (number - 1) % _NOON + 1
    return f"{number:0{len(part)}d}"


def _year_first(value: date | time) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat()
