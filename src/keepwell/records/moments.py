"""FHIR dates: partial or with a zone (R4 § 2.24.0.1 date, dateTime, instant). Kept as written; sorted as instants."""

from __future__ import annotations

import datetime as dt
import re

_SHAPE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?)?)?\Z", re.A)

FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)
"""Before everything: where what has no date is sorted."""


class NotADate(ValueError):
    """Text where a date belongs."""


def moment(text: str) -> dt.datetime:
    """The instant a FHIR date begins; without a zone it is read as UTC. Raises NotADate."""
    match = _SHAPE.match(text)
    if match is None:
        raise NotADate
    year, month, day, clock, zone = match.groups()
    clock = (clock or "00:00").replace(":60", ":59")
    zone = "+00:00" if zone in (None, "Z") else zone
    try:
        return dt.datetime.fromisoformat(f"{year}-{month or '01'}-{day or '01'}T{clock}{zone}")
    except ValueError:
        raise NotADate from None


def order(text: str) -> dt.datetime:
    """What to sort by; what is no date comes before everything."""
    try:
        return moment(text)
    except NotADate:
        return FIRST


def has_time(text: str) -> bool:
    """Whether a date was written with a time of day."""
    return "T" in text


def year(text: str, this_year: int) -> int | None:
    """The year that stands in the clear beside a sealed date, so that a timeline can be read a page at a time.

    A year is no identifier, except one that tells an age over 89 (45 CFR § 164.514(b)(2)(i)(C)): those are all 0,
    which reads "earlier".
    """
    if not text[:4].isdecimal():
        return None
    found = int(text[:4])
    return found if found > this_year - 89 else 0
