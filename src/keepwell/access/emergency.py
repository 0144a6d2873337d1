"""Emergency access (45 CFR § 164.312(a)(2)(ii)): begin, renew, end. The reason is on record before anything opens."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import alarms, in_force, policy
from keepwell.access.models import EmergencyAccess, EmergencyDisclosure, Reason
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import reasons
from keepwell.ledger.actions import action
from keepwell.vault.phi import PhiClass

LASTS = dt.timedelta(minutes=60)
LEAST = 20
"""Characters of the line that says why."""

REASONS = {
    Reason.TREATMENT: _("Emergency treatment: to wait could harm the patient"),
    Reason.THREAT: _("A serious and immediate threat to somebody's life or safety"),
    Reason.UNREACHABLE: _("Their care team cannot be reached and this cannot wait"),
}


@dataclass(frozen=True, slots=True, repr=False)
class Part2:
    """What 42 CFR § 2.51(c) asks for: who received the records and where they work, who gave them, and why."""

    recipient: str
    facility: str
    discloser: str
    nature: str
    no_consent: bool

    def complete(self) -> bool:
        """Whether everything is there, and it is said that the patient's consent cannot be had (§ 2.51(a)(1))."""
        return self.no_consent and all(getattr(self, f.name).strip() for f in fields(self) if f.name != "no_consent")


def begin(patient: UUID, reason: str, line: str, *, by: Actor, part2: Part2 | None = None) -> EmergencyAccess:
    """An hour with one patient's record. Asking again while it lasts gives the same one, or adds Part 2 to it.

    Raises Refusal BREAKGLASS_NOT_ALLOWED, BREAKGLASS_REASON_REQUIRED, P2_EMERG_FIELDS.
    """
    if not policy.may(by, Can.USE_EMERGENCY_ACCESS):
        raise Refusal("BREAKGLASS_NOT_ALLOWED")
    if reason not in REASONS or len(line.strip()) < LEAST:
        raise Refusal("BREAKGLASS_REASON_REQUIRED", field="line" if reason in REASONS else "reason", least=LEAST)
    if part2 is not None and not (part2.complete() and reason == Reason.TREATMENT):
        raise Refusal("P2_EMERG_FIELDS", field="recipient")
    access = in_force.lasting(by.id, [patient]).filter(reason=reason).first()
    if access is None:
        said = reasons.record("emergency_access.asked", line, by, about=[patient], detail={"reason": reason})
        access = _begun(patient, reason, said, alarms.needed(patient, part2 is not None, by), by=by)
        alarms.sound(access, by=by)
    if part2 is not None:
        _disclosed(access, part2, by=by)
    return access


@action("emergency_access.began", about="patient")
def _begun(patient: UUID, reason: str, said: UUID, alarmed: list[str], *, by: Actor) -> EmergencyAccess:
    "Somebody opens a record for an hour without a care relation, because it cannot wait."
    at = clock.now()
    return EmergencyAccess.objects.create(
        member_id=by.id, patient_id=patient, reason=reason, said=said, starts_at=at, ends_at=at + LASTS, alarms=alarmed
    )


@action("emergency_access.part2_disclosed", about="access", seals={PhiClass.PART2})
def _disclosed(access: EmergencyAccess, part2: Part2, *, by: Actor) -> None:
    "Part 2 records open in a medical emergency, and the patient's record says to whom, by whom and why (§ 2.51(c))."
    access.part2_at = clock.now()
    access.save(update_fields=["part2_at"])
    EmergencyDisclosure.objects.create(
        access=access,
        patient_id=access.patient_id,
        recipient=part2.recipient.strip(),
        facility=part2.facility.strip(),
        discloser=part2.discloser.strip(),
        nature=part2.nature.strip(),
        at=access.part2_at,
    )


@action("emergency_access.renewed", about="access")
def renew(access: EmergencyAccess, *, by: Actor) -> EmergencyAccess:
    "One hour more, once. Raises Refusal BREAKGLASS_OVER, BREAKGLASS_RENEWED."
    access = _lasting(access, by)
    if access.renewed_at is not None:
        raise Refusal("BREAKGLASS_RENEWED")
    access.renewed_at = clock.now()
    access.ends_at = access.renewed_at + LASTS
    access.save(update_fields=["renewed_at", "ends_at"])
    return access


@action("emergency_access.ended", about="access")
def end(access: EmergencyAccess, *, by: Actor) -> EmergencyAccess:
    "The emergency is over before its hour is. Raises Refusal BREAKGLASS_OVER."
    access = _lasting(access, by)
    access.ended_at = clock.now()
    access.save(update_fields=["ended_at"])
    return access


def own(access: UUID, by: Actor) -> EmergencyAccess:
    """One of the actor's own. Raises Refusal NOT_FOUND."""
    found = EmergencyAccess.objects.filter(id=access, member_id=by.id).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found


def _lasting(access: EmergencyAccess, by: Actor) -> EmergencyAccess:
    """The row as it is now, held until this is done: of two clicks at once the second sees what the first did."""
    found = EmergencyAccess.objects.select_for_update().filter(id=access.id, member_id=by.id).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    if found.ended_at is not None or found.ends_at <= clock.now():
        raise Refusal("BREAKGLASS_OVER")
    return found


def of_patient(records: list[UUID], newest: int = 10) -> list[EmergencyAccess]:
    """The emergency accesses to a person's records, newest first: the patient may know of each."""
    rows = EmergencyAccess.objects.filter(patient_id__in=records).select_related("member")
    return list(rows.order_by("-starts_at")[:newest])
