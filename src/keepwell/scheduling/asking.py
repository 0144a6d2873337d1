"""Actions: somebody asks for an appointment, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.base import clock, text
from keepwell.base.actor import Actor
from keepwell.base.places import STATES
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.patients import actions as patients
from keepwell.patients.facts import Demographics
from keepwell.patients.reach import Contact
from keepwell.scheduling import booking, waiting
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.excerpts_waiting import Asker, Wished
from keepwell.scheduling.models import Appointment, BookingRequest, HealthcareService, Modality, WaitlistEntry
from keepwell.scheduling.waiting import Wish
from keepwell.tasks.actions import known_to
from keepwell.vault.phi import PhiClass

LONGEST = 500
Status = BookingRequest.Status

PARTS = {
    "": (None, None),
    "morning": (None, dt.time(12)),
    "afternoon": (dt.time(12), dt.time(17)),
    "evening": (dt.time(16, 30), None),
}
"""Parts of a day people ask for, and the o'clocks they mean."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Person:
    """Who asks and is no patient here yet, as they say it themselves."""

    given_name: str = ""
    family_name: str = ""
    birth_date: dt.date | None = None
    phone: str = ""
    email: str = ""

    def checked(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Who they are and how to reach them, to be sealed. Raises Refusal REQUEST_WHOSE and those of contacts."""
        phone = text.phone(self.phone) if self.phone else None
        email = text.email(self.email) if self.email else None
        if not (self.given_name.strip() or self.family_name.strip()) or not (phone or email):
            raise Refusal("REQUEST_WHOSE", field="family_name")
        born = self.birth_date.isoformat() if self.birth_date else None
        who = {"given_name": self.given_name.strip(), "family_name": self.family_name.strip(), "birth_date": born}
        return who, {"phone": phone, "email": email}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Asked:
    """What somebody asks for. Days as in ISO 8601, `part` of PARTS; nothing said means any."""

    service: UUID
    practitioner: UUID | None = None
    modality: str = ""
    state: str = ""
    days: tuple[int, ...] = ()
    part: str = ""
    from_day: dt.date | None = None
    until_day: dt.date | None = None
    words: str = ""
    via: str = BookingRequest.Via.PHONE
    who: Person = field(default_factory=Person)

    def checked(self) -> dict[str, Any]:
        """As the row keeps it. Raises Refusal by name."""
        service = HealthcareService.objects.filter(id=self.service, ended_at=None).first()
        if service is None:
            raise Refusal("SERVICE_UNKNOWN", field="service")
        if self.modality and (self.modality not in Modality.values or self.modality not in service.modalities):
            raise Refusal("MODALITY_UNKNOWN", field="modality")
        if self.state and self.state not in STATES:
            raise Refusal("CHOICE_UNKNOWN", field="state")
        if self.part not in PARTS or self.via not in BookingRequest.Via.values:
            raise Refusal("CHOICE_UNKNOWN", field="part")
        if not set(self.days) <= set(range(1, 8)):
            raise Refusal("WEEKDAY_UNKNOWN", field="days")
        if self.from_day and self.until_day and self.until_day < self.from_day:
            raise Refusal("TIME_ORDER", field="until_day")
        if len(self.words) > LONGEST:
            raise Refusal("TEXT_TOO_LONG", field="words", most=LONGEST)
        return {"wishes": self._wishes(), "words": self.words.strip() or None, "via": self.via}

    def _wishes(self) -> dict[str, Any]:
        days = (self.from_day, self.until_day)
        said = {"from_day": days[0] and days[0].isoformat(), "until_day": days[1] and days[1].isoformat()}
        who = str(self.practitioner) if self.practitioner else None
        return said | {"service": str(self.service), "practitioner": who, "modality": self.modality,
                       "state": self.state, "days": list(self.days), "part": self.part}  # fmt: skip


def wish(wishes: dict[str, Any], time_zone: str, **more: Any) -> Wish:
    """What was asked for, as something to wait for."""
    opens, closes = PARTS[wishes["part"]]
    days = {name: dt.date.fromisoformat(wishes[name]) if wishes[name] else None for name in ("from_day", "until_day")}
    said: dict[str, Any] = {
        "service": UUID(wishes["service"]), "time_zone": time_zone, "modality": wishes["modality"],
        "practitioners": (UUID(wishes["practitioner"]),) if wishes["practitioner"] else (),
        "state": wishes["state"], "days": tuple(wishes["days"]), "opens": opens, "closes": closes,
    }  # fmt: skip
    return Wish(**(said | days | more))


def ask(asked: Asked, *, by: Actor, patient: UUID | None = None) -> BookingRequest:
    """Somebody asks for an appointment: a patient, or a person who is none yet and is named in `asked.who`.

    Raises Refusal REQUEST_WHOSE, SERVICE_UNKNOWN, MODALITY_UNKNOWN, CHOICE_UNKNOWN, TIME_ORDER, TEXT_TOO_LONG.
    """
    columns = asked.checked()
    who, reach = (None, None) if patient else asked.who.checked()
    return _asked(patient, columns | {"who": who, "reach": reach, "patient_id": patient}, by=by)


@action("request.made", about="whose", seals={PhiClass.IDENTITY, PhiClass.CONTACT})
def _asked(whose: UUID | None, columns: dict[str, Any], *, by: Actor) -> BookingRequest:
    "Somebody asks for an appointment. What they say is sealed from the first word on."
    assert whose is not None
    own = {} if columns["patient_id"] else {"id": whose}
    made = BookingRequest(whose=whose, asked_at=clock.now(), **own, **columns)
    made.save(force_insert=True)
    return made


def match(request: BookingRequest, patient: UUID, *, by: Actor) -> BookingRequest:
    """Whoever asked is this patient. What they said goes under the patient's keys.

    Raises Refusal REQUEST_SETTLED, POLICY_DENY, RESTRICTION_BLOCK.
    """
    known_to(patient, by)
    said = charts.open(request.whose, Wished, by=by, listed=False).one(Wished)
    return _matched((request.whose, patient), request, patient, said, by=by)


@action("request.matched", about="whom", seals={PhiClass.IDENTITY, PhiClass.CONTACT})
def _matched(
    whom: tuple[UUID, UUID], request: BookingRequest, patient: UUID, said: Wished, *, by: Actor
) -> BookingRequest:
    "Whoever asked for an appointment is found to be a patient."
    row = _open(request)
    row.patient_id = row.whose = patient
    row.who = row.reach = None
    row.wishes, row.words = said.wishes, said.words
    row.save(update_fields=["patient", "whose", "who", "reach", "wishes", "words"])
    return row


def register(request: BookingRequest, *, by: Actor, despite: tuple[UUID, ...] = ()) -> BookingRequest:
    """Whoever asked becomes a patient. Raises Refusal DUPLICATE_SUSPECTED with those who look alike, and others."""
    said = charts.open(request.whose, Asker, by=by, listed=False).one(Asker)
    who, reach = said.who or {}, said.reach or {}
    born = dt.date.fromisoformat(who["birth_date"]) if who.get("birth_date") else None
    named = Demographics(given_name=who["given_name"], family_name=who["family_name"], birth_date=born)
    ways = [Contact(system=s, value=v, use="mobile" if s == "sms" else "home")
            for s, v in (("sms", reach.get("phone")), ("email", reach.get("email"))) if v]  # fmt: skip
    made = patients.register(named, *ways, by=by, despite=despite)
    return match(request, made.id, by=by)


@action("request.declined", about="request")
def decline(request: BookingRequest, why: str, *, by: Actor) -> BookingRequest:
    "A request for an appointment is declined, with a reason."
    if why not in BookingRequest.Why.values:
        raise Refusal("CHOICE_UNKNOWN", field="why")
    return _settled(_open(request), Status.DECLINED, why=why)


@action("request.withdrawn", about="request")
def withdraw(request: BookingRequest, *, by: Actor) -> BookingRequest:
    "Whoever asked needs no appointment any more."
    return _settled(_open(request), Status.WITHDRAWN)


def book(request: BookingRequest, asked: Booking, *, by: Actor) -> Appointment:
    """The request becomes an appointment. Raises what a booking raises, REQUEST_NOBODYS and REQUEST_SETTLED."""
    row = _patients(request)
    made = booking.book(row.whose, asked, by=by)
    booked(row, made, by=by)
    return made


@action("request.booked", about="request")
def booked(request: BookingRequest, appointment: Appointment, *, by: Actor) -> BookingRequest:
    "A request for an appointment is answered by one."
    row = _open(request)
    if appointment.patient_id != row.patient_id:
        raise Refusal("REQUEST_NOBODYS")
    return _settled(row, Status.BOOKED, appointment=appointment)


def to_waitlist(request: BookingRequest, wanted: Wish, *, by: Actor) -> WaitlistEntry:
    """Nothing fits now: they wait for a time that comes free. Raises what joining the waitlist raises."""
    row = _patients(request)
    entry = waiting.join(row.whose, wanted, by=by, request=row)
    _wait_listed(row, by=by)
    return entry


@action("request.waitlisted", about="request")
def _wait_listed(request: BookingRequest, *, by: Actor) -> BookingRequest:
    "Whoever asked for an appointment waits for a time that comes free."
    return _settled(_open(request), Status.WAITLIST)


def _patients(request: BookingRequest) -> BookingRequest:
    if request.patient_id is None:
        raise Refusal("REQUEST_NOBODYS")
    return _open(request)


def _open(request: BookingRequest) -> BookingRequest:
    row = BookingRequest.objects.select_for_update().filter(id=request.id).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    if row.status not in (Status.PROPOSED, Status.WAITLIST):
        raise Refusal("REQUEST_SETTLED")
    return row


def _settled(row: BookingRequest, status: str, **more: Any) -> BookingRequest:
    row.status, row.settled_at = status, clock.now()
    for name, value in more.items():
        setattr(row, name, value)
    row.save(update_fields=["status", "settled_at", *more])
    return row
