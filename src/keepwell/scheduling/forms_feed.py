"""What an officer decides about visits."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.patients.forms import Asking
from keepwell.scheduling.forms_setup import date


class RulesForm(Asking):
    """The rules of visits."""

    flexibility_ends = date(
        _("DEA telemedicine flexibility ends on"),
        _("December 31, 2026 as of this version. Not sure: check with the DEA before you rely on it."),
    )
    initials = forms.BooleanField(
        label=_("Calendars outside Keepwell may show patients' initials"),
        required=False,
        help_text=_("Their vendors then hold protected health information: each needs a business associate agreement."),
    )
