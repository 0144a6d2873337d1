"""Days of birth are understood in every way people type them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.base import dates

TODAY = dt.date(2026, 11, 22)
BORN = dt.date(1970, 1, 31)


@pytest.mark.parametrize(
    "typed",
    ["1970-01-31", "1970/1/31", "01/31/1970", "1/31/70", "1-31-1970", "31/1/1970", "31.1.1970", "31 Jan 1970",
     "31-jan-1970", "31jan1970", "Jan 31, 1970", "January 31st 1970", "jan. 31 1970", "31 January '70", "01311970",
     "19700131", "013170", "31 de enero de 1970", "31 ene 1970"],
)  # fmt: skip
def test_one_day_typed_in_many_ways(typed: str) -> None:
    assert dates.read(typed, TODAY) == (BORN,)


def test_a_two_digit_year_can_be_a_child_or_a_very_old_person() -> None:
    assert dates.read("1/31/24", TODAY) == (dt.date(2024, 1, 31), dt.date(1924, 1, 31))


def test_dots_are_read_both_ways_and_slashes_the_us_way() -> None:
    assert dates.read("3.4.1970", TODAY) == (dt.date(1970, 4, 3), dt.date(1970, 3, 4))
    assert dates.read("3/4/1970", TODAY) == (dt.date(1970, 3, 4),)


@pytest.mark.parametrize(
    "typed", ["", "1970", "31", "02/30/1970", "13/13/1970", "12/25/2030", "1/1/1700", "May", "1/2"]
)
def test_what_is_no_day_of_birth_is_none(typed: str) -> None:
    assert dates.read(typed, TODAY) == ()


FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%d %b %Y", "%B %d, %Y", "%d-%b-%Y", "%m/%d/%y", "%m%d%Y", "%m.%d.%Y")


@given(st.dates(dt.date(1925, 1, 1), TODAY), st.sampled_from(FORMATS))
def test_any_day_in_any_format_is_among_its_readings(born: dt.date, form: str) -> None:
    assert born in dates.read(born.strftime(form), TODAY)


@given(st.text(max_size=20))
def test_no_text_breaks_the_reading_or_lies_in_the_future(typed: str) -> None:
    assert all(day <= TODAY for day in dates.read(typed, TODAY))


@pytest.mark.parametrize(
    ("typed", "year"), [("1970", 1970), ("2026", 2026), ("2027", None), ("1889", None), ("70", None)]
)
def test_a_bare_year_is_one_somebody_can_have_been_born_in(typed: str, year: int | None) -> None:
    assert dates.year(typed, TODAY) == year
