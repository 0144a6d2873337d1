"""Which elements of R4 hold dates, and which dates cannot be right."""

from __future__ import annotations

import datetime as dt

from keepwell.records.moments import NotADate, moment

EARLIEST_YEAR = 1850
"""Nobody alive or recently dead has a record from before."""
YEARS_AHEAD = 50
"""Plans and cover may end far ahead; 9999 for "never" is a machine's date, not a person's."""
SLACK = dt.timedelta(days=2)
"""Zones and clocks differ; more than this in the future did not happen."""

_NAMED = frozenset({
    "start", "end", "date", "issued", "created", "authoredOn", "recorded", "sent", "received", "started",
    "lastUpdated", "timestamp", "birthDate",
})  # fmt: skip
_HAPPENED = frozenset({
    "birthDate", "deceasedDateTime", "recordedDate", "issued", "onsetDateTime", "abatementDateTime",
    "effectiveDateTime", "performedDateTime",
})  # fmt: skip


def is_date(element: str) -> bool:
    """Whether an R4 element of this name, when it is text, holds a date."""
    return element in _NAMED or element.endswith(("Date", "DateTime", "Instant"))


def absurd(element: str, text: str, today: dt.datetime) -> bool:
    """Whether this date cannot be right: no date at all, before anyone lived, far ahead, or a fact in the future."""
    try:
        when = moment(text)
    except NotADate:
        return True
    if when.year < EARLIEST_YEAR or when.year > today.year + YEARS_AHEAD:
        return True
    return element in _HAPPENED and when > today + SLACK
