"""What a clinic finds in the morning: tasks, somebody who stands in, a new colleague, an emergency to look at."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from keepwell.access import clearance, emergency, grants, teams
from keepwell.access.models import CareRelation, CareTeam, Duty, Membership, Reason
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.cli.demo import calendar, leaving, post, sending, vendors
from keepwell.cli.demo.staff import Clinic
from keepwell.ledger.doorway import present
from keepwell.patients.models import Patient
from keepwell.tasks import actions as tasks
from keepwell.tasks.asks import Asks, For

DAY = dt.timedelta(days=1)
NEWCOMER = ("Noor Vance", "noor")
SAID = "Called by the emergency room: needs the medication list now"

Staff = dict[Role, Membership]


def begin(clinic: Clinic, system: Actor, team: CareTeam, *, invites: bool = True) -> None:
    """Fills the pages where a newcomer looks first. Who does what is who would do it in a real clinic.

    Without `invites` nobody comes to be able to sign in.
    """
    with present(system):
        staff = {Role(m.role): m for m in Membership.objects.order_by("-starts_at")}
        known = list(CareRelation.objects.values_list("patient_id", flat=True).order_by("starts_at"))
        nobodys = Patient.objects.exclude(pk__in=known).order_by("pk").values_list("pk", flat=True).first()
    _stand_in(staff, team, system)
    if invites:
        _invite(clinic, _as(staff[Role.ADMINISTRATOR], system.practice, Purpose.HSYSADMIN))
        leaving.left(clinic, staff[Role.ADMINISTRATOR], system)
        vendors.fill(clinic, staff, system)
        vendors.left(staff, system.practice, known)
    calendar.fill(clinic, system, known, back=5 if invites else 0)
    _ask(staff, system.practice, known)
    post.came(staff, system, known)
    sending.begin(clinic.name, _as(staff[Role.FRONT_DESK], system.practice, Purpose.HOPERAT), known)
    if nobodys:
        _rush(nobodys, _as(staff[Role.PRACTITIONER], system.practice, Purpose.TREAT))


def _as(member: Membership, practice: UUID, purpose: Purpose) -> Actor:
    return Actor(member.id, practice, Role(member.role), purpose)


def _stand_in(staff: Staff, team: CareTeam, system: Actor) -> None:
    provider, at = staff[Role.PRACTITIONER], clock.now()
    with present(system) as by:
        teams.stand_in(Duty.Kind.COVER, staff[Role.COORDINATOR], of=provider, ends=at + 5 * DAY, by=by)
        teams.stand_in(Duty.Kind.SUPERVISION, provider, of=staff[Role.TRAINEE], by=by)
        teams.stand_in(Duty.Kind.ON_CALL, provider, team=team, ends=at + DAY, by=by)


def _invite(clinic: Clinic, actor: Actor) -> None:
    "Somebody cleared and invited who has not come yet."
    name, local = NEWCOMER
    asked = grants.Asked(f"{local}@{clinic.slug}.example", name, Role.FRONT_DESK, "employee", clock.now())
    with present(actor) as by:
        grant = grants.prove(grants.ask(asked, by=by), "in_person", by=by)
        for item in clearance.needed(grant.role):
            grants.check(grant, item, True, "agency", by=by)
        grants.invite(grant, by=by)


def _ask(staff: Staff, practice: UUID, known: list[UUID]) -> None:
    "What people ask of each other: something late, something today, something for whoever takes it first."
    today = clock.now().date()
    provider, desk = For.of(staff[Role.PRACTITIONER]), staff[Role.FRONT_DESK]
    with present(_as(desk, practice, Purpose.HOPERAT)) as by:
        for patient in known[:1]:
            tasks.add(Asks("Call back about the refill", provider, today, urgent=True), by=by, patient=patient)
        for patient in known[1:2]:
            tasks.add(Asks("Send the visit summary", provider, today + DAY), by=by, patient=patient)
        tasks.add(Asks("Order new blood pressure cuffs", For.of(Role.FRONT_DESK), today + 3 * DAY), by=by)
        tasks.add(Asks("Confirm the video visits of next week", For.of(desk), today - DAY), by=by)


def _rush(patient: UUID, actor: Actor) -> None:
    "An emergency that is over, and that no officer has looked at."
    with present(actor) as by:
        emergency.end(emergency.begin(patient, Reason.TREATMENT, SAID, by=by), by=by)
