"""Visits that need somebody now: who waits, longest first, then who is about to come."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q

from keepwell.access import policy
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.scheduling import agenda
from keepwell.scheduling.agenda import Visit
from keepwell.scheduling.models import Appointment, Schedule

S = Appointment.Status
SOON, LATE = dt.timedelta(hours=1), dt.timedelta(hours=4)
WAITED = dt.timedelta(hours=12)


def of(by: Actor, most: int) -> tuple[list[Visit], bool]:
    """A provider's own, everybody's for the desk; and whether there are more. One opening."""
    if not policy.may(by, Can.SEE_SCHEDULE):
        return [], False
    now = clock.now()
    waits = Q(status__in=(S.ARRIVED, S.CHECKED_IN))
    comes = Q(status=S.BOOKED, starts_at__lt=now + SOON, ends_at__gt=now - LATE)
    rows = Appointment.objects.filter(waits | comes, starts_at__gt=now - WAITED, starts_at__lt=now + WAITED)
    if Schedule.objects.filter(practitioner_id=by.id).exists():
        rows = rows.filter(practitioner_id=by.id)
    first = rows.order_by(F("waiting_since").asc(nulls_last=True), "starts_at", "id").values_list("id", flat=True)
    ids = list(first[: most + 1])
    found = {visit.id: visit for visit in agenda.visits(Appointment.objects.filter(id__in=ids[:most]), by=by)}
    return [found[each] for each in ids[:most]], len(ids) > most
