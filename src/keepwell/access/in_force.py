"""Emergencies in force: which ones somebody is in now, and what each lets them open. The policy and the entrance ask.

An emergency is one member's, of one patient. It stands for the need of a care relation. It reaches past a restriction
only where the law does: for emergency treatment (45 CFR § 164.522(a)(1)(iii)). Records of a substance use program open
only once what 42 CFR § 2.51(c) asks for is on record; psychotherapy notes stay closed in every emergency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

from keepwell.access.models import EmergencyAccess, Reason
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger import wire
from keepwell.practices import presence
from keepwell.vault.phi import PhiClass

TURNED = frozenset({Purpose.TREAT, Purpose.HOPERAT})
"""Pages about the patient that were opened for these purposes are opened for the emergency while it lasts."""


@dataclass(frozen=True, slots=True)
class Held:
    """One emergency somebody is in now."""

    id: UUID
    patient: UUID
    ends_at: dt.datetime
    renewed: bool


def held(by: Actor) -> tuple[Held, ...]:
    """The emergencies the actor is in, before anybody is present: one statement on the recorder."""
    asked = "SELECT access_id, patient_id, ends_at, renewed FROM custody.emergencies(%s, %s)"
    return tuple(Held(*row) for row in wire.rows("recorder", asked, presence.token(by), clock.now()))


def turned(by: Actor, patient: Any, emergencies: Iterable[Held]) -> Actor:
    """The actor for a page about a patient: here for the emergency, if they are in one with this patient."""
    if by.purpose in TURNED and any(one.patient == patient for one in emergencies):
        return by.for_purpose(Purpose.BTG)
    return by


def lasting(member: UUID, patients: Iterable[UUID]) -> QuerySet[EmergencyAccess]:
    """A member's emergencies with any of these patients that have neither run out nor been ended."""
    at = clock.now()
    return EmergencyAccess.objects.filter(
        member_id=member, patient_id__in=list(patients), starts_at__lte=at, ends_at__gt=at, ended_at=None
    ).order_by("starts_at")


def decided(
    by: Actor, wanted: frozenset[PhiClass], people: Mapping[UUID, Sequence[UUID]]
) -> tuple[dict[UUID, Refusal], frozenset[UUID]]:
    """Which subjects stay closed to somebody here for an emergency, and of whom it lifts restrictions. One query."""
    rows = list(lasting(by.id, {record for records in people.values() for record in records}))
    closed: dict[UUID, Refusal] = {}
    lifted = set()
    for subject, records in people.items():
        own = [row for row in rows if row.patient_id in records]
        if not own:
            closed[subject] = Refusal("POLICY_DENY", rule=gettext("you are in no emergency with this patient now"))
        elif PhiClass.PART2 in wanted and not any(row.part2_at for row in own):
            closed[subject] = Refusal("P2_EMERG_FIELDS")
        if any(row.reason == Reason.TREATMENT for row in own):
            lifted.add(subject)
    return closed, frozenset(lifted)
