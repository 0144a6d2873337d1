"""The outbox: what waits to be sent and why, what could not be delivered, what nobody knows, and what has left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import Membership
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.charts.excerpts import plan
from keepwell.outbound import helping, words
from keepwell.outbound.actions import STUCK
from keepwell.outbound.helping import Fix
from keepwell.outbound.models import Message
from keepwell.patients.excerpts import NameTag

PAGE = 50
Status = Message.Status
SHOWS: dict[str, tuple[str, ...]] = {
    "waiting": (Status.WAITING,),
    "failed": (Status.FAILED, Status.BOUNCED),
    "unknown": (Status.UNKNOWN,),
    "planned": (Status.PLANNED, Status.CLEARED, Status.SENDING),
    "gone": (Status.SENT, Status.DELIVERED, Status.DISCARDED, Status.WITHDRAWN),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One message on the screen. `name` is empty when this role may not know whose it is."""

    id: UUID
    patient: UUID | None
    name: str
    title: str
    channel: str
    status: str
    code: str
    why: str
    fix: Fix | None
    asked_at: dt.datetime
    next_at: dt.datetime | None
    left_at: dt.datetime | None
    stuck: bool
    unknown: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """What holds some messages, said once: the sentence, the page that helps all of them, how many there are in all."""

    code: str
    why: str
    fix: Fix | None
    many: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Page:
    """Up to 50, and whether there are more."""

    lines: list[Line]
    number: int
    more: bool


def page(show: str, by: Actor, number: int = 1, channel: str = "", code: str = "") -> Page:
    """One page of the outbox. One opening for all names."""
    start = (number - 1) * PAGE
    rows = list(_listed(show, channel, code)[start : start + PAGE + 1])
    return Page(lines(rows[:PAGE], by), number, len(rows) > PAGE)


LOOKED = 200
"""Messages looked through for their causes on Today; the outbox itself shows all."""


def waiting(by: Actor, most: int) -> tuple[list[tuple[Line, int]], bool]:
    """What needs a person first, for Today: the newest message of each cause, and how many others it holds."""
    if not policy.may(by, policy.Can.USE_OUTBOX):
        return [], False
    stuck = (*SHOWS["unknown"], *SHOWS["waiting"], *SHOWS["failed"])
    rows = Message.objects.filter(Q(next_at=None) | ~Q(status=Status.WAITING), status__in=stuck)
    causes: dict[tuple[str, str, str], list[Message]] = {}
    found = list(rows.order_by("-asked_at", "-id")[: LOOKED + 1])
    for row in found[:LOOKED]:
        causes.setdefault((row.status, row.reason, row.channel), []).append(row)
    first = lines([same[0] for same in causes.values()][:most], by)
    others = [len(same) - 1 for same in causes.values()]
    return list(zip(first, others, strict=False)), len(causes) > most or len(found) > LOOKED


def counts() -> dict[str, int]:
    """How many wait, failed or are unknown: the three that need a person."""
    found = Message.objects.filter(status__in=[s for name in ("waiting", "failed", "unknown") for s in SHOWS[name]])
    by_status = dict(found.order_by().values_list("status").annotate(Count("id")))
    return {name: sum(by_status.get(s, 0) for s in SHOWS[name]) for name in ("waiting", "failed", "unknown")}


def causes(show: str) -> list[tuple[str, int]]:
    """Why they wait, and how many for each cause: one cause often holds many."""
    rows = _listed(show, "", "").order_by().values_list("reason").annotate(Count("id"))
    return sorted(((code, many) for code, many in rows if code), key=lambda each: (-each[1], each[0]))[:8]


def by_cause(lines: Sequence[Line], counted: Sequence[tuple[str, int]]) -> list[Cause]:
    """The lines of a page under what holds them, in the page's order."""
    many, found = dict(counted), dict[str, list[Line]]()
    for line in lines:
        found.setdefault(line.code, []).append(line)
    return [
        Cause(code, same[0].why, _shared(same), max(many.get(code, 0), len(same)), same) for code, same in found.items()
    ]


def _shared(same: Sequence[Line]) -> Fix | None:
    return same[0].fix if len({line.fix for line in same}) == 1 else None


def held_by(show: str, code: str, channel: str, most: int) -> list[UUID]:
    """The messages that one cause holds, oldest first."""
    return list(_listed(show, channel, code).values_list("id", flat=True)[:most]) if code else []


def lines(rows: Sequence[Message], by: Actor, names: dict[UUID, str] | None = None) -> list[Line]:
    """Messages as lines, in their order; nothing is opened for names that are known already."""
    names = _names(rows, by) if names is None else names
    fixes = helping.fixes([row for row in rows if row.status in STUCK], by)
    return [_line(row, names.get(row.whose, ""), fixes.get(row.id)) for row in rows]


def seen(id: UUID, by: Actor) -> Message:
    """One message. Raises Refusal NOT_FOUND."""
    row = Message.objects.filter(id=id).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def _listed(show: str, channel: str, code: str) -> QuerySet[Message]:
    rows = Message.objects.filter(status__in=SHOWS[show])
    rows = rows.filter(channel=channel) if channel else rows
    rows = rows.filter(reason=code) if code else rows
    if show == "planned":
        return rows.order_by("next_at", "id")
    return (
        rows.order_by("-settled_at", "-sent_at", "-id") if show == "gone" else rows.order_by("reason", "asked_at", "id")
    )


def _line(row: Message, name: str, fix: Fix | None) -> Line:
    return Line(
        row.id,
        row.patient_id,
        name,
        words.title(row),
        words.channels(row),
        words.status(row),
        row.reason,
        words.why(row),
        fix,
        row.asked_at,
        row.next_at,
        row.settled_at or row.sent_at,
        row.status in STUCK,
        row.status == Status.UNKNOWN,
    )


def _names(rows: Sequence[Message], by: Actor) -> dict[UUID, str]:
    patients = sorted({row.patient_id for row in rows if row.patient_id})
    members = {row.member_id for row in rows if row.member_id}
    names: dict[Any, str] = dict(Membership.objects.filter(id__in=members).values_list("id", "name")) if members else {}
    if patients and plan(NameTag).classes <= policy.visible(by):
        chart = charts.open(patients, NameTag, by=by, listed=len(rows) > 1, partly=True)
        names |= {patient: tag.name for patient, tag in chart.each(NameTag).items()}
    return names
