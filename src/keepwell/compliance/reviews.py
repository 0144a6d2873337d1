"""The weekly review (45 CFR § 164.308(a)(1)(ii)(D)): emergency and operator access nobody has judged, worst first.

The rank uses only what can be known without opening anything about the patient: when, how much, what else happened.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from keepwell.access import alarms, emergency
from keepwell.access.models import CareRelation, EmergencyAccess, OperatorAccess, Outcome, Reason
from keepwell.access.reviewing import Reviewed
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger import looks
from keepwell.ledger.looks import Looked, Span

SHOWN = 20
DUE = 7
"""Days until an access should have been looked at."""
WORKDAY = (7, 19)
MANY = 20
OPEN = ("", Outcome.UNEXPLAINED)
POINTS = {"restricted": 5, "part2": 4, "vip": 4, "bulk": 4, "no_visit": 1}


@dataclass(frozen=True, slots=True)
class Weighed:
    """One access as the list shows it: whose, of whom, and why it stands where it stands."""

    row: Reviewed
    who: str
    patient: UUID | None
    why: str
    looked: Looked
    marks: tuple[tuple[str, int], ...]

    @property
    def score(self) -> int:
        return sum(points for _words, points in self.marks)

    @property
    def days_left(self) -> int:
        return DUE - (clock.now() - self.row.starts_at).days


def waiting(zone: str, by: Actor) -> list[Weighed]:
    """Every access nobody has judged, or whose explanation is awaited; the riskiest first, of two alike the older."""
    urgent = EmergencyAccess.objects.filter(outcome__in=OPEN).select_related("member")
    rows: list[Reviewed] = [*urgent.order_by("id"), *OperatorAccess.objects.filter(outcome__in=OPEN).order_by("id")]
    return sorted(weigh(rows, zone, by), key=lambda one: (-one.score, one.row.starts_at))


def judged(by: Actor, newest: int = 10) -> list[Reviewed]:
    """What was judged last, newest first."""
    rows: list[Any] = []
    for model in (EmergencyAccess, OperatorAccess):
        found: Any = model.objects.exclude(outcome__in=OPEN).select_related("reviewer")
        rows += found.order_by("-reviewed_at")[:newest]
    return sorted(rows, key=lambda row: row.reviewed_at, reverse=True)[:newest]


def weigh(rows: Iterable[Reviewed], zone: str, by: Actor) -> list[Weighed]:
    """Accesses with their marks: three questions for all of them together."""
    urgent = [row for row in rows if isinstance(row, EmergencyAccess)]
    operators = [row for row in rows if isinstance(row, OperatorAccess)]
    seen = looks.in_emergencies([_span(row) for row in urgent], by)
    seen |= looks.in_sessions([row.id for row in operators], by)
    cared = _cared_later(urgent)
    often = Counter(row.member_id for row in urgent)
    weighed = [_emergency(row, zone, seen.get(row.id, Looked()), row.id in cared, often) for row in urgent]
    return weighed + [_operator(row, zone, seen.get(row.id, Looked())) for row in operators]


def _span(row: EmergencyAccess) -> Span:
    return Span(row.id, row.member_id, row.patient_id, row.starts_at, row.ended_at or row.ends_at)


def _cared_later(rows: list[EmergencyAccess]) -> set[UUID]:
    """The emergencies after which the member did look after the patient: work that came a little late."""
    pairs = CareRelation.objects.filter(
        patient_id__in=[row.patient_id for row in rows], member_id__in=[row.member_id for row in rows]
    )
    began = set(pairs.order_by("id").values_list("member_id", "patient_id", "starts_at"))
    return {
        row.id
        for row in rows
        if any((m, p) == (row.member_id, row.patient_id) and at >= row.starts_at for m, p, at in began)
    }


def _emergency(row: EmergencyAccess, zone: str, looked: Looked, cared: bool, often: Counter[UUID]) -> Weighed:
    marks = [(str(alarms.WORDS[why]), POINTS[why]) for why in row.alarms]
    if row.part2_at and "part2" not in row.alarms:
        marks.append((str(alarms.WORDS["part2"]), POINTS["part2"]))
    if not cared:
        marks.append((_("no work with this patient since"), 2))
    if often[row.member_id] >= alarms.BULK:
        marks.append((_("several by one person"), 2))
    if row.renewed_at:
        marks.append((_("renewed"), 1))
    marks += _common(row.starts_at, zone, looked)
    why = str(emergency.REASONS[Reason(row.reason)])
    return Weighed(row, row.member.name, row.patient_id, why, looked, tuple(marks))


def _operator(row: OperatorAccess, zone: str, looked: Looked) -> Weighed:
    marks = [(_("from outside the practice"), 2)]
    if looked.entries:
        marks.append((_("opened protected values"), 3))
    if looked.subjects >= alarms.BULK:
        marks.append((_("of several patients"), 2))
    marks += _common(row.starts_at, zone, looked)
    return Weighed(row, row.named, None, row.command, looked, tuple(marks))


def _common(at: dt.datetime, zone: str, looked: Looked) -> list[tuple[str, int]]:
    here = at.astimezone(ZoneInfo(zone))
    marks = []
    if here.weekday() >= 5 or not WORKDAY[0] <= here.hour < WORKDAY[1]:
        marks.append((_("outside working hours"), 2))
    if looked.entries >= MANY:
        marks.append((_("opened many times"), 2))
    if not looked.entries:
        marks.append((_("opened nothing"), 0))
    return marks
