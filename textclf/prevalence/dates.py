"""Dates as people write them, and the periods that they fall in."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, get_args

from textclf.errors import InputError

Period = Literal["day", "week", "month", "quarter", "year"]
PERIODS: tuple[Period, ...] = get_args(Period)

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:t\d|\Z)")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_DAY_NAME = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[-\s]+{_NAME},?[-\s]+(\d{{4}})\b")
_NAME_DAY = re.compile(rf"\b{_NAME}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b")
_NAME_YEAR = re.compile(rf"\b{_NAME},?[-\s]+(\d{{4}})\b")
_CENTURY = 2000
_LATEST = 69
"""Years of two digits up to this one are of this century, as in POSIX."""
_TWELVE = 12
_WIDEST_GAP = 50
"""No archive is taken to have more years without an article."""


def read_dates(
    texts: Sequence[str], places: Sequence[str], *, day_first: bool | None = None
) -> list[date | None]:
    """Return the date of each text; None for an empty one, and for one that is no date.

    Understood are 2021-03-31 with or without a time, 20210331, 31 March 2021, March 31, 2021, Wed,
    31 Mar 2021, March 2021 (its first day), 31.03.2021 and 31/03/2021. Whether the day is first in
    the last is shown by a date whose day is over 12, or is said by `day_first`. `places` has file
    and line of each text. Raises InputError where nothing shows it, or two dates contradict.
    """
    known = {text: _numbers(text) for text in dict.fromkeys(texts)}
    numbers = [text for text, found in known.items() if found and found[1] != "."]
    if day_first is None and numbers:
        day_first = _is_day_first(numbers, known, dict(zip(texts, places, strict=True)))
    dates = {text: _date(text, found, bool(day_first)) for text, found in known.items()}
    return [dates[text] for text in texts]


def period_of(day: date, period: Period) -> str:
    """Return the name of the period of a day.

    >>> [period_of(date(2021, 3, 31), period) for period in PERIODS]
    ['2021-03-31', '2021-W13', '2021-03', '2021-Q1', '2021']
    """
    if period == "day":
        return day.isoformat()
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    if period == "month":
        return f"{day.year:04}-{day.month:02}"
    quarter = f"-Q{(day.month + 2) // 3}" if period == "quarter" else ""
    return f"{day.year:04}{quarter}"


def wide_gap(days: Sequence[date | None]) -> tuple[int, int] | None:
    """Return the rows of two dates with more than 50 years and no date between; None if none are.

    One of the two is a slip of the pen or of a program, such as 0001-01-01.

    >>> wide_gap([date(2021, 3, 31), date(2022, 1, 1), date(1, 1, 1)])
    (2, 0)
    """
    rows = sorted((day, row) for row, day in enumerate(days) if day)
    for (before, first), (after, second) in pairwise(rows):
        if after.year - before.year > _WIDEST_GAP:
            return first, second
    return None


def periods_between(days: Iterable[date], period: Period) -> list[str]:
    """Return all periods from the first day to the last, also those without a day."""
    found = list(days)
    if not found:
        return []
    first, last = min(found), max(found)
    every = (first + timedelta(number) for number in range((last - first).days + 1))
    return list(dict.fromkeys(period_of(day, period) for day in every))


def first_day(name: str) -> date:
    """Return the first day of a period with this name.

    >>> [first_day(name).isoformat() for name in ("2021-W13", "2021-03", "2021-Q1", "2021")]
    ['2021-03-29', '2021-03-01', '2021-01-01', '2021-01-01']
    """
    year, _, rest = name.partition("-")
    if rest[:1] == "W":
        return date.fromisocalendar(int(year), int(rest[1:]), 1)
    if rest[:1] == "Q":
        return date(int(year), 3 * int(rest[1:]) - 2, 1)
    month, _, day = rest.partition("-")
    return date(int(year), int(month or 1), int(day or 1))


def _numbers(text: str) -> tuple[int, str, int, int] | None:
    """Return the two small numbers of a date such as 31/03/2021, what is between, and the year."""
    found = _NUMBERS.match(text.strip())
    if not found:
        return None
    one, between, other, year = found.groups()
    century = 0 if len(year) > 2 else _CENTURY - 100 * (int(year) >= _LATEST)  # noqa: PLR2004
    return int(one), between, int(other), int(year) + century


def _is_day_first(
    texts: Sequence[str],
    known: dict[str, tuple[int, str, int, int] | None],
    place_of: dict[str, str],
) -> bool:
    first = [text for text in texts if (found := known[text]) and found[0] > _TWELVE]
    second = [text for text in texts if (found := known[text]) and found[2] > _TWELVE]
    if first and second:
        raise InputError(
            f"{place_of[first[0]]}: {first[0]!r} has its day first and {second[0]!r} "
            f"({place_of[second[0]]}) its month; write the dates as 2021-03-31"
        )
    if not first and not second:
        raise InputError(
            f"{place_of[texts[0]]}: {texts[0]!r} may have its day or its month first, and no other "
            "date shows which; say --day-first or --month-first"
        )
    return bool(first)


def _date(text: str, numbers: tuple[int, str, int, int] | None, day_first: bool) -> date | None:
    if numbers:
        one, between, other, year = numbers
        day, month = (one, other) if day_first or between == "." else (other, one)
        return _valid(year, month, day)
    plain = text.strip().casefold()
    if found := _YEAR_FIRST.match(plain) or _COMPACT.match(plain):
        year, month, day = map(int, found.groups())
        return _valid(year, month, day)
    if found := _DAY_NAME.search(plain):
        return _valid(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
    if found := _NAME_DAY.search(plain):
        return _valid(int(found[3]), _MONTHS.index(found[1]) + 1, int(found[2]))
    found = _NAME_YEAR.search(plain)
    return _valid(int(found[2]), _MONTHS.index(found[1]) + 1, 1) if found else None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
