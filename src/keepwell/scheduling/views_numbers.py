"""The owner's numbers as pictures with tables behind them, and as a file for a spreadsheet."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from keepwell.access.models import Practice
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Purpose
from keepwell.patients.views import actor_of
from keepwell.scheduling import numbers, wall
from keepwell.scheduling.models import HealthcareService
from keepwell.scheduling.providers import providers

SPANS = (4, 12, 26, 52)


@require_GET
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def shown(request: HttpRequest) -> HttpResponse:
    """The last weeks, of everybody or of one provider or service."""
    asked, who = _asked(request.GET), _providers()
    found = numbers.of(asked, who)
    around = {
        "asked": asked,
        "spans": SPANS,
        "providers": who,
        "services": list(HealthcareService.objects.order_by("name").values_list("id", "name")),
        "numbers": found,
        "any": any(t.seen or t.missed or t.cancelled or t.booked for t in found.weeks),
        "pictures": pictures(found),
    }
    return render(request, "scheduling/numbers.html", around)


@require_POST
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def download(request: HttpRequest) -> HttpResponse:
    """The same as a file. That it left is on record."""
    found = numbers.of(_asked(request.POST), _providers())
    numbers.exported(by=actor_of(request))
    answer = HttpResponse(numbers.as_csv(found), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="visits.csv"'
    return answer


def pictures(found: numbers.Numbers) -> list[tuple[str, list[tuple[dt.date, float]]]]:
    """What is drawn: a key for its words, and a value for each week that has one."""
    drawn: dict[str, list[tuple[dt.date, float | None]]] = {
        "seen": [(t.label, t.seen) for t in found.weeks],
        "rate": [(t.label, t.rate) for t in found.weeks],
        "cancelled": [(t.label, t.cancelled) for t in found.weeks],
        "used": [(t.label, t.used) for t in found.weeks],
    }
    return [(key, [(day, value) for day, value in points if value is not None]) for key, points in drawn.items()]


def _providers() -> list[tuple[UUID, str]]:
    return [(m.id, m.name) for m in providers()]


def _asked(said: Any) -> numbers.Asked:
    zone = wall.zone(Practice.objects.values_list("time_zone", flat=True).get())
    weeks = next((n for n in SPANS if str(n) == said.get("weeks")), SPANS[1])
    today = wall.day_of(clock.now(), zone)
    monday = today - dt.timedelta(days=today.weekday())
    first = monday - (weeks - 1) * numbers.WEEK
    return numbers.Asked(first, weeks, zone, _uuid(said.get("provider", "")), _uuid(said.get("service", "")))


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
