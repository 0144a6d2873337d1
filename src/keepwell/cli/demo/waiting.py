"""Who asks and who waits at the demo's clinics: requests of patients and of somebody new, and a time that came free."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.cli.demo.staff import Clinic
from keepwell.ledger.doorway import present
from keepwell.scheduling import asking, life, policies, reminder_rules, waiting
from keepwell.scheduling.asking import Asked, Person
from keepwell.scheduling.models import Appointment, BookingRequest, HealthcareService, WaitlistEntry
from keepwell.scheduling.waiting import Wish

DAY = dt.timedelta(days=1)
NEWCOMERS = (
    Person(given_name="Marisol", family_name="Tran", birth_date=dt.date(1992, 3, 14), phone="617 555 0188"),
    Person(given_name="Desmond", family_name="Okafor", phone="617 555 0142", email="desmond.okafor@example.org"),
)
WAITS = (
    {"priority": WaitlistEntry.Priority.URGENT, "note": "Can be here within the hour"},
    {"days": (1, 3, 5), "opens": dt.time(9), "closes": dt.time(12)},
    {"priority": WaitlistEntry.Priority.SOON, "note": "Works nights, call after noon"},
    {"closes": dt.time(17)},
)


def begin(clinic: Clinic, system: Actor, patients: list[UUID]) -> None:
    """Once; what is there already stays as it is."""
    with present(system) as by:
        if BookingRequest.objects.exists() or not patients:
            return
        policies.set_policy(by=by, limit=3, months=6, cancel_hours=24, move_hours=24, next_step="call")
        reminder_rules.begin_usual(by=by)
        desk = Membership.objects.filter(role=Role.FRONT_DESK).order_by("starts_at").first()
        service = HealthcareService.objects.get(name="Follow-up visit")
        new = HealthcareService.objects.get(name="New patient visit")
    if desk is None:
        return
    rosa = Actor(desk.id, system.practice, Role.FRONT_DESK, Purpose.HOPERAT)
    with present(rosa) as by:
        _ask(clinic, patients, service, new, by)
        _wait(clinic, patients, service, by)
    with present(rosa) as by:
        _free(service, by)


def _ask(clinic: Clinic, patients: list[UUID], service: HealthcareService, new: HealthcareService, by: Actor) -> None:
    soon = clock.now().date() + DAY
    for who in NEWCOMERS:
        said = Asked(service=new.id, state=clinic.state, modality="video", who=who, words="Found us online")
        asking.ask(said, by=by)
    afternoon = Asked(service=service.id, state=clinic.state, part="afternoon", from_day=soon, words="After work")
    asking.ask(afternoon, by=by, patient=patients[0])
    asking.ask(Asked(service=service.id, via="message", days=(2, 4)), by=by, patient=patients[1 % len(patients)])


def _wait(clinic: Clinic, patients: list[UUID], service: HealthcareService, by: Actor) -> None:
    for patient, more in zip(patients[2:], WAITS, strict=False):
        wish = Wish(service=service.id, time_zone=clinic.time_zone, state=clinic.state, **more)  # type: ignore[arg-type]
        waiting.join(patient, wish, by=by)


def _free(service: HealthcareService, by: Actor) -> None:
    "One visit of the days to come is cancelled, so that there is a time to offer."
    later = Appointment.objects.filter(service=service, status="booked", starts_at__gt=clock.now() + DAY)
    for visit in later.order_by("starts_at", "id")[:1]:
        life.cancel(visit, "patient", by=by)
