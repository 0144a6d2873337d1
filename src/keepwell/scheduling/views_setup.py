"""Settings → Scheduling: services, who gives visits, and the days nobody works."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.views import actor_of
from keepwell.scheduling import calendars, conflicts, setting
from keepwell.scheduling.forms_setup import MODALITIES, HolidayForm, ServiceForm, initial_of
from keepwell.scheduling.models import DayException, HealthcareService, Offering
from keepwell.scheduling.providers import providers


@require_GET
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def overview(request: HttpRequest) -> HttpResponse:
    """Everything that decides what can be booked, on one page."""
    services = list(HealthcareService.objects.order_by("name"))
    offered: dict[UUID, int] = {}
    for service in Offering.objects.filter(ended_at=None).values_list("service_id", flat=True):
        offered[service] = offered.get(service, 0) + 1
    who = list(providers())
    shown = {
        "services": [(s, offered.get(s.id, 0), _ways(s)) for s in services if s.ended_at is None],
        "ended": [s for s in services if s.ended_at is not None],
        "calendars": calendars.summaries(who, timezone.localdate()),
        "holidays": _holidays(),
    }
    return render(request, "scheduling/setup.html", shown)


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def service(request: HttpRequest, service: UUID | None = None) -> HttpResponse:
    """One service, new or known."""
    row = _service(service) if service else None
    held = (
        list(Offering.objects.filter(service=row, ended_at=None).values_list("practitioner_id", flat=True))
        if row
        else []
    )
    form = ServiceForm(request.POST if request.method == "POST" else None, initial=initial_of(row, held))
    if not form.is_valid():
        return _form(request, row, form, 422 if form.is_bound else 200)
    by, said = actor_of(request), form.cleaned_data
    try:
        kept = setting.set_up_service(said["name"].strip(), said["minutes"], by=by, service=row, **form.rules())
    except Refusal as refusal:
        form.refuse(refusal)
        return _form(request, row, form, refusal.status)
    setting.offer(kept, form.whom(), by=by)
    return HttpResponseRedirect(reverse("schedule-setup"))


def _form(request: HttpRequest, row: HealthcareService | None, form: ServiceForm, status: int) -> HttpResponse:
    ways, people = ([(key, words, "") for key, words in form.fields[name].choices] for name in ("modalities", "who"))  # type: ignore[attr-defined]
    shown = {"row": row, "form": form, "ways": ways, "people": people}
    return render(request, "scheduling/service.html", shown, status=status)


@require_POST
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def end(request: HttpRequest, service: UUID) -> HttpResponse:
    """It is booked no more; what is booked stays."""
    setting.end_service(_service(service), by=actor_of(request))
    return HttpResponseRedirect(reverse("schedule-setup"))


@require_POST
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def restore(request: HttpRequest, service: UUID) -> HttpResponse:
    """It can be booked again."""
    setting.restore_service(_service(service), by=actor_of(request))
    return HttpResponseRedirect(reverse("schedule-setup"))


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def holidays(request: HttpRequest) -> HttpResponse:
    """Days nobody works. What is booked on them is shown, to be moved."""
    form = HolidayForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _holiday(request, form, 422 if form.is_bound else 200)
    by, said = actor_of(request), form.cleaned_data
    try:
        made = setting.except_days(said["from_day"], form.last(), by=by, name=said["name"], between=form.between())
    except Refusal as refusal:
        form.refuse(refusal)
        return _holiday(request, form, refusal.status)
    return _holiday(request, HolidayForm(), made=made)


def _holiday(
    request: HttpRequest, form: HolidayForm, status: int = 200, made: DayException | None = None
) -> HttpResponse:
    shown: dict[str, Any] = {"form": form, "holidays": _holidays(), "made": made, "moves": []}
    if made is not None:
        shown["moves"] = conflicts.lines(conflicts.on(made), actor_of(request))
    return render(request, "scheduling/holidays.html", shown, status=status)


def _holidays() -> list[DayException]:
    since = timezone.localdate() - dt.timedelta(days=7)
    closed = DayException.objects.filter(practitioner=None, ended_at=None, until_day__gte=since, works=False)
    return list(closed.order_by("from_day"))


def _service(service: UUID) -> HealthcareService:
    found = HealthcareService.objects.filter(id=service).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found


def _ways(service: HealthcareService) -> list[str]:
    return [str(MODALITIES[m]) for m in MODALITIES if m in service.modalities]
