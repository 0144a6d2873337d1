"""Two clinics, from nothing to a working day."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError

from keepwell.access import actions as access
from keepwell.access.models import CareTeam, Practice
from keepwell.base import clock
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.cli.demo import agreed, bundles, staff, working_day
from keepwell.cli.demo.staff import OAK, WILLOW, Clinic
from keepwell.cli.people import Somebody
from keepwell.fhir import importer, survey
from keepwell.fhir.sources import BytesSource
from keepwell.ledger.doorway import present
from keepwell.operations.saying import Say

EVERY = 15
CARED_FOR = 3
"""Every third patient is nobody's yet, so that a closed record can be seen."""


def seed(patients: int, say: Say) -> list[Somebody]:
    """Everybody who can sign in afterwards. Raises Refusal DEMO_UNFINISHED when an earlier seeding was cut off."""
    hired: list[Somebody] = []
    for clinic in (WILLOW, OAK):
        say(f"{clinic.name}: keys, staff …")
        practice = _opened(clinic)
        somebody, team = staff.hire(clinic, practice)
        staff.ready(clinic, practice)
        hired += somebody
        _patients(clinic, practice, team, patients, say)
        agreed.consented(practice.id)
        working_day.begin(clinic, access.system_actor(practice.id), team)
    return hired


def _opened(clinic: Clinic) -> Practice:
    try:
        return access.open_practice(clinic.name, clinic.slug, time_zone=clinic.time_zone, state=clinic.state)
    except IntegrityError:
        raise Refusal("DEMO_UNFINISHED") from None


def _patients(clinic: Clinic, practice: Practice, team: CareTeam, how_many: int, say: Say) -> None:
    today = clock.now().date()
    for number in range(how_many):
        _bring_in(practice.id, bundles.bundle(clinic, number, today), team.id if number % CARED_FOR else None)
        if (number + 1) % EVERY == 0 or number + 1 == how_many:
            say(f"{clinic.name}: {number + 1} of {how_many} made-up patients")


def _bring_in(practice: UUID, raw: bytes, team: UUID | None) -> None:
    with present(access.system_actor(practice, Purpose.TREAT)) as by:
        importer.bring_in(survey.read(BytesSource("demo.json", raw)), by=by, team=team)
