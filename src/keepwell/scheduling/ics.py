"""Appointments as iCalendar (RFC 5545, RFC 5546), saying that there is a visit and not what for, with whom or where.

Neither the practice's name nor the service's is in it: both can tell a specialty. A moved appointment keeps its UID and
counts its SEQUENCE up; a cancelled one is taken out of calendars by METHOD:CANCEL.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vDuration

from keepwell.base import clock
from keepwell.scheduling.models import STANDING, Appointment, Modality

TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Keepwell//Scheduling//EN"
AGAIN = dt.timedelta(hours=1)


def feed(rows: Iterable[Appointment], initials: Mapping[UUID, str]) -> bytes:
    """A practitioner's own visits. `initials` by patient is empty unless an officer allowed them."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", _("Visits"))
    calendar.add("refresh-interval", vDuration(AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(AGAIN))
    once: set[UUID] = set()
    for row in rows:
        group = row.service.seats > 1
        uid = row.slot_id if group else row.id
        if uid in once:
            continue
        once.add(uid)
        summary = " ".join(filter(None, (_titled(row), "" if group else initials.get(row.patient_id, ""))))
        calendar.add_component(_event(row, uid, summary))
    return bytes(calendar.to_ical())


def of_one(appointment: Appointment) -> bytes:
    """One appointment for whoever comes: to keep it, or to take it out again once it is cancelled."""
    standing = appointment.status in STANDING
    calendar = _calendar("PUBLISH" if standing else "CANCEL")
    event = _event(appointment, appointment.id, _("Appointment"))
    event.add("organizer", vCalAddress(f"urn:uuid:{appointment.practice_id}"))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(row: Appointment, uid: UUID, summary: str) -> Event:
    event = Event()
    event.add("uid", str(uid))
    event.add("dtstamp", clock.now())
    event.add("dtstart", row.starts_at.astimezone(dt.UTC))
    event.add("dtend", row.ends_at.astimezone(dt.UTC))
    event.add("sequence", row.version - 1)
    event.add("status", "CONFIRMED" if row.status in STANDING or row.status == "fulfilled" else "CANCELLED")
    event.add("summary", summary)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    return event


def _titled(row: Appointment) -> str:
    return {
        Modality.VIDEO: _("Visit (video)"),
        Modality.PHONE: _("Visit (phone)"),
        Modality.IN_PERSON: _("Visit (in person)"),
    }[Modality(row.modality)]
