"""Dates and times as people read them: a time always names its zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from markupsafe import Markup

from config import jinja, when

NOON = datetime(2026, 1, 15, 17, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def boston():
    with timezone.override(ZoneInfo("America/New_York")), translation.override("en"):
        yield


@pytest.fixture
def chicago():
    token = when.yours.set(ZoneInfo("America/Chicago"))
    yield
    when.yours.reset(token)


def words(text: str) -> str:
    return str(Markup(text).striptags()).replace("\u202f", " ").replace("\u00a0", " ")


def test_a_time_names_the_clinics_zone():
    assert words(when.clock(NOON)) == "12:05 PM EST"
    assert words(when.moment(NOON)) == "Jan 15, 2026, 12:05 PM EST"
    assert 'datetime="2026-01-15T17:05:00+00:00"' in when.clock(NOON)


def test_a_reader_elsewhere_gets_both_times(chicago: None):
    assert words(when.clock(NOON)) == "11:05 AM your time · 12:05 PM clinic"


def test_a_reader_whose_clock_agrees_just_then_gets_one():
    token = when.yours.set(ZoneInfo("America/Detroit"))
    assert words(when.clock(NOON)) == "12:05 PM EST"
    when.yours.reset(token)


def test_a_moment_near_midnight_is_dated_where_the_clinic_is():
    late = datetime(2026, 1, 16, 3, 0, tzinfo=UTC)
    assert words(when.day(late)) == "Jan 15, 2026"
    assert when.stamp(late) == int(datetime(2026, 1, 15, 22, 0, tzinfo=UTC).timestamp())


def test_nothing_is_shown_for_no_date():
    assert when.day(None) == when.clock(None) == when.moment(None) == when.ago(None) == ""


def test_dates_are_spanish_in_spanish():
    with translation.override("es"):
        assert words(when.day(date(2026, 1, 15))) == "15 ene 2026"


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ("2026-01-03", "12 d"),
        ("2024-12-20", "12 mo"),
        ("2024-01-16", "23 mo"),
        ("1985-12-10", "40 y"),
        ("1986-01-16", "39 y"),
    ],
)
def test_age_is_told_as_clinics_tell_it(born: str, said: str):
    assert when.age(date.fromisoformat(born), date(2026, 1, 15)) == said


def test_how_long_ago_is_one_unit_with_the_exact_time_behind_it():
    ago = when.ago(timezone.now() - timedelta(minutes=12))
    assert words(ago) == "12 min"
    assert "title=" in ago


@pytest.mark.parametrize(
    ("stored", "read"),
    [("+16175550143", "(617) 555-0143"), ("+442079460958", "+44 20 7946 0958"), ("ada@example.org", "ada@example.org")],
)
def test_a_phone_number_is_written_as_people_read_it(stored: str, read: str):
    assert jinja.phone(stored) == read
