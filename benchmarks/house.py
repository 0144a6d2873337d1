"""A clinic at work, made through actions only: its staff, who can sign in, and made-up patients with records."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from keepwell.access import actions as access
from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.cli.demo import bundles, staff
from keepwell.cli.people import Somebody
from keepwell.fhir import importer, survey
from keepwell.fhir.sources import BytesSource
from keepwell.ledger.doorway import present


@dataclass(frozen=True)
class House:
    """A practice, everybody who works there, and the patients they all look after."""

    practice: UUID
    people: list[Somebody]
    patients: list[UUID]

    @property
    def system(self) -> Actor:
        return access.system_actor(self.practice)

    def actor(self, role: Role, purpose: Purpose) -> Actor:
        """Whoever has held the role longest, with a new request."""
        with present(self.system):
            held = Membership.objects.filter(role=role).order_by("starts_at", "id")
            member: UUID = held.values_list("id", flat=True)[0]
        return Actor(member, self.practice, role, purpose)

    def somebody(self, role: Role) -> Somebody:
        return next(person for person in self.people if person.role == role)


def again(actor: Actor) -> Actor:
    """The same person with a new request."""
    return Actor(actor.id, actor.practice, actor.role, actor.purpose, actor.session, new_id())


def build(patients: int) -> House:
    """A clinic of its own, with this many patients and their records."""
    practice = access.open_practice("Willow", "willow", time_zone="America/New_York", state="MA")
    people, team = staff.hire(staff.WILLOW, practice)
    staff.ready(staff.WILLOW, practice)
    today = clock.now().date()
    found = [_brought(practice.id, bundles.bundle(staff.WILLOW, n, today), team.id) for n in range(patients)]
    return House(practice.id, people, found)


def _brought(practice: UUID, raw: bytes, team: UUID) -> UUID:
    with present(access.system_actor(practice, Purpose.TREAT)) as by:
        return importer.bring_in(survey.read(BytesSource("made-up.json", raw)), by=by, team=team).patient
