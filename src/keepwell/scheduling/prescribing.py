"""Controlled substances prescribed without meeting in person (21 U.S.C. § 829(e)): on which basis, on record before.

Until when DEA's temporary flexibility runs is a date an officer sets (feeds.set_rules); what follows is not known, so a
warning stands from 60 days before. Which drug may be prescribed how is the prescriber's to know; this asks and keeps.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling import feeds
from keepwell.scheduling.licensing import PROVIDERS
from keepwell.scheduling.models import Appointment, Modality, RemotePrescribing
from keepwell.vault.phi import PhiClass

FLEXIBILITY = "flexibility"
BASES = {
    "seen": (_("I have examined this patient in person"), ""),
    "referral": (
        _("A prescriber who examined them referred them to me"),
        _("Check that the rule of your state allows it."),
    ),
    FLEXIBILITY: (_("DEA's temporary telemedicine flexibility"), _("Only until the date your officer set.")),
    "exception": (_("Another exception of 21 U.S.C. § 802(54)"), _("Say which one in your note.")),
}
"""On what a remote prescription can rest, and what to mind. Not legal advice: the prescriber answers for it."""
SCHEDULES = {"2": "II", "3": "III", "4": "IV", "5": "V"}
MODES = {Modality.VIDEO: "audio-video", Modality.PHONE: "audio-only"}
WARN = dt.timedelta(days=60)


def check(basis: str, day: dt.date) -> None:
    """Raises Refusal CHOICE_UNKNOWN, or DEA_FLEX_ENDED for a basis that no longer holds on that day."""
    if basis not in BASES:
        raise Refusal("CHOICE_UNKNOWN", field="basis")
    ends = feeds.rules().flexibility_ends
    if basis == FLEXIBILITY and day > ends:
        raise Refusal("DEA_FLEX_ENDED", field="basis", date=ends.isoformat())


def record(appointment: Appointment, schedule: str, basis: str, *, by: Actor) -> RemotePrescribing:
    """The prescriber says which schedule and on what basis, before the visit's prescription.

    Raises Refusal CHOICE_UNKNOWN, DEA_FLEX_ENDED, PROVIDER_DECIDES.
    """
    if by.role not in PROVIDERS:
        raise Refusal("PROVIDER_DECIDES", field="basis")
    if schedule not in SCHEDULES or appointment.modality not in MODES:
        raise Refusal("CHOICE_UNKNOWN", field="schedule")
    check(basis, max(appointment.starts_at, clock.now()).date())
    terms = {"schedule": SCHEDULES[schedule], "mode": MODES[Modality(appointment.modality)], "basis": basis}
    return _recorded(appointment, terms, by=by)


@action("prescribing.basis_recorded", about="appointment", seals={PhiClass.CLINICAL})
def _recorded(appointment: Appointment, terms: dict[str, str], *, by: Actor) -> RemotePrescribing:
    "On what basis a controlled substance may be prescribed in a visit that is not in person."
    row = RemotePrescribing(patient_id=appointment.patient_id, appointment=appointment, terms=terms, said_by_id=by.id)
    row.save(force_insert=True)
    return row


def days_left() -> int:
    """Until the flexibility ends; below zero once it has."""
    return (feeds.rules().flexibility_ends - clock.now().date()).days
