"""Actions: what can be booked, when, with whom, and where they are licensed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling import wall
from keepwell.scheduling.models import (
    DayException,
    HealthcareService,
    License,
    Modality,
    Offering,
    Schedule,
    WeeklyHours,
)

LONGEST = 8 * 60


@action("service.set_up")
def set_up_service(
    name: str, minutes: int, *, by: Actor, service: HealthcareService | None = None, **rules: Any
) -> HealthcareService:
    "A kind of appointment can be booked, or is booked by other rules from now on. What is booked stays as it is."
    if not 5 <= minutes <= LONGEST:
        raise Refusal("SERVICE_LENGTH", field="minutes", most=LONGEST)
    if not set(rules.get("modalities", [Modality.VIDEO])) <= set(Modality):
        raise Refusal("MODALITY_UNKNOWN", field="modalities")
    kept = service or HealthcareService()
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
    if any(row.closes <= row.opens for row in rows):
        raise Refusal("TIME_ORDER", field="closes")
    if any(not 1 <= row.weekday <= 7 for row in rows):
        raise Refusal("WEEKDAY_UNKNOWN", field="weekday")
    earlier = WeeklyHours.objects.filter(practitioner_id=practitioner)
    earlier.filter(from_day__gte=from_day).delete()
    earlier.filter(until_day=None).update(until_day=from_day - dt.timedelta(days=1))
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
    if until_day < from_day or (between and between[1] <= between[0]):
        raise Refusal("TIME_ORDER", field="until_day")
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
    return exception


@action("license.recorded")
def record_license(
    practitioner: UUID,
    state: str,
    number: str,
    *,
    by: Actor,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    kind: str = License.Kind.LICENSE,
    compact: str = "",
) -> License:
    "A practitioner may treat patients who are in a state (state licensure law; varies)."
    if valid_until is not None and valid_until < valid_from:
        raise Refusal("TIME_ORDER", field="valid_until")
    return License.objects.create(
        practitioner_id=practitioner,
        state=state,
        number=number,
        kind=kind,
        compact=compact,
        valid_from=valid_from,
        valid_until=valid_until,
    )


@action("license.withdrawn")
def withdraw_license(license: License, *, by: Actor) -> License:
    "A license counts no more. Visits booked on it are shown as conflicts."
    license.ended_at = clock.now()
    license.save(update_fields=["ended_at"])
    return license
