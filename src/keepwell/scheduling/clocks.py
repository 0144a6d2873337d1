"""Hours as a calendar says them, without the zone beside each: the calendar names its zone once."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from django.utils import timezone, translation


def o_clock(at: dt.datetime) -> str:
    """10:00 AM, in the clinic's zone."""
    local = timezone.localtime(at)
    return _o_clock(local.hour, local.minute, translation.get_language() or "en")


def weekday(day: dt.date) -> str:
    """Mon, Nov 30."""
    return format_skeleton("MMMEd", day, locale=_locale(translation.get_language() or "en"))


def long_day(day: dt.date) -> str:
    """Monday, November 30, 2026."""
    return format_date(day, "full", locale=_locale(translation.get_language() or "en"))


@lru_cache(maxsize=4096)
def _o_clock(hour: int, minute: int, language: str) -> str:
    return format_time(dt.time(hour, minute), "short", locale=_locale(language))


def _locale(language: str) -> Locale:
    return Locale.parse("es_US" if language.startswith("es") else "en_US")
