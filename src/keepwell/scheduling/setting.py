"""Actions: what can be booked, when, with whom, and where they are licensed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Q

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling import freeing, wall
from keepwell.scheduling.licenses import record_license as record_license
from keepwell.scheduling.licenses import withdraw_license as withdraw_license
from keepwell.scheduling.models import (
    DayException,
    HealthcareService,
    Modality,
    Offering,
    Schedule,
    WeeklyHours,
)

LONGEST = 8 * 60
NOON, AFTERNOON = dt.time(12), dt.time(15)
BOUNDS = {
    "before_minutes": (0, LONGEST), "after_minutes": (0, LONGEST), "grid_minutes": (5, LONGEST), "seats": (1, 100),
    "lead_minutes": (0, 90 * 1440), "horizon_days": (1, 730),
}  # fmt: skip
"""What the numbers of a service may be, from and to."""


@action("service.set_up")
def set_up_service(
    name: str, minutes: int, *, by: Actor, service: HealthcareService | None = None, **rules: Any
) -> HealthcareService:
    "A kind of appointment can be booked, or is booked by other rules from now on. What is booked stays as it is."
    if not 5 <= minutes <= LONGEST:
        raise Refusal("SERVICE_LENGTH", field="minutes", most=LONGEST)
    _possible(rules)
    kept = service or HealthcareService()
    taken = HealthcareService.objects.filter(name=name, ended_at=None).exclude(id=kept.id)
    if taken.exists():
        raise Refusal("SERVICE_NAME_TAKEN", field="name")
    for column, value in {"name": name, "minutes": minutes, "modalities": [Modality.VIDEO], **rules}.items():
        setattr(kept, column, value)
    kept.save(force_insert=service is None)
    return kept


@action("service.ended")
def end_service(service: HealthcareService, *, by: Actor) -> HealthcareService:
    "A kind of appointment is booked no more; what is booked stays."
    service.ended_at = clock.now()
    service.save(update_fields=["ended_at"])
    return service


@action("service.restored")
def restore_service(service: HealthcareService, *, by: Actor) -> HealthcareService:
    "A kind of appointment that had ended can be booked again, by those who offered it. Raises SERVICE_NAME_TAKEN."
    if HealthcareService.objects.filter(name=service.name, ended_at=None).exclude(id=service.id).exists():
        raise Refusal("SERVICE_NAME_TAKEN", field="name")
    service.ended_at = None
    service.save(update_fields=["ended_at"])
    return service


@action("service.offered")
def offer(service: HealthcareService, practitioners: Iterable[UUID], *, by: Actor) -> None:
    "Who offers a service from now on: these and nobody else."
    wanted = set(practitioners)
    standing = Offering.objects.filter(service=service, ended_at=None)
    held = set(standing.values_list("practitioner_id", flat=True))
    standing.exclude(practitioner_id__in=wanted).update(ended_at=clock.now())
    Offering.objects.bulk_create(Offering(service=service, practitioner_id=p) for p in sorted(wanted - held))


@action("schedule.set_up")
def set_up_schedule(practitioner: UUID, time_zone: str, *, by: Actor, max_a_day: int | None = None) -> Schedule:
    "A practitioner's calendar: the zone its hours are told in, and how many visits a day it takes."
    wall.zone(time_zone)
    if max_a_day is not None and max_a_day < 1:
        raise Refusal("SERVICE_LENGTH", field="max_a_day", most=LONGEST)
    rules = {"time_zone": time_zone, "max_a_day": max_a_day}
    schedule, _made = Schedule.objects.update_or_create(practitioner_id=practitioner, defaults=rules)
    return schedule


Hours = tuple[int, dt.time, dt.time]
"""An ISO weekday (Monday is 1), from, until."""


@action("hours.set")
def set_hours(practitioner: UUID, week: Iterable[Hours], *, by: Actor, from_day: dt.date) -> list[WeeklyHours]:
    "A practitioner's usual week from a day on. The week before it ends the day before."
    rows = [
        WeeklyHours(practitioner_id=practitioner, weekday=d, opens=a, closes=b, from_day=from_day) for d, a, b in week
    ]
    _fit(rows)
    earlier = WeeklyHours.objects.filter(practitioner_id=practitioner)
    earlier.filter(from_day__gte=from_day).delete()
    reaching = Q(until_day=None) | Q(until_day__gte=from_day)
    earlier.filter(reaching).update(until_day=from_day - dt.timedelta(days=1))
    return WeeklyHours.objects.bulk_create(rows)


@action("day.excepted")
def except_days(
    from_day: dt.date,
    until_day: dt.date,
    *,
    by: Actor,
    practitioner: UUID | None = None,
    name: str = "",
    between: tuple[dt.time, dt.time] | None = None,
    works: bool = False,
) -> DayException:
    "Days on which the week's rule does not hold. What is booked on them stays, and is shown as a conflict."
    if until_day < from_day:
        raise Refusal("TIME_ORDER", field="until_day")
    if between:
        _in_order(*between, field="closes")
    opens, closes = between or (None, None)
    return DayException.objects.create(
        practitioner_id=practitioner,
        name=name,
        from_day=from_day,
        until_day=until_day,
        opens=opens,
        closes=closes,
        works=works,
    )


@action("day.usual_again")
def usual_again(exception: DayException, *, by: Actor) -> DayException:
    "The week's rule holds again."
    exception.ended_at = clock.now()
    exception.save(update_fields=["ended_at"])
    freeing.given_back(exception)
    return exception


def _possible(rules: dict[str, Any]) -> None:
    """Raises Refusal MODALITY_UNKNOWN for a service nobody can come to, SERVICE_LENGTH for numbers out of reach."""
    modalities = set(rules.get("modalities", [Modality.VIDEO]))
    if not modalities or not modalities <= set(Modality):
        raise Refusal("MODALITY_UNKNOWN", field="modalities")
    for column, (least, most) in BOUNDS.items():
        if not least <= rules.get(column, least) <= most:
            raise Refusal("SERVICE_LENGTH", field=column, most=LONGEST)


def _fit(rows: list[WeeklyHours]) -> None:
    """Raises Refusal TIME_ORDER, HOURS_ACROSS_MIDNIGHT, WEEKDAY_UNKNOWN, HOURS_OVERLAP."""
    for row in rows:
        _in_order(row.opens, row.closes, field=f"day{row.weekday}")
        if not 1 <= row.weekday <= 7:
            raise Refusal("WEEKDAY_UNKNOWN", field="weekday")
    for one, next_one in pairwise(sorted(rows, key=lambda row: (row.weekday, row.opens))):
        if one.weekday == next_one.weekday and next_one.opens < one.closes:
            raise Refusal("HOURS_OVERLAP", field=f"day{one.weekday}")


def _in_order(opens: dt.time, closes: dt.time, *, field: str) -> None:
    """What begins late in the day and ends in the morning was meant to cross midnight; anything else is a slip."""
    if closes > opens:
        return
    over_night = opens >= AFTERNOON and closes <= NOON
    raise Refusal("HOURS_ACROSS_MIDNIGHT" if over_night else "TIME_ORDER", field=field)
