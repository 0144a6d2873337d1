"""What is asked when somebody logs a disclosure: few fields, in the order in which people tell it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access.forms_roles import MomentField, Refusable
from keepwell.access.words import ABOUT_PATIENTS, CLASSES
from keepwell.privacy.accounting import RULES
from keepwell.privacy.actions import LONGEST
from keepwell.privacy.models import AgencyAsked, Way

WAYS: dict[str, Any] = {
    Way.PHONE: _("by phone"),
    Way.IN_PERSON: _("in person"),
    Way.PAPER: _("on paper"),
    Way.FAX: _("by fax"),
    Way.MESSAGE: _("in a message"),
    Way.EXPORT: _("as a file"),
    Way.INTERFACE: _("by a program"),
}
BY_HAND = (Way.PHONE, Way.IN_PERSON, Way.PAPER, Way.FAX, Way.EXPORT)

ASKED: dict[str, Any] = {
    AgencyAsked.WRITTEN: _("in writing, with a day"),
    AgencyAsked.ORAL: _("by word of mouth: 30 days at most"),
}


def line(label: Any, help_text: Any = "", *, focus: bool = False) -> forms.CharField:
    attrs = {"autocomplete": "off", "autofocus": True} if focus else {"autocomplete": "off"}
    return forms.CharField(
        label=label, required=False, max_length=LONGEST, help_text=help_text, widget=forms.TextInput(attrs=attrs)
    )


class DisclosureForm(Refusable):
    """Something about a patient went to somebody."""

    recipient = line(_("To whom"), _("Name and organization."), focus=True)
    right = forms.ChoiceField(label=_("By what right"), choices=[(right, rule.words) for right, rule in RULES.items()])
    what = line(_("What, in a few words"), _('Its kind and not its content: "immunization record", not the result.'))
    purpose = line(_("Why"), _('What they need it for: "school enrolment".'))
    way = forms.ChoiceField(label=_("How"), choices=[(way, WAYS[way]) for way in BY_HAND])
    at = MomentField(label=_("When"), required=False, help_text=_("Now, if you leave it empty."))
    address = line(_("Their address, if you know it"))
    classes = forms.MultipleChoiceField(
        label=_("It was about"),
        required=False,
        choices=[(phi.value, CLASSES[phi]) for phi in ABOUT_PATIENTS],
        widget=forms.CheckboxSelectMultiple,
    )
    authorization = forms.ChoiceField(label=_("Which authorization"), required=False)
    withheld_until = forms.DateField(
        label=_("An agency asked to leave it out of the accounting until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    withheld_asked = forms.ChoiceField(label=_("They asked"), required=False, choices=list(ASKED.items()))

    def __init__(self, *args: Any, signed: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authorization"].choices = [("", _("none")), *signed]  # type: ignore[attr-defined]

    def moment(self) -> dt.datetime | None:
        said: dt.datetime | None = self.cleaned_data["at"]
        return said
