"""What is asked about devices and sessions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access import limits
from keepwell.access.forms import Quiet
from keepwell.access.models import DevicePlace
from keepwell.access.policy import MAY_DO
from keepwell.access.words import ROLES
from keepwell.base.actor import Role

PLACES: dict[str, Any] = {
    DevicePlace.OFFICE: _("A room of its own"),
    DevicePlace.FRONT_DESK: _("The front desk"),
    DevicePlace.SHARED: _("A desk that several people share"),
    DevicePlace.HOME: _("At home"),
    DevicePlace.MOBILE: _("It goes along"),
}
TIMED = tuple(role for role in MAY_DO if role is not Role.SYSTEM)


class PostureForm(Quiet):
    """How a device is kept, as its holder attests it."""

    encrypted = forms.BooleanField(label=_("Its disk is encrypted."), required=False)
    locks = forms.BooleanField(label=_("Its screen locks by itself within five minutes."), required=False)
    updated = forms.BooleanField(label=_("Its system is up to date and updates by itself."), required=False)


class DeviceForm(PostureForm):
    """A device, told about for the first time."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_('As people call it: "Front desk left".'))
    place = forms.ChoiceField(label=_("Where it stands"), choices=list(PLACES.items()))
    personal = forms.BooleanField(label=_("It belongs to a person and not to the practice."), required=False)
    field_order = ("name", "place", "personal", "encrypted", "locks", "updated")


class RulesForm(Quiet):
    """Minutes until sessions lock, by role, and whether devices must be known."""

    devices_required = forms.BooleanField(
        label=_("Charts open on registered, approved devices only"),
        required=False,
    )

    single = forms.MultipleChoiceField(
        label=_("One session at a time"), required=False, choices=[(role.value, ROLES[role]) for role in TIMED]
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for role in TIMED:
            self.fields[role.value] = forms.IntegerField(
                label=ROLES[role],
                min_value=limits.SHORTEST,
                help_text=_("at most %(n)s") % {"n": limits.ceiling(role)},
                widget=forms.NumberInput(attrs={"max": limits.ceiling(role)}),
            )

    @property
    def roles(self) -> list[tuple[str, Any, str]]:
        """What can have one session at a time."""
        return [(role.value, ROLES[role], "") for role in TIMED]

    @property
    def minutes(self) -> dict[Role, int]:
        return {role: self.cleaned_data[role.value] for role in TIMED}
