"""Visits that come again: every one of them shown with what stands against it, decided one by one, saved together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from keepwell.base.refusal import Refusal
from keepwell.patients.views import actor_of
from keepwell.scheduling import agenda, booking, clocks, repeating, series
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.forms import BookForm, WhenForm, clinic_zone, instant_of
from keepwell.scheduling.models import Appointment
from keepwell.scheduling.series import Asked, Each

KEEP, SKIP = "keep", "skip"


@dataclass(frozen=True, slots=True)
class Choice:
    """One visit of the preview and what is to become of it."""

    each: Each
    chosen: str


def book(request: HttpRequest, form: BookForm, asked: Booking, patient: UUID, tag: Any) -> HttpResponse:
    """First what would become of each; sent again with what was decided, the booking. Raises what a series raises."""
    by, rule = actor_of(request), form.rule()
    assert rule is not None
    service, zone = form.services[str(asked.service)], clinic_zone()
    local = asked.starts_at.astimezone(zone)
    lasts = booking.ending(service, asked.starts_at, asked.minutes) - asked.starts_at
    about = Asked(service, asked.practitioner, lasts, asked.state, patient, zone)
    booking.hold_given_back(asked.hold, by=by)
    each = series.preview(rule.days(local.date()), local.time(), about)
    if "agreed" not in request.POST:
        return _shown(request, form, each, {"patient": patient, "tag": tag, "action": reverse("book")})
    try:
        starts = [at for at in (_decided(request, one) for one in each) if at]
        made = repeating.book(patient, asked, rule, zone.key, local.time(), starts, by=by)
    except Refusal as refusal:
        around = {"patient": patient, "tag": tag, "action": reverse("book"), "refusal": refusal}
        return _shown(request, form, each, around, refusal.status)
    return HttpResponseRedirect(f"{reverse('schedule')}?day={timezone.localtime(made[0].starts_at).date()}")


def move(request: HttpRequest, form: WhenForm, row: Appointment, scope: str, lasts: dt.timedelta) -> HttpResponse:
    """The same for visits that are moved: each by as many days, all to the new o'clock. Raises what a move raises."""
    by, starts = actor_of(request), form.starts()
    rows, zone = series.to_come(row, scope), clinic_zone()
    local, old = starts.astimezone(zone), row.starts_at.astimezone(zone)
    days = [one.starts_at.astimezone(zone).date() + (local.date() - old.date()) for one in rows]
    about = Asked(row.service, form.whom(), lasts, row.state, row.patient_id, zone, rows)
    each = series.preview(days, local.time(), about)
    around = {"action": reverse("appointment-move", args=[row.id]), "scope": scope, "row": row}
    if "agreed" not in request.POST:
        return _shown(request, form, each, around)
    try:
        moves = [(one, at) for one, at in zip(rows, (_decided(request, e) for e in each), strict=True) if at]
        repeating.move(moves, form.whom(), lasts, by=by)
    except Refusal as refusal:
        return _shown(request, form, each, around | {"refusal": refusal}, refusal.status)
    return HttpResponseRedirect(reverse("appointment", args=[row.id]))


def _decided(request: HttpRequest, each: Each) -> dt.datetime | None:
    """When it shall be, or that it is left out."""
    said = request.POST.get(f"do-{each.number}", KEEP if each.fits else SKIP)
    return None if said == SKIP else each.starts_at if said == KEEP else instant_of(said)


def _shown(
    request: HttpRequest, form: WhenForm, each: Sequence[Each], around: dict[str, Any], status: int = 200
) -> HttpResponse:
    default = {one.number: KEEP if one.fits else SKIP for one in each}
    choices = [Choice(one, request.POST.get(f"do-{one.number}", default[one.number])) for one in each]
    shown: dict[str, Any] = {
        "form": form, "choices": choices, "fitting": sum(one.fits for one in each), "refusal": None, "scope": "",
        "kept": _kept(request), "patient": None, "tag": None, "row": None, "o_clock": clocks.o_clock,
        "weekday": clocks.weekday, "local": timezone.localtime,
        "names": {str(one.id): one.name for one in agenda.providers()},
    }  # fmt: skip
    return render(request, "scheduling/series.html", shown | around, status=status)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """Everything typed, to be sent again with what is decided."""
    leave = ("csrfmiddlewaretoken", "agreed", "words")
    return [(name, str(value)) for name, value in request.POST.items() if name not in leave and name[:3] != "do-"]
