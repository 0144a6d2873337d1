"""Rules about reminders as sentences, and what a change of a visit sends, in words."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keepwell.scheduling import telling
from keepwell.scheduling.models import Appointment, Modality, ReminderRule
from keepwell.scheduling.reminder_rules import standing_rules
from keepwell.scheduling.reminders import fits
from keepwell.scheduling.words import MODALITIES

O, U = ReminderRule.Occasion, ReminderRule.Unit  # noqa: E741 - two short names

OCCASIONS = {
    O.BOOKED: gettext_lazy("When a visit is booked"),
    O.BEFORE: gettext_lazy("Before a visit"),
    O.MOVED: gettext_lazy("When a visit is moved"),
    O.CANCELLED: gettext_lazy("When a visit is cancelled"),
}
UNITS = {U.DAYS: gettext_lazy("days"), U.HOURS: gettext_lazy("hours")}
LATES = {
    ReminderRule.Late.DROP: gettext_lazy("It is left out"),
    ReminderRule.Late.SEND: gettext_lazy("It is sent late, until 15 minutes before the visit"),
}
WAYS = {"sms": gettext_lazy("text message"), "email": gettext_lazy("e-mail")}


def when(rule: ReminderRule) -> str:
    """How long before, in words."""
    if rule.unit == U.HOURS:
        return ngettext("%(num)s hour before", "%(num)s hours before", rule.amount) % {"num": rule.amount}
    return ngettext("%(num)s day before", "%(num)s days before", rule.amount) % {"num": rule.amount}


def sentence(rule: ReminderRule) -> str:
    """A rule as people read it."""
    what = {
        O.BOOKED: _("When %(visit)s is booked, the patient gets a confirmation by %(way)s."),
        O.BEFORE: _("%(when)s %(visit)s, the patient gets a reminder by %(way)s."),
        O.MOVED: _("When %(visit)s is moved, the patient gets the new time by %(way)s."),
        O.CANCELLED: _("When %(visit)s is cancelled, the patient is told by %(way)s."),
    }[O(rule.occasion)]
    if rule.o_clock:
        what = _("%(when)s %(visit)s, at %(time)s where the patient is, they get a reminder by %(way)s.")
    way = _(" or else ").join(str(WAYS[w]) for w in rule.ways)
    said = what % {"when": when(rule), "visit": _visits(rule), "way": way, "time": f"{rule.o_clock or dt.time():%H:%M}"}
    return said[:1].upper() + said[1:]


def _visits(rule: ReminderRule) -> str:
    if rule.service is None and not rule.modality:
        return _("a visit")
    how = str(MODALITIES[Modality(rule.modality)][0]).lower() if rule.modality else ""
    parts = [rule.service.name if rule.service else "", how]
    return _("a visit (%(which)s)") % {"which": ", ".join(part for part in parts if part)}


@telling.teller
def told(appointment: Appointment, verb: str) -> list[str]:
    """What goes out because of a change, if it stays: for the notice with its undo."""
    rules = [rule for rule in standing_rules() if fits(rule, appointment)]
    has = {O(rule.occasion) for rule in rules}
    before = ", ".join(when(rule) for rule in rules if rule.occasion == O.BEFORE)
    said = []
    if verb == "appointment.booked":
        said += [_("A confirmation goes out in half a minute.")] if O.BOOKED in has else []
        said += [_("Reminders follow: %(when)s.") % {"when": before}] if before else []
    elif verb == "appointment.moved":
        said += [_("The new time goes out in half a minute.")] if O.MOVED in has else []
        said += [_("Reminders move with it: %(when)s.") % {"when": before}] if before else []
    elif verb == "appointment.cancelled":
        said += [_("The cancellation goes out in half a minute.")] if O.CANCELLED in has else []
        said += [_("No reminder is sent any more.")] if before else []
    return said
