"""How somebody asked to be reached, and the one address that may get health information by ordinary e-mail or text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import ConfidentialRequest
from keepwell.access.persons import persons
from keepwell.access.words import CHANNELS
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.patients.consents.forms import ReachOnlyForm
from keepwell.patients.consents.picture import Kind, Picture
from keepwell.patients.excerpts import Reach
from keepwell.patients.excerpts_consents import AskedReach
from keepwell.patients.models import Address, ContactPoint

BY_SYSTEM = {"email": Channel.EMAIL, "phone": Channel.SMS, "sms": Channel.SMS}


def require_own(patient: UUID, point: UUID | None) -> None:
    """Raises Refusal NOT_FOUND for an address that is not this person's and current."""
    if point is not None and point not in own(patient):
        raise Refusal("NOT_FOUND")


def about(patient: UUID, chart: charts.Chart | None, now: Picture, by: Actor) -> dict[str, Any]:
    """What the page shows of reaching somebody."""
    reach = chart.all(Reach).get(patient, []) if chart is not None and Reach in chart else []
    current = [row for row in reach if row.ended_at is None]
    asked = chart.all(AskedReach).get(patient, []) if chart is not None and AskedReach in chart else []
    words = {row.pk: row.wording for row in asked}
    requests = ConfidentialRequest.objects.filter(patient_id__in=now.records, ends_at=None).order_by("starts_at", "id")
    part2 = policy.may_know_part2(by, now.records)
    ordinary = [
        (p, BY_SYSTEM[p.system], now.of(Kind.ORDINARY, p.pk), now.of(Kind.ORDINARY_PART2, p.pk))
        for p in current
        if p.system in BY_SYSTEM
    ]
    return {
        "requests": [(row, [CHANNELS[Channel(c)] for c in row.channels], words.get(row.id)) for row in requests],
        "points": current,
        "point_words": {str(row.pk): row.value for row in current},
        "ordinary": ordinary,
        "part2": part2,
        "reach_form": ReachOnlyForm(points=[(str(row.pk), row.value) for row in current]),
        "ways": [(c.value, CHANNELS[c], "") for c in Channel],
    }


def own(patient: UUID) -> set[UUID]:
    """The ids of everything a person is reached by now."""
    records = persons([patient])[patient]
    points = ContactPoint.objects.filter(patient_id__in=records, ended_at=None).values_list("id")
    addresses = Address.objects.filter(patient_id__in=records, ended_at=None).values_list("id")
    return {each for (each,) in points.union(addresses)}
