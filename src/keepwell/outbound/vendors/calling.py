"""Call these people: patients who are expected soon and whom no message of ours can reach now.

Who is expected is known further up (scheduling names itself with `expects`); which channels carry is known here, and
whether a patient agreed to one is asked of the same decision as the gate asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from keepwell.access import consents
from keepwell.access.consents import Asked
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel, Topic
from keepwell.outbound import agreements
from keepwell.patients.models import ContactPoint

MOST = 50

Expecting = Callable[[Actor], dict[UUID, dt.datetime]]
EXPECTING: list[Expecting] = []
"""Who knows which patients are expected soon, each with when. Floors above add themselves."""

THROUGH = {
    Channel.SMS: (ContactPoint.System.SMS, ContactPoint.System.PHONE),
    Channel.VOICE: (ContactPoint.System.PHONE, ContactPoint.System.SMS),
    Channel.EMAIL: (ContactPoint.System.EMAIL,),
}
"""Which addresses a message of a channel needs. A letter comes too late for a visit of this week."""


@dataclass(frozen=True, slots=True)
class Calls:
    """The patients to call, soonest first, and whether there are more than one page."""

    patients: dict[UUID, dt.datetime]
    more: bool


def expects(source: Expecting) -> Expecting:
    """Names a source of patients who are expected soon."""
    EXPECTING.append(source)
    return source


def unreached(by: Actor) -> Calls:
    """Whom to call. In a handful of statements, however many are expected."""
    expected: dict[UUID, dt.datetime] = {}
    for source in EXPECTING:
        for patient, at in source(by).items():
            expected[patient] = min(at, expected.get(patient, at))
    found = reached(list(expected), by) if expected else set()
    left = {p: at for p, at in expected.items() if p not in found}
    soonest = sorted(left.items(), key=lambda one: one[1])
    return Calls(dict(soonest[:MOST]), len(soonest) > MOST)


def reached(patients: list[UUID], by: Actor) -> set[UUID]:
    """Those for whom some channel carries, has an address and is not refused by what they agreed."""
    ways = agreements.carrying(THROUGH, by=by)
    rows = ContactPoint.objects.filter(patient_id__in=patients, ended_at=None).order_by("id")
    held: dict[UUID, set[str]] = {}
    for patient, system in rows.values_list("patient_id", "system"):
        held.setdefault(patient, set()).add(system)
    asks = [
        Asked(p, channel, Topic.APPOINTMENTS)
        for channel in ways
        for p in patients
        if held.get(p, set()) & set(THROUGH[channel])
    ]
    answers = consents.may_reach(asks, by=by) if asks else []
    return {one.patient for one, refusal in zip(asks, answers, strict=True) if refusal is None}
