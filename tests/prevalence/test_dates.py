"""Dates are read as people write them, and what is ambiguous is not guessed."""

from datetime import date

import pytest

from textclf.errors import InputError
from textclf.prevalence.dates import period_of, periods_between, read_dates, wide_gap


@pytest.mark.parametrize(
    "text",
    [
        "2021-03-31", "2021-03-31T10:00:00Z", "2021/3/31 10:00", "20210331", "31 March 2021",
        "31st of March, 2021", "March 31, 2021", "Mar. 31 2021", "Wed, 31 Mar 2021 10:00:00 GMT",
        "31.03.2021", "31/03/2021", "31-3-21", "3/31/2021", "31-Mar-2021",
    ],
)  # fmt: skip
def test_a_date_is_read_as_people_write_it(text):
    assert read_dates([text], ["a.csv:2"]) == [date(2021, 3, 31)]


def test_one_date_shows_the_order_of_the_others():
    found = read_dates(["03/04/2021", "31/03/2021"], ["a.csv:2", "a.csv:3"])

    assert found[0] == date(2021, 4, 3)
    assert read_dates(["03/04/2021", "3/31/2021"], ["", ""])[0] == date(2021, 3, 4)


def test_an_ambiguous_date_is_refused_until_its_order_is_said():
    with pytest.raises(InputError, match=r"a\.csv:2: '03/04/2021' may have .* --day-first"):
        read_dates(["03/04/2021"], ["a.csv:2"])

    assert read_dates(["03/04/2021"], [""], day_first=True) == [date(2021, 4, 3)]
    assert read_dates(["03/04/2021"], [""], day_first=False) == [date(2021, 3, 4)]


def test_dates_that_contradict_are_refused_by_their_places():
    with pytest.raises(InputError, match=r"a\.csv:2.*a\.csv:3"):
        read_dates(["31/03/2021", "3/31/2021"], ["a.csv:2", "a.csv:3"])


@pytest.mark.parametrize("text", ["", "soon", "2021-13-01", "31 February 2021", "page 12"])
def test_what_is_no_date_has_none(text):
    assert read_dates([text], [""]) == [None]


def test_periods_without_a_day_are_among_the_periods():
    days = [date(2020, 11, 3), date(2021, 2, 1)]

    assert periods_between(days, "month") == ["2020-11", "2020-12", "2021-01", "2021-02"]
    assert periods_between([], "month") == []


def test_a_year_has_four_digits():
    assert [period_of(date(1, 1, 1), one) for one in ("week", "month", "quarter", "year")] == [
        "0001-W01",
        "0001-01",
        "0001-Q1",
        "0001",
    ]


def test_a_gap_of_fifty_years_is_no_wide_one():
    assert wide_gap([date(1950, 1, 1), None, date(2000, 12, 31)]) is None
    assert wide_gap([date(2001, 1, 1), None, date(1950, 1, 1)]) == (2, 0)
