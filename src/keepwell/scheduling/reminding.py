"""Actions: what is sent about visits is planned, changed when they move and withdrawn when they are cancelled.

The worker looks every minute for visits that changed since it was last worked out. Whatever it has not come round to
yet is harmless: at the moment of sending `still` is asked, and what was planned for another time does not leave.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from keepwell import charts
from keepwell.access.models import Practice
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.ledger.actions import action
from keepwell.outbound import planned
from keepwell.outbound.asks import Draft
from keepwell.outbound.models import Message
from keepwell.patients.excerpts import Whereabouts
from keepwell.scheduling import reminders, wall
from keepwell.scheduling.models import (
    STANDING,
    Appointment,
    AppointmentChange,
    ReminderPlan,
    ReminderRule,
    VisitListRow,
)
from keepwell.scheduling.reminder_rules import TEMPLATES, standing_rules
from keepwell.scheduling.reminders import Due

O, U = ReminderRule.Occasion, ReminderRule.Unit  # noqa: E741 - two short names
BATCH = 100
AHEAD = dt.timedelta(days=400)
BOOKED = reminders.AFTER[O.BOOKED]
VISIT, CANCELLED = "visit", "visit.cancelled"


def round_of_plans(*, by: Actor) -> int:
    """Visits that changed since what they send was worked out, or for which a rule changed; how many."""
    newest = ReminderRule.objects.order_by("-changed_at").values_list("changed_at", flat=True).first()
    if newest is None:
        return 0
    done = ReminderPlan.objects.filter(
        appointment_id=OuterRef("pk"), version=OuterRef("version"), starts_at=OuterRef("starts_at"),
        rules_at__gte=newest,
    )  # fmt: skip
    now = clock.now()
    coming = Appointment.objects.filter(starts_at__gt=now, starts_at__lt=now + AHEAD)
    rows = list(coming.exclude(Exists(done)).order_by("starts_at", "id")[:BATCH])
    if rows:
        _work_out(rows, newest, by)
    return len(rows)


def _work_out(rows: Sequence[Appointment], newest: dt.datetime, by: Actor) -> None:
    plans = _planned(tuple({r.patient_id for r in rows}), rows, newest, by=by)
    known = {message.key: message.status for message in sent_about(rows)}
    drafts = [replace(draft, key=_key(draft.key, known)) for draft in wanted(rows, plans, by=by)]
    keys = {draft.key for draft in drafts}
    stale = [key for key, status in known.items() if status in (Message.Status.PLANNED, Message.Status.WAITING)]
    planned.withdraw(*(key for key in stale if key not in keys), by=by)
    if drafts:
        planned.plan_each(drafts, by=by)


def _key(key: str, known: Mapping[str, str]) -> str:
    """The key of a message: what was withdrawn and is wanted after all is another one, what left is never another."""
    number = 1
    while known.get(f"{key}:{number}") == Message.Status.WITHDRAWN:
        number += 1
    return f"{key}:{number}"


@action("reminders.worked_out", about="patients")
def _planned(
    patients: tuple[UUID, ...], rows: Sequence[Appointment], newest: dt.datetime, *, by: Actor
) -> dict[UUID, tuple[ReminderPlan, dt.datetime]]:
    "What is sent about visits is worked out for the time they have now. Returns each plan and since when it is."
    now = clock.now()
    known = {
        (p.appointment_id, p.starts_at): p
        for p in ReminderPlan.objects.select_for_update().filter(appointment_id__in=[r.id for r in rows]).order_by("id")
    }
    found = {}
    for row in rows:
        plan = known.get((row.id, row.starts_at))
        since = plan.planned_at if plan else now
        plan = plan or ReminderPlan(patient_id=row.patient_id, appointment=row, starts_at=row.starts_at, planned_at=now)
        plan.version, plan.rules_at = row.version, newest
        plan.save()
        found[row.id] = (plan, since)
    return found


def wanted(
    rows: Sequence[Appointment], plans: dict[UUID, tuple[ReminderPlan, dt.datetime]], *, by: Actor
) -> list[Draft]:
    """Everything the rules send about these visits as they stand; one opening for the zones of all patients."""
    rules, zones, changes, now = standing_rules(), _zones(rows, by), _last(rows), clock.now()
    return [
        _draft(one, row, plans[row.id][0], changes.get(row.id))
        for row in rows
        for one in reminders.due(rules, row, changes.get(row.id), wall.zone(zones[row.patient_id]), plans[row.id][1])
        if one.not_after > now
    ]


def _draft(one: Due, row: Appointment, plan: ReminderPlan, last: AppointmentChange | None) -> Draft:
    occasion = O(one.rule.occasion)
    what = f"{int(row.starts_at.timestamp())}" if occasion == O.BEFORE or last is None else last.id.hex
    gone = occasion == O.CANCELLED
    return Draft(
        TEMPLATES[occasion], row.patient_id, ways=tuple(Channel(w) for w in one.rule.ways),
        values={"when": row.starts_at}, not_before=one.not_before, not_after=one.not_after,
        key=f"visit:{row.id.hex}:{one.rule.id.hex}:{what}",
        origin=CANCELLED if gone else VISIT, origin_id=row.id if gone else plan.id,
    )  # fmt: skip


def sent_about(rows: Iterable[Appointment]) -> list[Message]:
    """Every message about these visits, in the order they leave."""
    ids = [row.id for row in rows]
    plans = ReminderPlan.objects.filter(appointment_id__in=ids).values("id")
    mine = Q(origin=VISIT, origin_id__in=plans) | Q(origin=CANCELLED, origin_id__in=ids)
    return list(Message.objects.filter(mine).order_by("not_before", "id"))


def _last(rows: Sequence[Appointment]) -> dict[UUID, AppointmentChange]:
    """The latest change of each that booked, moved or cancelled it and was not undone.

    Of visits that moved in from another system the booking is no news to the patient.
    """
    verbs = list(reminders.AFTER.values())
    found = AppointmentChange.objects.filter(
        appointment_id__in=[r.id for r in rows], verb__in=verbs, undone_at=None
    ).order_by("at", "version")
    known = {change.appointment_id: change for change in found}
    moved_in = VisitListRow.objects.filter(appointment_id__in=[c for c, last in known.items() if last.verb == BOOKED])
    for appointment in moved_in.order_by().values_list("appointment_id", flat=True):
        known.pop(appointment, None)
    return known


def _zones(rows: Sequence[Appointment], by: Actor) -> dict[UUID, str]:
    clinic = str(Practice.objects.values_list("time_zone", flat=True).get(id=by.practice))
    whom = {row.patient_id for row in rows}
    lives = charts.open(whom, Whereabouts, by=by, listed=True, partly=True).each(Whereabouts)
    return {p: (lives[p].time_zone if p in lives else None) or clinic for p in whom}


def _still_planned(plans: Iterable[UUID]) -> frozenset[UUID]:
    """Of these plans, those whose visit still stands at the time they were made for."""
    rows = ReminderPlan.objects.filter(id__in=list(plans), appointment__status__in=STANDING)
    at_that_time = rows.filter(starts_at=F("appointment__starts_at"), starts_at__gt=clock.now())
    return frozenset(at_that_time.order_by().values_list("id", flat=True))


def _still_cancelled(appointments: Iterable[UUID]) -> frozenset[UUID]:
    rows = Appointment.objects.filter(id__in=list(appointments), status=Appointment.Status.CANCELLED)
    return frozenset(rows.order_by().values_list("id", flat=True))


planned.still(VISIT, _still_planned)
planned.still(CANCELLED, _still_cancelled)
