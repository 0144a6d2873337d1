"""Actions: somebody else takes part in a visit: interpreter, caregiver, colleague. Taking part opens no chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling.models import STANDING, Appointment, Participant
from keepwell.vault.phi import PhiClass

LONGEST = 120


@dataclass(frozen=True, slots=True, repr=False)
class Helps:
    """Who takes part and as what: a member of the practice, or somebody from outside by name. It prints nothing."""

    role: str
    member: UUID | None = None
    name: str = ""
    language: str = ""
    reach: str = ""

    def columns(self) -> dict[str, Any]:
        """What is kept. Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG, NOT_FOUND."""
        if not self.member and not self.name.strip():
            raise Refusal("FIELD_EMPTY", field="name")
        if max(map(len, (self.name, self.language, self.reach))) > LONGEST:
            raise Refusal("TEXT_TOO_LONG", field="name", most=LONGEST)
        if self.role not in Participant.Role.values:
            raise Refusal("NOT_FOUND")
        if self.member and not Membership.objects.filter(id=self.member, ends_at=None).exists():
            raise Refusal("NOT_FOUND")
        said: dict[str, Any] = {"name": self.name, "language": self.language, "reach": self.reach}
        return {"role": self.role, "member_id": self.member} | {k: v.strip() or None for k, v in said.items()}


@action("participant.added", about="appointment", seals={PhiClass.CONTACT})
def add(appointment: Appointment, helps: Helps, *, by: Actor) -> Participant:
    "Somebody else is to take part in a visit, as an interpreter for example."
    if appointment.status not in STANDING:
        raise Refusal("STATUS_ORDER")
    added = Participant(appointment=appointment, patient_id=appointment.patient_id, **helps.columns())
    added.save(force_insert=True)
    return added


@action("participant.removed", about="participant")
def remove(participant: Participant, *, by: Actor) -> Participant:
    "Somebody no longer takes part in a visit."
    participant.ended_at = participant.ended_at or clock.now()
    participant.save(update_fields=["ended_at"])
    return participant
