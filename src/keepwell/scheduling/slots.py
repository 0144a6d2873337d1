"""Free time: the first starts a patient can be offered, in one question to the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from keepwell.base import clock
from keepwell.base.refusal import Refusal
from keepwell.scheduling.models import HealthcareService, License

FAR = dt.timedelta(days=400)
ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class Free:
    """A start that can be booked now."""

    practitioner: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime


def free(
    service: UUID,
    *,
    state: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    limit: int = 10,
    only: Iterable[UUID] | None = None,
) -> list[Free]:
    """The first free starts of a service, earliest first, of those who are licensed where the patient will be."""
    begins = since or clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT practitioner_id, starts_at, ends_at FROM scheduling_free(%s, %s, %s, %s, %s, %s::uuid[])",
            [service, state, begins, until or begins + FAR, limit, None if only is None else list(only)],
        )
        return [Free(*row) for row in cursor.fetchall()]


def open_at(practitioner: UUID, starts: dt.datetime, ends: dt.datetime) -> bool:
    """Whether a practitioner works from one moment to another, whatever is booked in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(bool_or(open @> tstzrange(%s, %s)), false) FROM scheduling_open(ARRAY[%s::uuid], %s, %s)",
            [starts, ends, practitioner, starts, ends],
        )
        return bool(cursor.fetchone()[0])


def licensed(practitioner: UUID, service: HealthcareService, state: str, day: dt.date) -> None:
    """Whether a practitioner may see a patient who is in `state` on `day`. Services that are not clinical need none.

    Raises Refusal LOCATION_REQUIRED, LICENSE_EXPIRED or LICENSE_STATE_MISMATCH (state licensure law; varies).
    """
    if not service.clinical:
        return
    if not state:
        raise Refusal("LOCATION_REQUIRED", field="state")
    held = list(License.objects.filter(practitioner_id=practitioner, state=state, ended_at=None).order_by("valid_from"))
    if any(lasts(each, day) for each in held):
        return
    over = [each.valid_until for each in held if each.valid_until and each.valid_until < day]
    if over:
        raise Refusal("LICENSE_EXPIRED", field="state", state=state, date=max(over).isoformat())
    raise Refusal("LICENSE_STATE_MISMATCH", field="state", state=state)


def lasts(license: License, day: dt.date) -> bool:
    """Whether a license is valid on a day."""
    return license.valid_from <= day and (license.valid_until is None or license.valid_until >= day)


Span = tuple[dt.datetime, dt.datetime]


def opens(practitioners: Iterable[UUID], starts: dt.datetime, ends: dt.datetime) -> dict[UUID, list[Span]]:
    """When each works between two moments, whatever is booked in it; in one question."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM scheduling_open(%s::uuid[], %s, %s)", [list(practitioners), starts, ends])
        return {whose: [(r.lower, r.upper) for r in works] for whose, works in cursor.fetchall()}
