"""Requests as the pages show them: one opening for the list, one for the page of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from keepwell import charts
from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.patients.excerpts import NameTag, Reach
from keepwell.patients.views import chart_of
from keepwell.scheduling import asking, slots, turns
from keepwell.scheduling.excerpts_waiting import Asker, Wished
from keepwell.scheduling.forms_waiting import clinic_zone
from keepwell.scheduling.models import STANDING, Appointment, BookingRequest, HealthcareService, WaitlistEntry
from keepwell.scheduling.slots import Free
from keepwell.scheduling.words import MODALITIES
from keepwell.scheduling.words_waiting import PARTS, REQUESTS, VIAS, WEEKDAYS

PAGE = 50
OLD = dt.timedelta(days=2)
"""After this long without an answer a request is marked."""
TIMES, LOOKED_AT = 6, 400
"""How many free times are offered, and among how many they are looked for."""


@dataclass(frozen=True, slots=True)
class Line:
    """One request in the list."""

    id: UUID
    name: str
    stranger: bool
    service: str
    wish: str
    via: str
    asked_at: dt.datetime
    old: bool
    status: tuple[Any, str, str]


@dataclass(frozen=True, slots=True)
class Whole:
    """One request with everything its page shows."""

    row: BookingRequest
    name: str
    born: dt.date | None
    reach: tuple[tuple[str, str], ...]
    href: str
    wishes: dict[str, Any]
    words: str
    service: HealthcareService | None
    wish: str


def listed(show: str, number: int, by: Actor) -> tuple[list[Line], bool]:
    """A page of requests: those to answer, longest waiting first; or those that were answered, last first."""
    rows = BookingRequest.objects.order_by("asked_at", "id").filter(status=BookingRequest.Status.PROPOSED)
    if show == "answered":
        rows = BookingRequest.objects.exclude(status=BookingRequest.Status.PROPOSED).order_by("-settled_at", "id")
    start = (number - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    return _lines(found[:PAGE], by), len(found) > PAGE


def _lines(rows: Sequence[BookingRequest], by: Actor) -> list[Line]:
    if not rows:
        return []
    chart = charts.open({r.whose for r in rows}, NameTag, Asker, Wished, by=by, listed=True, partly=True)
    tags = chart.each(NameTag)
    ids = BookingRequest.objects.filter(id__in=[r.id for r in rows]).order_by("id")
    said = {one.pk: one for many in chart.all(Wished, ids).values() for one in many}
    askers = {one.pk: one for many in chart.all(Asker, ids).values() for one in many}
    names, people = _services(), _members()
    lines = []
    for row in rows:
        if row.id not in said:
            continue
        wishes = said[row.id].wishes
        lines.append(
            Line(row.id, _name(tags.get(row.whose), askers[row.id]), row.patient_id is None,
                 names.get(wishes["service"], ""), sentence(wishes, people), str(VIAS[BookingRequest.Via(row.via)]),
                 row.asked_at, row.status == BookingRequest.Status.PROPOSED and clock.now() - row.asked_at > OLD,
                 REQUESTS[BookingRequest.Status(row.status)])
        )  # fmt: skip
    return lines


def whole(row: BookingRequest, by: Actor) -> Whole:
    """One request; for a patient with how to reach them, for a stranger with what they said of themselves."""
    stranger = row.patient_id is None
    chart = charts.open(row.whose, Wished, *((Asker,) if stranger else (NameTag, Reach)), by=by, listed=False)
    (said,) = chart.all(Wished, BookingRequest.objects.filter(id=row.id).order_by("id"))[row.whose]
    born: dt.date | None = None
    reach: tuple[tuple[str, Any], ...]
    if stranger:
        asker = chart.one(Asker)
        told = asker.who or {}
        who = _name(None, asker)
        born = dt.date.fromisoformat(told["birth_date"]) if told.get("birth_date") else None
        reach = tuple((system, value) for system, value in (asker.reach or {}).items() if value)
    else:
        tag = chart.one(NameTag)
        who, born = tag.name, tag.birth_date
        reach = tuple((r.system, r.value) for r in chart.all(Reach).get(row.whose, ()) if r.ended_at is None)
    service = HealthcareService.objects.filter(id=said.wishes["service"]).first()
    href = "" if stranger else chart_of(row.whose)
    return Whole(row, who, born, reach, href, said.wishes, said.words or "", service,
                 sentence(said.wishes, _members()))  # fmt: skip


def times(one: Whole, by: Actor) -> list[tuple[Free, str]]:
    """The first free times that suit, with whom; none while nobody knows where the patient will be."""
    service = one.service
    if service is None or service.ended_at or (service.clinical and not one.wishes["state"]) or service.seats > 1:
        return []
    wish = asking.wish(one.wishes, clinic_zone(by), notice_minutes=0)
    only = list(wish.practitioners) or None
    asked = WaitlistEntry(practice_id=one.row.practice_id, days=list(wish.days), opens=wish.opens, closes=wish.closes,
                          from_day=wish.from_day, until_day=wish.until_day, time_zone=wish.time_zone,
                          notice_minutes=0)  # fmt: skip
    now = clock.now()
    since = _since(wish.from_day, now)
    found = slots.free(service.id, state=wish.state, since=since, limit=LOOKED_AT, only=only)
    fits = [f for f in found if turns.suits(asked, f.practitioner, f.starts_at, f.ends_at, now)]
    names = _members()
    return [(f, names.get(f.practitioner, "")) for f in _spread(fits)]


def meanwhile(one: Whole) -> list[tuple[Appointment, str]]:
    """Visits of the patient for this service that were booked since they asked, with whom."""
    found = Appointment.objects.filter(patient_id=one.row.whose, status__in=STANDING, starts_at__gt=clock.now())
    rows = list(found.filter(service_id=one.wishes["service"]).order_by("starts_at", "id")[:3])
    names = _members() if rows else {}
    return [(row, names.get(row.practitioner_id, "")) for row in rows]


def sentence(wishes: dict[str, Any], people: dict[UUID, str]) -> str:
    """What suits them, in a line."""
    parts: list[Any] = [MODALITIES[wishes["modality"]][0]] if wishes["modality"] else []
    if wishes["practitioner"]:
        parts.append(people.get(UUID(wishes["practitioner"]), ""))
    if wishes["days"]:
        parts.append(", ".join(str(WEEKDAYS[d]) for d in wishes["days"]))
    if wishes["part"]:
        parts.append(PARTS[wishes["part"]])
    if wishes["from_day"]:
        parts.append(_("from %(day)s") % {"day": _short(wishes["from_day"])})
    if wishes["until_day"]:
        parts.append(_("until %(day)s") % {"day": _short(wishes["until_day"])})
    return " · ".join(str(part) for part in parts if part) or _("any time")


def _spread(found: Sequence[Free]) -> list[Free]:
    """Times hours apart and of several days, so that a choice is one."""
    chosen: list[Free] = []
    for one in found:
        same_day = [each for each in chosen if one.starts_at - each.starts_at < dt.timedelta(hours=12)]
        if len(same_day) < 2 and (not chosen or one.starts_at - chosen[-1].starts_at >= dt.timedelta(hours=2)):
            chosen.append(one)
    return chosen[:TIMES]


def _since(day: dt.date | None, now: dt.datetime) -> dt.datetime:
    if day is None:
        return now
    return max(now, dt.datetime.combine(day, dt.time(), dt.UTC))


def _name(tag: NameTag | None, asker: Asker) -> str:
    if tag is not None:
        return tag.name
    who = asker.who or {}
    return " ".join(filter(None, (who.get("given_name"), who.get("family_name"))))


def _services() -> dict[str, str]:
    return {str(i): name for i, name in HealthcareService.objects.order_by("name").values_list("id", "name")}


def _members() -> dict[UUID, str]:
    return dict(Membership.objects.order_by("name").values_list("id", "name"))


def _short(day: str) -> str:
    return f"{dt.date.fromisoformat(day):%m/%d}"
