"""What the pages about reaching a patient ask: contacts, addresses, coverage, related persons."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.base import dates
from keepwell.base.refusal import Refusal
from keepwell.patients import facts
from keepwell.patients.codes import PARENTS, POLICY_HOLDERS, RELATIONSHIPS, STATES, TELL, USES
from keepwell.patients.forms import Asking, PersonForm, choice, day, text
from keepwell.patients.models import Address, ContactPoint
from keepwell.patients.reach import LONGEST, Contact, Home, Kin, Payer, Said

SYSTEMS = {"phone": _("Phone"), "sms": _("Texts only"), "email": _("E-mail")}
STATE_CHOICES = {code: code for code in sorted(STATES)}


class FactForm(Asking):
    """A form that says one fact."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.said = self.fact(cleaned).checked()
            except Refusal as refusal:
                self.refuse(refusal)
        return cleaned

    def fact(self, cleaned: dict[str, Any]) -> Said:
        raise NotImplementedError


class ContactForm(FactForm):
    system = choice(_("Kind"), SYSTEMS, required=True)
    value = text(_("Number or address"), required=True, most=LONGEST)
    use = choice(_("Where"), {u: USES[u] for u in ContactPoint.Use.values}, required=True)
    rank = forms.TypedChoiceField(
        label=_("Try"), coerce=int, choices=[(1, _("First")), (2, _("Second")), (3, _("Third"))]
    )

    def fact(self, cleaned: dict[str, Any]) -> Contact:
        return Contact(**cleaned)


class AddressForm(FactForm):
    line = text(_("Street address"), required=True, most=LONGEST)
    line2 = text(_("Apartment, unit"), most=LONGEST)
    city = text(_("City"), required=True)
    state = choice(_("State"), STATE_CHOICES, blank="")
    postal_code = text(_("ZIP code"), most=12)
    use = choice(_("Where"), {u: USES[u] for u in Address.Use.values}, required=True)

    def fact(self, cleaned: dict[str, Any]) -> Home:
        rest = {name: cleaned[name] for name in ("city", "state", "postal_code", "use")}
        return Home(lines=tuple(filter(None, (cleaned["line"], cleaned["line2"]))), **rest)


class CoverageForm(FactForm):
    payer = text(_("Payer"), required=True, most=LONGEST)
    plan = text(_("Plan"), most=LONGEST)
    member_number = text(_("Member number"), required=True)
    group_number = text(_("Group number"))
    relationship = choice(_("Policy holder"), POLICY_HOLDERS, required=True)
    holder = text(_("Policy holder's name"), hint=_("If it is somebody else."))
    starts_on = day(_("From"))
    ends_on = day(_("Until"))
    rank = forms.TypedChoiceField(
        label=_("Bill"), coerce=int, choices=[(1, _("First")), (2, _("Second")), (3, _("Third"))]
    )

    def fact(self, cleaned: dict[str, Any]) -> Payer:
        days = {name: _day(cleaned[name], name) for name in ("starts_on", "ends_on")}
        return Payer(**cleaned | days)


class RelatedForm(FactForm):
    name = text(_("Name"), required=True)
    relationship = choice(_("Relationship"), RELATIONSHIPS, required=True)
    phone = text(_("Phone"), most=40)
    email = text(_("E-mail"), most=LONGEST)
    tell = choice(_("What they may be told"), TELL, blank=_("Nothing was agreed"))
    in_emergency = forms.BooleanField(label=_("Call in an emergency"), required=False)

    def fact(self, cleaned: dict[str, Any]) -> Kin:
        return Kin(**cleaned)


class RegisterForm(PersonForm):
    """A new patient on one page: who they are, how to reach them and, for a child, a parent."""

    phone = text(_("Phone"), most=40, inputmode="tel")
    email = text(_("E-mail"), most=LONGEST, inputmode="email")
    parent_name = text(_("Parent or guardian"), hint=_("For a child, or whoever decides for the patient."))
    parent_relationship = choice(
        _("Relationship"), {kind: word for kind, word in RELATIONSHIPS.items() if kind in PARENTS}
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.reach: list[Contact | Home | Kin] = []
        for fact, field in self._said(cleaned):
            try:
                self.reach.append(fact.checked())
            except Refusal as refusal:
                refusal.field = field
                self.refuse(refusal)
        return cleaned

    def _said(self, cleaned: dict[str, Any]) -> list[tuple[Contact | Kin, str]]:
        said: list[tuple[Contact | Kin, str]] = []
        if cleaned.get("phone"):
            said.append((Contact(system="phone", value=cleaned["phone"]), "phone"))
        if cleaned.get("email"):
            said.append((Contact(system="email", value=cleaned["email"], use="home"), "email"))
        if cleaned.get("parent_name"):
            kin = Kin(name=cleaned["parent_name"], relationship=cleaned.get("parent_relationship") or "parent")
            said.append((kin, "parent_name"))
        return said


def _day(typed: str, field: str) -> dt.date | None:
    "Coverage may well end in the future."
    days = dates.read(typed, facts.today() + dt.timedelta(days=366 * 50)) if typed else ()
    if typed and len(days) != 1:
        raise Refusal("DATE_UNCLEAR" if days else "DATE_UNREADABLE", field=field)
    return days[0] if days else None
