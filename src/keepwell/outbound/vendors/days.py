"""Days people type about vendors, held to what can be meant: a slip of the year would keep an agreement for ever."""

from __future__ import annotations

import datetime as dt

from keepwell.base.refusal import Refusal

YEARS = 30
FARTHEST = dt.timedelta(days=366 * YEARS)


def to_come(day: dt.date | None, field: str, today: dt.date) -> None:
    """Raises Refusal DATE_FAR for a day more than thirty years away, before or behind."""
    if day is not None and abs(day - today) > FARTHEST:
        raise Refusal("DATE_FAR", field=field, years=YEARS)


def past(day: dt.date | None, field: str, today: dt.date) -> None:
    """Raises Refusal DATE_IN_FUTURE, DATE_FAR."""
    if day is not None and day > today:
        raise Refusal("DATE_IN_FUTURE", field=field)
    to_come(day, field, today)
