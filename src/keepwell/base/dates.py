"""Dates of birth in the ways people type them, in US English and Spanish."""

from __future__ import annotations

import datetime as dt
import re

from keepwell.base.text import fold

EARLIEST_BIRTH_YEAR = 1890
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan ene january enero", "feb february febrero", "mar march marzo", "apr abr april abril", "may mayo",
         "jun june junio", "jul july julio", "aug ago august agosto", "sep sept set september septiembre setiembre",
         "oct october octubre", "nov november noviembre", "dec dic december diciembre"), start=1)
    for name in names.split()
}  # fmt: skip
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_OF = r"[\s,.\-/]*(?:\bde\b|\bdel\b|\bof\b)?[\s,.\-/]*"
_YEAR = r"(?P<year>\d{4}|'?\d{2})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
SPELLED = (
    re.compile(rf"(?<!\w){_DAY}{_OF}{_MONTH}{_OF}{_YEAR}(?!\w)", re.IGNORECASE),
    re.compile(rf"(?<!\w){_MONTH}{_OF}{_DAY}(?:\s*,\s*|[\s\-/]+){_YEAR}(?!\w)", re.IGNORECASE),
)
NUMERIC = re.compile(r"(?<![\w/.\-])(?P<a>\d{1,4})(?P<mark>[/.\-])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,4})(?![\w/\-])")
_RUN = re.compile(r"\d{8}|\d{6}")


def read(typed: str, today: dt.date, *, earliest: int = EARLIEST_BIRTH_YEAR) -> tuple[dt.date, ...]:
    """Every day of birth the text can mean, likeliest first; nothing if it is not one. Never a day to come.

    Two-digit years mean a past one within this century or the last; 3.4.1970 is read both ways, 3/4/1970 the US way.
    """
    text = typed.strip()
    for pattern in SPELLED:
        if found := pattern.fullmatch(text):
            return _days(today, earliest, _spelled(found))
    if found := NUMERIC.fullmatch(text):
        return _days(today, earliest, _numeric(found))
    if _RUN.fullmatch(text):
        return _days(today, earliest, _run(text))
    return ()


def year(typed: str, today: dt.date) -> int | None:
    "A bare year somebody now alive, or kept on record, can have been born in."
    if not re.fullmatch(r"\d{4}", typed):
        return None
    return int(typed) if EARLIEST_BIRTH_YEAR <= int(typed) <= today.year else None


_Ymd = tuple[str, int, int]


def _spelled(found: re.Match[str]) -> list[_Ymd]:
    return [(found["year"].lstrip("'"), _MONTHS[fold(found["month"])], int(found["day"]))]


def _numeric(found: re.Match[str]) -> list[_Ymd]:
    a, b, c = found["a"], int(found["b"]), found["c"]
    if len(a) > 2:
        return [(a, b, int(c))]
    month_first, day_first = (c, int(a), b), (c, b, int(a))
    if found["mark"] == ".":
        return [day_first, month_first]
    return [month_first] if int(a) <= 12 else [day_first]


def _run(text: str) -> list[_Ymd]:
    if len(text) == 6:
        return [(text[4:], int(text[:2]), int(text[2:4]))]
    return [(text[4:], int(text[:2]), int(text[2:4])), (text[:4], int(text[4:6]), int(text[6:]))]


def _days(today: dt.date, earliest: int, readings: list[_Ymd]) -> tuple[dt.date, ...]:
    found: dict[dt.date, None] = {}
    for typed_year, month, day in readings:
        for full in _years(typed_year, today):
            try:
                born = dt.date(full, month, day)
            except ValueError:
                continue
            if born <= today and full >= earliest:
                found[born] = None
    return tuple(found)


def _years(typed: str, today: dt.date) -> tuple[int, ...]:
    if len(typed) == 4:
        return (int(typed),)
    if len(typed) != 2:
        return ()
    century = today.year // 100 * 100
    return (century + int(typed), century - 100 + int(typed))
