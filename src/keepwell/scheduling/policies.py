"""Cancelling, moving and not coming, by the practice's policy: what a patient may do, and what is counted.

Staff are told and decide; nothing here withholds care. Patients will ask the same function when they can do it online.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling.asked import CAUSES
from keepwell.scheduling.models import STANDING, Appointment, ChangePolicy, Lapse

MOST = {"cancel_hours": 14 * 24, "move_hours": 14 * 24, "limit": 20, "months": 36, "offer_minutes": 24 * 60,
        "offer_minutes_soon": 4 * 60, "refusal_days": 60}  # fmt: skip
LEAST = {"limit": 1, "months": 1, "offer_minutes": 5, "offer_minutes_soon": 5}
MONTH = dt.timedelta(days=30)

COUNTS = Q(kind=Lapse.Kind.NO_SHOW, appointment__status=Appointment.Status.NO_SHOW) | Q(
    kind=Lapse.Kind.LATE, appointment__status=Appointment.Status.CANCELLED
)
"""A lapse whose appointment says otherwise by now was a slip."""


@dataclass(frozen=True, slots=True)
class MayChange:
    """Whether a patient may still cancel or move by themselves, and until when each."""

    cancel: bool
    move: bool
    cancel_until: dt.datetime
    move_until: dt.datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """What was noted of a patient within the policy's months. `flagged`: as often as the rule says, or more."""

    no_shows: int = 0
    late: int = 0
    limit: int = 0

    @property
    def total(self) -> int:
        return self.no_shows + self.late

    @property
    def flagged(self) -> bool:
        return bool(self.limit) and self.total >= self.limit


def policy() -> ChangePolicy:
    """The practice's policy; while none was set, the one Keepwell comes with."""
    return ChangePolicy.objects.first() or ChangePolicy()


def may_patient_change(appointment: Appointment, now: dt.datetime, rule: ChangePolicy | None = None) -> MayChange:
    """What the patient may do about an appointment at a moment, by the practice's policy. Staff may always."""
    rule = rule or policy()
    standing = appointment.status in STANDING
    cancel_until = appointment.starts_at - dt.timedelta(hours=rule.cancel_hours)
    move_until = appointment.starts_at - dt.timedelta(hours=rule.move_hours)
    return MayChange(standing and now <= cancel_until, standing and now <= move_until, cancel_until, move_until)


def count(patients: Iterable[UUID], rule: ChangePolicy | None = None) -> dict[UUID, Counted]:
    """What counts against each patient now, over all records of the person. Two statements."""
    rule, whose = rule or policy(), tuple(patients)
    people = persons(whose)
    records = {record for each in people.values() for record in each}
    since = clock.now() - rule.months * MONTH
    noted = Lapse.objects.filter(COUNTS, patient_id__in=records, at__gte=since, waived_at=None).order_by()
    kinds: dict[UUID, list[str]] = {}
    for patient, kind in noted.values_list("patient_id", "kind"):
        kinds.setdefault(patient, []).append(kind)
    found = {}
    for patient in whose:
        theirs = [kind for record in people[patient] for kind in kinds.get(record, ())]
        late = theirs.count(Lapse.Kind.LATE)
        found[patient] = Counted(len(theirs) - late, late, rule.limit)
    return found


def history(patient: UUID) -> list[Lapse]:
    """Everything ever noted of a person that still stands, newest first, waived ones too."""
    noted = Lapse.objects.filter(COUNTS, patient_id__in=persons([patient])[patient])
    return list(noted.select_related("appointment__service", "waived_by").order_by(F("at").desc(), "id"))


def note_missed(appointment: Appointment) -> None:
    """Inside the action that says somebody did not come."""
    _noted(appointment, Lapse.Kind.NO_SHOW, appointment.starts_at)


def note_cancelled(appointment: Appointment, cause: str) -> None:
    """Inside the action that cancels: it is noted if it was too late and for a reason the practice counts."""
    rule, now = policy(), clock.now()
    if cause in rule.counted_causes and now > appointment.starts_at - dt.timedelta(hours=rule.cancel_hours):
        _noted(appointment, Lapse.Kind.LATE, now)


@action("change_policy.set")
def set_policy(*, by: Actor, **said: Any) -> ChangePolicy:
    "The practice says how early to cancel or move, what counts, and what staff do when it was too often."
    for name, most in MOST.items():
        if not LEAST.get(name, 0) <= int(said.get(name, LEAST.get(name, 0))) <= most:
            raise Refusal("NUMBER_BETWEEN", field=name, least=LEAST.get(name, 0), most=most)
    if not set(said.get("counted_causes", ())) <= set(CAUSES):
        raise Refusal("CAUSE_UNKNOWN", field="counted_causes")
    if said.get("next_step", ChangePolicy.NextStep.CALL) not in ChangePolicy.NextStep.values:
        raise Refusal("CHOICE_UNKNOWN", field="next_step")
    kept, _made = ChangePolicy.objects.update_or_create(defaults=said)
    return kept


@action("lapse.waived", about="lapse")
def waive(lapse: Lapse, why: str, *, by: Actor) -> Lapse:
    "Somebody not coming, or cancelling late, counts no more. It stays on record, with who said so and why."
    if why not in Lapse.Why.values:
        raise Refusal("CHOICE_UNKNOWN", field="why")
    row = Lapse.objects.select_for_update().filter(id=lapse.id, waived_at=None).first()
    if row is None:
        raise Refusal("STALE_VERSION")
    row.waived_at, row.waived_why = clock.now(), why
    row.waived_by_id = None if by.role is Role.SYSTEM else by.id
    row.save(update_fields=["waived_at", "waived_why", "waived_by"])
    return row


@action("lapse.counted", about="lapse")
def count_again(lapse: Lapse, *, by: Actor) -> Lapse:
    "What was waived counts after all."
    row = Lapse.objects.select_for_update().get(id=lapse.id)
    row.waived_at, row.waived_why, row.waived_by_id = None, "", None
    row.save(update_fields=["waived_at", "waived_why", "waived_by"])
    return row


def _noted(appointment: Appointment, kind: str, at: dt.datetime) -> None:
    """Once for each appointment; noted again after a slip, it is the same one."""
    Lapse.objects.update_or_create(
        appointment_id=appointment.id, kind=kind, defaults={"patient_id": appointment.patient_id, "at": at}
    )
