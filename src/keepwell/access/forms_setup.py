"""What the first page and the list before the first patient ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access.forms_roles import Refusable
from keepwell.access.words import role_word
from keepwell.base.actor import Role
from keepwell.base.places import STATES, US_TIME_ZONES

DAYS = {
    "mon": _("Monday"), "tue": _("Tuesday"), "wed": _("Wednesday"), "thu": _("Thursday"), "fri": _("Friday"),
    "sat": _("Saturday"), "sun": _("Sunday"),
}  # fmt: skip
ASKED_FOR = (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.SECURITY_OFFICER)


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))


class PracticeForm(Refusable):
    """Where and when a practice works."""

    practice = forms.CharField(label=_("Name of the practice"), max_length=120)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(zone, zone.replace("_", " ")) for zone in US_TIME_ZONES]
    )
    states = forms.MultipleChoiceField(
        label=_("States where you see patients"),
        choices=[(state, state) for state in sorted(STATES)],
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("Where the patients are during a visit. Hold Ctrl or ⌘ to choose several."),
    )
    days = forms.MultipleChoiceField(
        label=_("Days you work"), choices=list(DAYS.items()), widget=forms.SelectMultiple(attrs={"size": 7})
    )
    opens = _clock(_("From"))
    closes = _clock(_("Until"))

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("opens") and said.get("closes") and said["closes"] <= said["opens"]:
            self.add_error("closes", _("This is before you open."))
        return said

    def hours(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"days": said["days"], "from": f"{said['opens']:%H:%M}", "until": f"{said['closes']:%H:%M}"}


class WelcomeForm(PracticeForm):
    """The first page: a practice and its first administrator."""

    owner = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("Your e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    field_order = ("owner", "email", "practice", "time_zone", "states", "days", "opens", "closes")


class PersonForm(Refusable):
    """Somebody who takes an office, or helps to administer."""

    office = forms.ChoiceField(label=_("Office"))
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [(r.value, role_word(r)) for r in ASKED_FOR]  # type: ignore[attr-defined]
