"""What the People pages ask. Choices wherever a choice will do."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access import clearance
from keepwell.access.grants import Asked
from keepwell.access.models import Membership
from keepwell.access.words import ROLES
from keepwell.base import clock
from keepwell.base.actor import Role
from keepwell.patients.forms import Asking, choice, text

ROLE_CHOICES = {role.value: ROLES[role] for role in clearance.HIRED}


def members() -> list[tuple[str, str]]:
    """Who can be somebody's manager: everybody who works here now."""
    here = Membership.objects.filter(ends_at=None).exclude(accepted_at=None).order_by("name", "role")
    return [("", ""), *((str(m.id), f"{m.name}, {ROLES[Role(m.role)]}") for m in here)]


class RoleForm(Asking):
    """Another role for somebody who is here."""

    role = choice(_("Role"), ROLE_CHOICES, required=True)
    manager = forms.ChoiceField(label=_("Manager"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].choices = members()  # type: ignore[attr-defined]

    def boss(self) -> Membership | None:
        """The manager that was chosen."""
        chosen = self.cleaned_data.get("manager")
        return Membership.objects.filter(id=UUID(chosen)).first() if chosen else None


class InviteForm(RoleForm):
    """Somebody new."""

    name = text(_("Name"), required=True)
    email = forms.EmailField(label=_("Work e-mail"), help_text=_("Their own, not a desk's. They sign in with it."))
    kind = choice(_("Works here as"), clearance.KINDS, required=True)
    starts_on = forms.DateField(
        label=_("First day"),
        required=False,
        help_text=_("Empty for today."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("An auditor's access needs one, within 90 days."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    field_order = ("name", "email", "role", "kind", "manager", "starts_on", "until")

    def asked(self, zone: str) -> Asked:
        """What was typed, once it is valid."""
        said = self.cleaned_data
        return Asked(
            email=said["email"].casefold(),
            name=said["name"].strip(),
            role=Role(said["role"]),
            kind=said["kind"],
            starts_at=first_moment(said["starts_on"], zone),
            manager=self.boss(),
            until=last_moment(said["until"], zone),
        )


class ProofForm(Asking):
    """How somebody's identity was checked."""

    proof = choice(_("How their identity was checked"), clearance.PROOFS, required=True)


class CheckForm(Asking):
    """One item of the clearance checklist."""

    item = forms.ChoiceField()
    source = choice(_("Where it was looked up"), clearance.SOURCES, required=True)
    result = choice(_("Result"), {"passed": _("passed"), "failed": _("failed")}, required=True)

    def __init__(self, role: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [(i, clearance.ITEMS[i]) for i in clearance.needed(role)]  # type: ignore[attr-defined]


def first_moment(on: dt.date | None, zone: str) -> dt.datetime:
    """When a day begins at the practice; now, when no day was named."""
    return clock.now() if on is None else dt.datetime.combine(on, dt.time(), ZoneInfo(zone))


def last_moment(on: dt.date | None, zone: str) -> dt.datetime | None:
    """When a day is over at the practice; never, when no day was named."""
    return None if on is None else dt.datetime.combine(on + dt.timedelta(days=1), dt.time(), ZoneInfo(zone))
