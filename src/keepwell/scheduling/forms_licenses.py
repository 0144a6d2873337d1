"""What the pages of licenses ask, and where a patient is now."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.base.places import STATES
from keepwell.patients.forms import Asking, choice, text
from keepwell.scheduling.forms_setup import date
from keepwell.scheduling.models import License

KINDS: dict[str, Any] = {
    License.Kind.LICENSE: _("License of the state"),
    License.Kind.COMPACT: _("Privilege under a compact"),
    License.Kind.REGISTRATION: _("Telehealth registration"),
}
COMPACTS = {
    "IMLC": _("IMLC, physicians"), "NLC": _("NLC, nurses"), "APRN": _("APRN Compact, advanced practice nurses"),
    "PSYPACT": _("PSYPACT, psychologists"), "CC": _("Counseling Compact"), "SWC": _("Social Work Compact"),
    "PT": _("PT Compact, physical therapists"), "OT": _("OT Compact, occupational therapists"),
    "ASLP": _("ASLP-IC, audiology and speech"), "PA": _("PA Compact, physician assistants"), "other": _("Another one"),
}  # fmt: skip
"""Compacts by the letters they are known by. Where each is in force is not in here: the privilege says it."""
PLACES = {code: code for code in sorted(STATES)}


class LicenseForm(Asking):
    """One more license."""

    state = forms.ChoiceField(label=_("State"), choices=[("", _("Choose a state")), *PLACES.items()])
    kind = choice(_("Kind"), KINDS, required=True)
    number = text(_("Number"), required=True, most=40)
    compact = choice(_("Compact"), COMPACTS, blank=_("none"))
    valid_from = date(_("Valid from"))
    valid_until = date(_("Valid until"), _("Empty: without an end."), required=False)
    evidence = text(_("Where you looked it up"), most=200, hint=_("Like “state board, seen today”. Protected."))


class RenewForm(Asking):
    """The same license, for longer."""

    valid_until = date(_("Valid until"))
    evidence = text(_("Where you looked it up"), most=200)


class LocationForm(Asking):
    """Where a patient is now."""

    state = forms.ChoiceField(
        label=_("Where is the patient right now?"), choices=[("", _("Choose a state")), *PLACES.items()], required=False
    )
