"""FHIR dates: partial or with a zone (R4 § 2.24.0.1 date, dateTime, instant). Kept as written; sorted as instants."""

from __future__ import annotations

import datetime as dt
import re

EARLIEST_YEAR = 1850
"""Nobody alive or recently dead has a record from before."""
YEARS_AHEAD = 50
"""Plans and cover may end far ahead; 9999 for "never" is a machine's date, not a person's."""
SLACK = dt.timedelta(days=2)
"""Zones and clocks differ; more than this in the future did not happen."""

_SHAPE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?)?)?\Z", re.A)
_NAMED = frozenset({
    "start", "end", "date", "issued", "created", "authoredOn", "recorded", "sent", "received", "started",
    "lastUpdated", "timestamp", "birthDate",
})  # fmt: skip
_HAPPENED = frozenset({
    "birthDate", "deceasedDateTime", "recordedDate", "issued", "onsetDateTime", "abatementDateTime",
    "effectiveDateTime", "performedDateTime",
})  # fmt: skip


class NotADate(ValueError):
    """Text where a date belongs."""


def is_date(element: str) -> bool:
    """Whether an R4 element of this name, when it is text, holds a date."""
    return element in _NAMED or element.endswith(("Date", "DateTime", "Instant"))


def moment(text: str) -> dt.datetime:
    """The instant a FHIR date begins, for sorting; without a zone it is read as UTC."""
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


def absurd(element: str, text: str, today: dt.datetime) -> bool:
    """Whether this date cannot be right: no date at all, before anyone lived, far ahead, or a fact in the future."""
    try:
        when = moment(text)
    except NotADate:
        return True
    if when.year < EARLIEST_YEAR or when.year > today.year + YEARS_AHEAD:
        return True
    return element in _HAPPENED and when > today + SLACK
