"""Whether a provider may treat a patient where the patient is *now* (state licensure law; varies), asked at join.

Booking refuses (slots.licensed). Here nobody is refused any more: a patient who waits is let in, the provider sees what
does not fit and says how it goes on, and both are on record.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.places import STATES
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling import slots, wall
from keepwell.scheduling.models import Appointment, License, Schedule, VisitLocation
from keepwell.vault.phi import PhiClass

Choice = VisitLocation.Choice
CHOICES = {
    Choice.EMERGENCY: (_("Emergency"), _("Help now; every state lets you, and 911 serves where the patient is.")),
    Choice.FOLLOW_UP: (_("Follow-up"), _("Short care of a patient you know, where the law of that state allows it.")),
    Choice.CONSULTATION: (_("Consultation"), _("You advise a provider who is licensed there and stays in charge.")),
    Choice.HAND_OVER: (_("Hand over"), _("Somebody licensed there takes this visit.")),
    Choice.RESCHEDULE: (_("Reschedule"), _("Another time, when the patient is where you are licensed.")),
}
"""How a visit goes on all the same. Which of the first three a state allows is for the practice to find out."""
NEED_WORDS = frozenset({Choice.EMERGENCY, Choice.FOLLOW_UP, Choice.CONSULTATION})
PROVIDERS = frozenset({Role.PRACTITIONER, Role.TRAINEE})
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Found:
    """What counts where the patient is: the license, or the code of what is in the way, or neither is needed."""

    license: License | None = None
    code: str = ""
    day: str = ""


def found(appointment: Appointment, state: str) -> Found:
    """Asks only; nothing is recorded. A service that is not clinical needs no license."""
    if not appointment.service.clinical:
        return Found()
    day = _today(appointment)
    try:
        slots.licensed(appointment.practitioner_id, appointment.service, state if state in STATES else "", day)
    except Refusal as refusal:
        return Found(code=refusal.code, day=str(refusal.facts.get("date", "")))
    held = License.objects.filter(practitioner_id=appointment.practitioner_id, state=state, ended_at=None)
    valid = [one for one in held.order_by("valid_from") if slots.lasts(one, day)]
    return Found(license=valid[0] if valid else None)


@action("patient.located", about="appointment")
def locate(appointment: Appointment, state: str, *, by: Actor) -> VisitLocation:
    "Where the patient is as the visit begins, and the license that counts there. Never refuses: whoever waits gets in."
    what = found(appointment, state)
    return VisitLocation.objects.create(
        patient_id=appointment.patient_id,
        appointment=appointment,
        state=state if state in STATES else "",
        license=what.license,
        code=what.code,
        asked_by_id=by.id,
    )


def go_on(at: VisitLocation, choice: str, line: str, *, by: Actor) -> VisitLocation:
    """The provider says how a visit goes on where they hold no license.

    Raises Refusal CHOICE_UNKNOWN, FIELD_EMPTY, TEXT_TOO_LONG, PROVIDER_DECIDES, STALE_VERSION.
    """
    if choice not in CHOICES:
        raise Refusal("CHOICE_UNKNOWN", field="choice")
    if by.role not in PROVIDERS:
        raise Refusal("PROVIDER_DECIDES", field="choice")
    words = line.strip()
    if choice in NEED_WORDS and not words:
        raise Refusal("FIELD_EMPTY", field="line")
    if len(words) > LONGEST:
        raise Refusal("TEXT_TOO_LONG", field="line", most=LONGEST)
    if not at.code or at.choice:
        raise Refusal("STALE_VERSION")
    return _went_on(at, choice, words, by=by)


@action("visit.license_choice", about="at", seals={PhiClass.CLINICAL})
def _went_on(at: VisitLocation, choice: str, words: str, *, by: Actor) -> VisitLocation:
    "Where no license counts, the provider chose how the visit goes on, and said why."
    at.choice, at.line, at.asked_by_id = choice, words or None, by.id
    at.save(update_fields=["choice", "line", "asked_by"])
    return at


def latest(appointment: Appointment) -> VisitLocation | None:
    """The last answer to where the patient is."""
    return VisitLocation.objects.filter(appointment=appointment).order_by("-at", "-id").first()


def _today(appointment: Appointment) -> dt.date:
    zone = Schedule.objects.filter(practitioner_id=appointment.practitioner_id).values_list("time_zone", flat=True)
    return wall.day_of(clock.now(), wall.zone(zone.first() or "UTC"))
