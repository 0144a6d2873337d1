"""Who is expected within a week, for the floors below that have to reach them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import Min

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.outbound.vendors import calling
from keepwell.scheduling.models import Appointment

WITHIN = dt.timedelta(days=7)
MOST = 500


@calling.expects
def this_week(by: Actor) -> dict[UUID, dt.datetime]:
    """Patients with a visit in the next seven days, and when their first one is."""
    now = clock.now()
    rows = Appointment.objects.filter(status=Appointment.Status.BOOKED, starts_at__range=(now, now + WITHIN))
    first = rows.values("patient_id").annotate(at=Min("starts_at")).order_by("at", "patient_id")
    return {row["patient_id"]: row["at"] for row in first[:MOST]}
