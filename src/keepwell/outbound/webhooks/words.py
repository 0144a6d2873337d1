"""What an endpoint may be told, and what became of it, in the words of the screen."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from keepwell.outbound import words

EVENTS: dict[str, Any] = {
    "appointment.booked": _("An appointment was booked"),
    "appointment.moved": _("An appointment was moved"),
    "appointment.cancelled": _("An appointment was cancelled"),
    "appointment.arrived": _("A patient arrived"),
    "appointment.fulfilled": _("A visit took place"),
    "appointment.missed": _("A patient did not come"),
    "patient.registered": _("A patient was registered"),
    "patient.edited": _("A patient's details were changed"),
    "patient.merged": _("Two records were merged"),
    "message.received": _("A message came in"),
    "thread.closed": _("A conversation was closed"),
    "document.received": _("A document came in"),
    "document.filed": _("A document was filed"),
}
"""Verbs of the activity log that may leave, each with its own words. No other does."""

REASONS: dict[str, Any] = {
    "ENDPOINT_AWAY": _("The endpoint could not be reached. It is tried again."),
    "ENDPOINT_BUSY": _("The endpoint could not take it now. It is tried again."),
    "ENDPOINT_REFUSED": _("The endpoint answered with an error."),
    "ENDPOINT_SILENT": _("The endpoint got it and did not answer. It is sent again under the same id."),
    "ENDPOINT_GONE": _("The endpoint said that it is gone for good (410)."),
    "ENDPOINT_ENDED": _("The endpoint was ended before this was told."),
}


def because(code: str, vendor: str) -> str:
    """Why a delivery waits or failed; empty when there is nothing to say."""
    if code in REASONS:
        return f"{REASONS[code]} ({code})"
    return words.because(code, {"vendor": vendor, "date": ""})
