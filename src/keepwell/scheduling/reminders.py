"""When a rule sends, and until when it still helps: on the wall of the patient's zone, on nights clocks change too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from keepwell.scheduling.models import STANDING, Appointment, AppointmentChange, ReminderRule

O, U, L = ReminderRule.Occasion, ReminderRule.Unit, ReminderRule.Late  # noqa: E741 - three short names
THINK = dt.timedelta(seconds=30)
"""What a change sends waits until it can no longer be undone."""
HELPS_UNTIL = dt.timedelta(minutes=15)
"""A late reminder is sent until so long before the visit."""
NEWS_LASTS = dt.timedelta(days=1)
"""How long it still helps to say that a visit was booked, moved or cancelled."""
AFTER = {O.BOOKED: "appointment.booked", O.MOVED: "appointment.moved", O.CANCELLED: "appointment.cancelled"}


@dataclass(frozen=True, slots=True)
class Due:
    """When one rule sends about one visit: not before, not after."""

    rule: ReminderRule
    not_before: dt.datetime
    not_after: dt.datetime


def fits(rule: ReminderRule, appointment: Appointment) -> bool:
    """Whether a rule is about this kind of visit."""
    return rule.service_id in (None, appointment.service_id) and rule.modality in ("", appointment.modality)


def due(
    rules: Sequence[ReminderRule],
    appointment: Appointment,
    last: AppointmentChange | None,
    zone: ZoneInfo,
    since: dt.datetime,
) -> list[Due]:
    """Everything the rules send about a visit as it stands. `since`: what was due before is late, by the rule's word.

    `last` is the latest change that booked, moved or cancelled it.
    """
    found = []
    for rule in (r for r in rules if fits(r, appointment)):
        one = _before(rule, appointment, zone, since) if rule.occasion == O.BEFORE else _news(rule, appointment, last)
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: one.not_before)


def moment(rule: ReminderRule, starts: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The moment of a rule that counts back from the visit. An hour that a clock skips is the one after it."""
    if rule.unit == U.HOURS:
        return starts - dt.timedelta(hours=rule.amount)
    local = starts.astimezone(zone)
    o_clock = rule.o_clock or local.time()
    return dt.datetime.combine(local.date() - dt.timedelta(days=rule.amount), o_clock, zone).astimezone(dt.UTC)


def _before(rule: ReminderRule, appointment: Appointment, zone: ZoneInfo, since: dt.datetime) -> Due | None:
    if appointment.status not in STANDING:
        return None
    at, ends = moment(rule, appointment.starts_at, zone), appointment.starts_at - HELPS_UNTIL
    if rule.late == L.DROP:
        ends = min(ends, _that_day(at, zone) if rule.unit == U.DAYS else at + dt.timedelta(hours=rule.amount) / 2)
        return Due(rule, at, ends) if at > since and ends > at else None
    return Due(rule, max(at, since), ends) if ends > max(at, since) else None


def _that_day(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Midnight after a moment: a reminder meant for one day helps all that day."""
    day = at.astimezone(zone).date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def _news(rule: ReminderRule, appointment: Appointment, last: AppointmentChange | None) -> Due | None:
    if last is None or last.verb != AFTER[O(rule.occasion)]:
        return None
    if (appointment.status in STANDING) == (rule.occasion == O.CANCELLED):
        return None
    if rule.occasion == O.CANCELLED and appointment.status != Appointment.Status.CANCELLED:
        return None
    at = last.at + THINK
    ends = min(at + NEWS_LASTS, appointment.starts_at)
    return Due(rule, at, ends) if ends > at else None
