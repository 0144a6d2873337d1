"""The clinic's words and marks for what happens on the calendar: a word and a drawing, never color alone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keepwell.scheduling.models import Appointment, AppointmentSeries, Modality, Participant

S = Appointment.Status

STATUSES = {
    S.BOOKED: (_("Booked"), "calendar-check", ""),
    S.ARRIVED: (_("Arrived"), "door-open", "look"),
    S.CHECKED_IN: (_("Checked in"), "clipboard-check", "look"),
    S.FULFILLED: (_("Took place"), "check-check", "good"),
    S.CANCELLED: (_("Cancelled"), "calendar-x", ""),
    S.NO_SHOW: (_("Did not come"), "user-x", "danger"),
    S.ENTERED_IN_ERROR: (_("Entered in error"), "eraser", ""),
}
"""Status → its word, drawing and tone."""

MODALITIES = {
    Modality.VIDEO: (_("Video"), "video"),
    Modality.PHONE: (_("Phone"), "phone"),
    Modality.IN_PERSON: (_("In person"), "building-2"),
}

CAUSES = {
    "patient": _("The patient asked"),
    "practitioner": _("The provider cannot"),
    "practice": _("The practice cannot"),
    "weather": _("Weather"),
    "technical": _("Technical trouble"),
    "insurance": _("Insurance"),
    "other": _("Something else"),
}

DID = {
    "appointment.booked": _("Booked"),
    "appointment.moved": _("Moved"),
    "appointment.cancelled": _("Cancelled"),
    "appointment.arrived": _("Noted as arrived"),
    "appointment.checked_in": _("Checked in"),
    "appointment.fulfilled": _("Noted that it took place"),
    "appointment.missed": _("Noted as not come"),
    "appointment.as_booked": _("Set back to booked"),
    "appointment.undone": _("Undone"),
}
"""What was done to an appointment, by its verb."""

HELPERS = {
    Participant.Role.INTERPRETER: (_("Interpreter"), "languages"),
    Participant.Role.CAREGIVER: (_("Caregiver"), "hand-heart"),
    Participant.Role.FAMILY: (_("Family"), "users"),
    Participant.Role.COLLEAGUE: (_("Colleague"), "stethoscope"),
    Participant.Role.OTHER: (_("Somebody else"), "user-round-plus"),
}

SCOPES = {"one": _("Only this visit"), "following": _("This and all after it"), "all": _("All to come")}
"""Which visits of a series a change is about."""

UNITS = {AppointmentSeries.Unit.WEEKS: _("weeks"), AppointmentSeries.Unit.MONTHS: _("months")}
