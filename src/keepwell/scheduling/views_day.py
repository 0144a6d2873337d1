"""The day sheet on the screen and for the printer."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keepwell.access.entrances import Signed
from keepwell.access.models import Membership, Practice
from keepwell.access.pages import page
from keepwell.access.policy import Can, may
from keepwell.base import clock
from keepwell.base.actor import Purpose
from keepwell.patients.views import actor_of, chart_of
from keepwell.scheduling import daysheet, wall
from keepwell.scheduling.conflicts import page_of
from keepwell.scheduling.forms_setup import MODALITIES
from keepwell.scheduling.providers import providers

DAY = dt.timedelta(days=1)


@require_GET
@page(Can.SEE_SCHEDULE, purpose=Purpose.HOPERAT)
def day(request: HttpRequest) -> HttpResponse:
    """Who comes today, or on another day; of one provider or of all."""
    return render(request, "scheduling/daysheet.html", _shown(request, request.GET))


@require_POST
@page(Can.SEE_SCHEDULE, purpose=Purpose.HOPERAT)
def paper(request: HttpRequest) -> HttpResponse:
    """The same for the printer, with who printed it and when. That it was printed is an entry of its own."""
    shown, by = _shown(request, request.POST), actor_of(request)
    whose = sorted({line.row.patient_id for line in shown["lines"]})
    daysheet.printed(whose or [by.practice], by=by)
    signed: Signed | None = getattr(request, "signed_in", None)
    shown |= {"patients": len(whose), "printed_by": signed.name if signed else "", "printed_at": clock.now()}
    return render(request, "scheduling/daysheet_paper.html", shown)


def _shown(request: HttpRequest, asked: Any) -> dict[str, Any]:
    zone: ZoneInfo = wall.zone(Practice.objects.values_list("time_zone", flat=True).get())
    by = actor_of(request)
    chosen, who = _day(asked.get("day", ""), zone), _uuid(asked.get("provider", ""))
    known: list[Membership] = list(providers())
    return {
        "day": chosen,
        "today": wall.day_of(clock.now(), zone),
        "before": chosen - DAY,
        "after": chosen + DAY,
        "who": who,
        "lines": daysheet.lines(chosen, zone, by=by, provider=who),
        "filters": _filters(chosen, who, known),
        "whose": next((m.name for m in known if m.id == who), ""),
        "ways": MODALITIES,
        "chart_of": chart_of,
        "page_of": page_of,
        "books": may(by, Can.BOOK_APPOINTMENTS),
    }


def _filters(day: dt.date, who: UUID | None, known: list[Membership]) -> list[tuple[Any, str, bool]]:
    here = f"{reverse('day-sheet')}?day={day.isoformat()}"
    return [(_("Everybody"), here, who is None), *((m.name, f"{here}&provider={m.id}", m.id == who) for m in known)]


def _day(typed: str, zone: ZoneInfo) -> dt.date:
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return wall.day_of(clock.now(), zone)


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
