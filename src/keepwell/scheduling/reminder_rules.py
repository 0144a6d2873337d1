"""When patients are written to about visits: the practice's rules, and the fixed words each occasion sends."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.actions import action
from keepwell.outbound.wording import Kind, notice
from keepwell.scheduling.models import HealthcareService, Modality, ReminderRule

O, U = ReminderRule.Occasion, ReminderRule.Unit  # noqa: E741 - two short names
WAYS = (Channel.SMS, Channel.EMAIL)
MOST = {U.DAYS: 30, U.HOURS: 72}

_SUBJECT = {"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"}
_LEAST = {"en": "You have a message from %(clinic)s. Please call %(phone)s.",
          "es": "Tiene un mensaje de %(clinic)s. Por favor llame al %(phone)s."}  # fmt: skip


def _notice(name: str, topic: Topic, title: object, en: str, es: str) -> str:
    words = {"en": {"least": _LEAST["en"], "usual": en}, "es": {"least": _LEAST["es"], "usual": es}}
    return notice(name, topic, title, variables={"when": Kind.MOMENT}, subject=_SUBJECT, words=words).name


TEMPLATES = {
    O.BOOKED: _notice(
        "visit.booked", Topic.APPOINTMENTS, _("Visit booked"),
        "%(clinic)s: your appointment is on %(when)s. To change it call %(phone)s.",
        "%(clinic)s: su cita es el %(when)s. Para cambiarla llame al %(phone)s.",
    ),
    O.BEFORE: _notice(
        "visit.reminder", Topic.APPOINTMENTS, _("Reminder of a visit"),
        "%(clinic)s: a reminder of your appointment on %(when)s. To change it call %(phone)s.",
        "%(clinic)s: le recordamos su cita del %(when)s. Para cambiarla llame al %(phone)s.",
    ),
    O.MOVED: _notice(
        "visit.moved", Topic.ACCESS, _("Visit moved"),
        "%(clinic)s: your appointment was moved to %(when)s. Questions: %(phone)s.",
        "%(clinic)s: su cita se cambió al %(when)s. Preguntas: %(phone)s.",
    ),
    O.CANCELLED: _notice(
        "visit.cancelled", Topic.ACCESS, _("Visit cancelled"),
        "%(clinic)s: your appointment on %(when)s is cancelled. To find another time call %(phone)s.",
        "%(clinic)s: su cita del %(when)s se canceló. Para encontrar otra hora llame al %(phone)s.",
    ),
}  # fmt: skip
"""Occasion → the notice it sends: fixed words, no clinical detail."""

USUAL = (
    {"occasion": O.BOOKED}, {"occasion": O.BEFORE, "amount": 2, "unit": U.DAYS},
    {"occasion": O.BEFORE, "amount": 3, "unit": U.HOURS}, {"occasion": O.MOVED}, {"occasion": O.CANCELLED},
)  # fmt: skip
"""What a practice begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as somebody says it."""

    occasion: str
    amount: int = 0
    unit: str = U.DAYS
    o_clock: dt.time | None = None
    service: UUID | None = None
    modality: str = ""
    ways: tuple[str, ...] = WAYS
    late: str = ReminderRule.Late.DROP

    def columns(self) -> dict[str, object]:
        """Checked. Raises Refusal CHOICE_UNKNOWN, NUMBER_BETWEEN, SERVICE_UNKNOWN, MODALITY_UNKNOWN."""
        if self.occasion not in O.values or self.unit not in U.values or self.late not in ReminderRule.Late.values:
            raise Refusal("CHOICE_UNKNOWN", field="occasion")
        if not self.ways or not set(self.ways) <= set(WAYS):
            raise Refusal("CHOICE_UNKNOWN", field="ways")
        if self.modality and self.modality not in Modality.values:
            raise Refusal("MODALITY_UNKNOWN", field="modality")
        if self.service and not HealthcareService.objects.filter(id=self.service, ended_at=None).exists():
            raise Refusal("SERVICE_UNKNOWN", field="service")
        before, most = self.occasion == O.BEFORE, MOST[U(self.unit)]
        if before and not 1 <= self.amount <= most:
            raise Refusal("NUMBER_BETWEEN", field="amount", least=1, most=most)
        timed = before and self.unit == U.DAYS
        return {
            "occasion": self.occasion, "amount": self.amount if before else 0, "unit": self.unit,
            "o_clock": self.o_clock if timed else None, "service_id": self.service, "modality": self.modality,
            "ways": [w for w in WAYS if w in self.ways], "late": self.late,
        }  # fmt: skip


@action("reminder_rule.set")
def set_rule(said: Rule, *, by: Actor, rule: ReminderRule | None = None) -> ReminderRule:
    "The practice says when patients are written to about visits. What is planned by other rules is planned anew."
    kept = rule or ReminderRule()
    for column, value in said.columns().items():
        setattr(kept, column, value)
    kept.changed_at = clock.now()
    kept.save(force_insert=rule is None)
    return kept


@action("reminder_rule.ended")
def end_rule(rule: ReminderRule, *, by: Actor) -> ReminderRule:
    "A rule about reminders holds no more. What it planned is withdrawn."
    rule.ended_at = rule.changed_at = clock.now()
    rule.save(update_fields=["ended_at", "changed_at"])
    return rule


def begin_usual(*, by: Actor) -> None:
    """The rules most practices have, if there are none yet."""
    if not standing_rules():
        for said in USUAL:
            set_rule(Rule(**said), by=by)


def standing_rules() -> list[ReminderRule]:
    """The rules that hold, as the page lists them."""
    order = {O.BOOKED: 0, O.BEFORE: 1, O.MOVED: 2, O.CANCELLED: 3}
    rows = ReminderRule.objects.filter(ended_at=None).select_related("service").order_by("id")
    hours = {U.DAYS: 24, U.HOURS: 1}
    return sorted(rows, key=lambda r: (order[O(r.occasion)], -r.amount * hours[U(r.unit)]))
