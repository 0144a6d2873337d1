"""A time comes free: noted where it happens, in the same transaction, so that whoever waits for it is asked later."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from keepwell.base import clock
from keepwell.scheduling import wall
from keepwell.scheduling.models import DayException, FreedTime, Schedule

Why = FreedTime.Why
DAYS_AHEAD = 31
"""For how many days of time off that ended early those who wait are asked."""


def freed(practitioner: UUID, starts_at: dt.datetime, ends_at: dt.datetime, why: str) -> FreedTime | None:
    """Inside an action of the practice. A time that has begun is offered to nobody."""
    now = clock.now()
    if starts_at <= now:
        return None
    return FreedTime.objects.create(
        practitioner_id=practitioner, starts_at=starts_at, ends_at=ends_at, why=why, freed_at=now
    )


def given_back(exception: DayException) -> None:
    """Time off that ended early comes free day by day; a practice-wide holiday of nobody in particular does not."""
    schedule = Schedule.objects.filter(practitioner_id=exception.practitioner_id).first()
    if exception.works or schedule is None:
        return
    where, now = wall.zone(schedule.time_zone), clock.now()
    today = wall.day_of(now, where)
    first, last = max(exception.from_day, today), min(exception.until_day, today + dt.timedelta(days=DAYS_AHEAD))
    for number in range((last - first).days + 1):
        opens, closes = _part(exception, first + dt.timedelta(days=number), schedule)
        freed(schedule.practitioner_id, max(opens, now + dt.timedelta(minutes=1)), closes, Why.GIVEN_BACK)


def _part(exception: DayException, day: dt.date, schedule: Schedule) -> tuple[dt.datetime, dt.datetime]:
    where = wall.zone(schedule.time_zone)
    opens, closes = wall.days(day, 1, where)
    if exception.opens and exception.closes:
        opens, closes = (
            dt.datetime.combine(day, at, where).astimezone(dt.UTC) for at in (exception.opens, exception.closes)
        )
    return opens, closes
