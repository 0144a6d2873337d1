"""The made-up clinic in which officers look at pages as a role: a practice of its own, whose people cannot sign in.

It is found by its id, which no other practice can have, and made when somebody first looks. Row security keeps whoever
looks inside it; nothing here protects that.
"""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.conf import settings

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access import auditors, policy
from keepwell.access.models import CareTeam, Membership, Practice, Setup
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.cli.demo import bundles, staff, working_day
from keepwell.cli.demo.staff import Clinic
from keepwell.fhir import importer, survey
from keepwell.fhir.sources import BytesSource
from keepwell.ledger.doorway import present
from keepwell.operations.files import locked
from keepwell.patients.excerpts import NameTag
from keepwell.patients.models import Patient
from keepwell.tasks.models import Task

PRACTICE = UUID("6d616465-2d75-7000-8000-636c696e6963")
CLINIC = Clinic(
    "Made-up clinic", "made-up-clinic", "MA", "America/New_York", ("Boston", "Salem"), "021",
    (("Robin Made-Up", Role.FRONT_DESK), ("Indira Made-Up", Role.PRACTITIONER), ("Casey Made-Up", Role.COORDINATOR),
     ("Toni Made-Up", Role.PRIVACY_OFFICER), ("Sasha Made-Up", Role.SECURITY_OFFICER), ("Bo Made-Up", Role.BILLER),
     ("Jo Made-Up", Role.TRAINEE), ("Max Made-Up", Role.MARKETER), ("Ari Made-Up", Role.AUDITOR),
     ("Pia Made-Up", Role.ADMINISTRATOR), ("Ade Made-Up", Role.ADMINISTRATOR)),
)  # fmt: skip
PATIENTS = 8
NOBODYS = 4
"""Every fourth patient is nobody's, so that a closed record can be seen."""
LOOK_AFTER = (Role.PRACTITIONER, Role.COORDINATOR, Role.TRAINEE)


@cache
def members() -> dict[Role, UUID]:
    """One made-up member of each role; the clinic is made if it is not whole yet, which takes a few seconds once.

    Nobody may be present.
    """
    with locked(settings.PLACES.home / "made-up.lock"):
        if not _whole():
            _make()
    return {role: member.id for role, member in _staff().items()}


def name_of(role: Role) -> str:
    """What the made-up member of a role is called."""
    return next(name for name, held in CLINIC.staff if held is role)


def _whole() -> bool:
    with present(access.system_actor(PRACTICE)):
        return Task.objects.exists()


def _make() -> None:
    """Each step does what is missing: a clinic that was cut off half made is finished."""
    with present(access.system_actor(PRACTICE)):
        practice = Practice.objects.filter(id=PRACTICE).first()
    practice = practice or access.open_practice(
        CLINIC.name, CLINIC.slug, time_zone=CLINIC.time_zone, state=CLINIC.state, practice=PRACTICE
    )
    team = _hired()
    with present(access.system_actor(PRACTICE)) as by:
        prepared = Setup.objects.filter(practice_id=by.practice, ready_at__isnull=False).exists()
    if not prepared:
        staff.ready(CLINIC, practice)
    today = clock.now().date()
    for number in range(PATIENTS):
        with present(access.system_actor(PRACTICE, Purpose.TREAT)) as by:
            bundle = survey.read(BytesSource("made-up.json", bundles.bundle(CLINIC, number, today)))
            importer.bring_in(bundle, by=by, team=team.id if number % NOBODYS else None)
    _opened_lately()
    working_day.begin(CLINIC, access.system_actor(PRACTICE), team, invites=False)


def _opened_lately() -> None:
    """Everybody who finds patients has opened them, so that nobody's list is empty."""
    for role, member in _staff().items():
        if policy.may(role, policy.Can.FIND_PATIENTS):
            purpose = policy.purpose_of(role, Purpose.HOPERAT)
            with present(Actor(member.id, PRACTICE, role, purpose)) as by:
                patients = list(Patient.objects.order_by("id").values_list("id", flat=True))
                charts.open(patients, NameTag, by=by, listed=False, partly=True)


def _hired() -> CareTeam:
    """Everybody who is not there yet, without anything to sign in with, and the care team of those who look after."""
    here = _names()
    for name, role in CLINIC.staff:
        if name not in here:
            with present(access.system_actor(PRACTICE)) as by:
                person = access.add_person(f"{name.split()[0].lower()}@made-up.invalid", name, by=by)
                until = clock.now() + auditors.LONGEST if role is Role.AUDITOR else None
                access.join(person, role, by=by, until=until)
    caring = [member for role, member in _staff().items() if role in LOOK_AFTER]
    with present(access.system_actor(PRACTICE)) as by:
        return CareTeam.objects.filter(name="Primary care").first() or access.form_team("Primary care", caring, by=by)


def _staff() -> dict[Role, Membership]:
    with present(access.system_actor(PRACTICE)):
        return {Role(member.role): member for member in Membership.objects.order_by("-name")}


def _names() -> set[str]:
    with present(access.system_actor(PRACTICE)):
        return set(Membership.objects.values_list("name", flat=True))
