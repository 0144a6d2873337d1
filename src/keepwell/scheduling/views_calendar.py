"""The calendar: a day with a column for each provider, or a week with one for each day."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from keepwell.access import policy
from keepwell.access.models import CareTeam, CareTeamMember
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.access.relations import lasting
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.patients.views import actor_of
from keepwell.scheduling import agenda, changes, clocks, grid, telling, wall
from keepwell.scheduling.agenda import Agenda, Provider, Wanted
from keepwell.scheduling.grid import Column
from keepwell.scheduling.models import AppointmentChange, HealthcareService, Offering, Slot
from keepwell.scheduling.words import DID, MODALITIES

KINDS = {"day": _("Day"), "week": _("Week")}
WEEK = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the calendar is shown. It lives in the address and holds ids and dates only."""

    view: str
    day: dt.date
    provider: UUID | None = None
    team: UUID | None = None
    service: UUID | None = None
    how: str = ""

    def href(self, **changed: Any) -> str:
        """The address of the same calendar with something changed."""
        one = replace(self, **changed)
        asked = {"view": one.view, "day": one.day.isoformat(), "provider": one.provider, "team": one.team,
                 "service": one.service, "how": one.how}  # fmt: skip
        return f"{reverse('schedule')}?{urlencode({k: str(v) for k, v in asked.items() if v})}"

    @property
    def first(self) -> dt.date:
        return self.day if self.view == "day" else self.day - dt.timedelta(days=self.day.weekday())

    @property
    def count(self) -> int:
        return 1 if self.view == "day" else WEEK


@require_GET
@page(Can.SEE_SCHEDULE, purpose=Purpose.HOPERAT)
def schedule(request: HttpRequest) -> HttpResponse:
    """Who comes when. Names come from one opening, clinical words from none."""
    by, asked = actor_of(request), read(request)
    everybody = agenda.providers()
    who = [one for one in everybody if one.id in _chosen(asked, everybody)]
    zone = timezone.get_current_timezone()
    span = wall.days(asked.first, asked.count, zone)
    found = agenda.of(span, who, Wanted(asked.service, asked.how), by=by)
    books = policy.may(by, Can.BOOK_APPOINTMENTS)
    columns = _columns(asked, found, books)
    shown = {
        "asked": asked,
        "columns": columns,
        "hours": _hours(columns),
        "long": _long(columns),
        "title": clocks.long_day(asked.day) if asked.view == "day" else _week(asked),
        "steps": _steps(asked),
        "filters": _filters(asked, everybody),
        "agenda": _listed(asked, found),
        "clashes": sum(column.clashes for column in columns),
        "books": books,
        "manages": policy.may(by, Can.MANAGE_SCHEDULES),
        "now": clock.now(),
        "zone": f"{timezone.localtime(span[0] + dt.timedelta(hours=12)):%Z}",
        "o_clock": clocks.o_clock,
        "calendars": len(everybody),
        "place": grid.place,
        "zone_name": timezone.get_current_timezone_name(),
        "pulse": _pulse(*span),
        **undoing(by),
        "here": request.get_full_path(),
    }
    return render(request, "scheduling/calendar.html", shown)


@require_GET
@page(Can.SEE_SCHEDULE, purpose=Purpose.HOPERAT)
def pulse(request: HttpRequest) -> HttpResponse:
    """Whether anything on the calendar changed since it was shown. It opens nothing; what changed is then asked for."""
    count, seen = request.GET.get("count", ""), request.GET.get("seen", "")
    first = _day(request.GET.get("first", ""))
    days = WEEK if count == str(WEEK) else 1
    now = _pulse(*wall.days(first, days, timezone.get_current_timezone()))
    answer = render(request, "scheduling/pulse.html", {"first": first, "count": days, "pulse": now})
    if now != seen:
        answer["HX-Trigger"] = "calendar-changed"
    return answer


def _pulse(starts: dt.datetime, ends: dt.datetime) -> str:
    """A mark that changes with what is booked or held between two moments."""
    last = AppointmentChange.objects.filter(to_starts_at__lt=ends, to_ends_at__gt=starts).aggregate(at=Max("at"))["at"]
    gone = AppointmentChange.objects.filter(from_starts_at__lt=ends, from_ends_at__gt=starts).aggregate(at=Max("at"))
    held = Slot.objects.filter(starts_at__lt=ends, ends_at__gt=starts, status=Slot.Status.HELD)
    held = held.filter(held_until__gt=clock.now()).order_by("id")
    said = (last, gone["at"], *held.values_list("id", flat=True))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def undoing(by: Actor) -> dict[str, Any]:
    """What the actor changed a moment ago, and what goes out if it stays."""
    last = changes.just_made(by)
    sends = telling.of(last.appointment, last.verb) if last else []
    did, many = (DID.get(last.verb, ""), changes.together(last)) if last else ("", 0)
    if many > 1:
        did = ngettext("%(did)s: %(num)s visit", "%(did)s: %(num)s visits", many) % {"did": did, "num": many}
    return {"undo": last, "did": did, "sends": sends}


def read(request: HttpRequest) -> Asked:
    """What the address asks for; what makes no sense there is left out."""
    said = request.GET
    view = said.get("view", "day")
    how = said.get("how", "")
    ids = {name: _uuid(said.get(name, "")) for name in ("provider", "team", "service")}
    return Asked(
        view if view in KINDS else "day", _day(said.get("day", "")), **ids, how=how if how in MODALITIES else ""
    )


def _day(typed: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        return timezone.localdate()
    return day if 2000 < day.year < 2200 else timezone.localdate()


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed) if typed else None
    except ValueError:
        return None


def _chosen(asked: Asked, everybody: list[Provider]) -> set[UUID]:
    """Whose columns are shown."""
    ids = {one.id for one in everybody}
    if asked.provider:
        ids &= {asked.provider}
    if asked.team:
        on = CareTeamMember.objects.filter(lasting(clock.now()), team_id=asked.team).order_by()
        ids &= set(on.values_list("member_id", flat=True))
    if asked.service:
        offers = Offering.objects.filter(service_id=asked.service, ended_at=None).order_by()
        ids &= set(offers.values_list("practitioner_id", flat=True))
    return ids


def _columns(asked: Asked, found: Agenda, books: bool) -> list[Column]:
    zone = timezone.get_current_timezone()
    days = [asked.first + dt.timedelta(days=n) for n in range(asked.count)]
    spans = [wall.days(day, 1, zone) for day in days]
    opens, closes = grid.hours(found, spans)
    fill = partial(grid.fill, agenda=found, books=books)
    if asked.view == "day":
        begins, ends = spans[0][0] + opens, spans[0][0] + closes
        each = [(one, Column(begins, ends, one.name, asked.day, one.id)) for one in found.providers]
        return [fill(column, who=[one.id]) for one, column in each]
    everybody = [one.id for one in found.providers]
    only = everybody[0] if len(everybody) == 1 else None
    return [
        fill(Column(span[0] + opens, span[0] + closes, clocks.weekday(day), day, only), who=everybody)
        for day, span in zip(days, spans, strict=True)
        if day.weekday() < 5 or _something(found, span)
    ]


def _something(found: Agenda, span: tuple[dt.datetime, dt.datetime]) -> bool:
    """Whether a day of a weekend is worth a column."""
    works = any(a < span[1] and b > span[0] for many in found.opens.values() for a, b in many)
    return works or any(v.starts < span[1] and v.ends > span[0] for v in found.visits)


def _hours(columns: list[Column]) -> list[tuple[str, str]]:
    """The hours beside the columns, each with its place."""
    if not columns:
        return []
    begins, hour = columns[0].begins, dt.timedelta(hours=1)
    many = int((columns[0].ends - begins) / hour)
    return [(clocks.o_clock(begins + n * hour), grid.place(n * hour, hour)) for n in range(many)]


def _long(columns: list[Column]) -> int:
    return int((columns[0].ends - columns[0].begins) / dt.timedelta(hours=1)) if columns else 0


def _listed(asked: Asked, found: Agenda) -> list[tuple[str, list[Any]]]:
    """The same as a list, day by day, for a phone and for who reads by ear."""
    days = [asked.first + dt.timedelta(days=n) for n in range(asked.count)]
    by_day: dict[dt.date, list[Any]] = {day: [] for day in days}
    for visit in found.visits:
        by_day.setdefault(timezone.localtime(visit.starts).date(), []).append(visit)
    return [(clocks.long_day(day), many) for day, many in sorted(by_day.items()) if many]


def _week(asked: Asked) -> str:
    last = asked.first + dt.timedelta(days=WEEK - 1)
    return f"{clocks.weekday(asked.first)} – {clocks.weekday(last)}"


def _steps(asked: Asked) -> dict[str, str]:
    step = dt.timedelta(days=asked.count)
    return {
        "earlier": asked.href(day=asked.day - step),
        "today": asked.href(day=timezone.localdate()),
        "later": asked.href(day=asked.day + step),
    }


def _filters(asked: Asked, everybody: list[Provider]) -> list[tuple[str, Any, list[tuple[str, Any]]]]:
    """Name of the filter, its words, and its choices."""
    everything: tuple[str, Any] = ("", _("All"))
    services = HealthcareService.objects.filter(ended_at=None).order_by("name").values_list("id", "name")
    teams = CareTeam.objects.filter(ended_at=None).order_by("name").values_list("id", "name")
    ways: list[tuple[str, Any]] = [(str(how), words) for how, (words, _icon) in MODALITIES.items()]
    return [
        ("provider", _("Provider"), [everything, *((str(one.id), one.name) for one in everybody)]),
        ("team", _("Team"), [everything, *((str(i), name) for i, name in teams)]),
        ("service", _("Service"), [everything, *((str(i), name) for i, name in services)]),
        ("how", _("Where"), [everything, *ways]),
    ]
