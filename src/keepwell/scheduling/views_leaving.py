"""What leaves, before it does: of a booking, a move, a cancellation, a reminder and an offer from the waitlist."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.outbound.preview import Shown
from keepwell.patients.merging import known
from keepwell.patients.views import actor_of
from keepwell.scheduling import leaving, wall
from keepwell.scheduling.forms import clinic_zone, instant_of
from keepwell.scheduling.models import FreedTime


@require_GET
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def of_visit(request: HttpRequest, patient: UUID, occasion: str) -> HttpResponse:
    """For the time that is asked for, or that a form says now."""
    if occasion not in leaving.Occasion.values:
        raise Refusal("NOT_FOUND")
    known(patient)
    return _shown(request, leaving.of_visit(patient, occasion, _at(request), by=actor_of(request)))


@require_GET
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def of_offer(request: HttpRequest, freed: UUID) -> HttpResponse:
    """To whoever's turn it would be now."""
    row = FreedTime.objects.filter(id=freed).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return _shown(request, leaving.of_offer(row, by=actor_of(request)))


def _shown(request: HttpRequest, found: Shown | None) -> HttpResponse:
    piece = "#leaves" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"scheduling/leaves.html{piece}", {"leaves": found})


def _at(request: HttpRequest) -> dt.datetime:
    """The time a form says, else the instant in the address. Raises Refusal NOT_FOUND."""
    day, time = request.GET.get("day", ""), request.GET.get("time", "")
    try:
        if day and time:
            return wall.typed(dt.date.fromisoformat(day), dt.time.fromisoformat(time), clinic_zone())
    except ValueError:
        raise Refusal("NOT_FOUND") from None
    found = instant_of(request.GET.get("at", ""))
    if found is None:
        raise Refusal("NOT_FOUND")
    return found
