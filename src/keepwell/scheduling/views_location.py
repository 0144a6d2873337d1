"""Where the patient is now: asked when a visit begins, on the phone too, and how the provider goes on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from keepwell import charts
from keepwell.access import policy
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.charts.excerpts import plan
from keepwell.patients.excerpts import NameTag
from keepwell.patients.views import actor_of, chart_of
from keepwell.scheduling import licensing
from keepwell.scheduling.excerpts import LicenseChoice
from keepwell.scheduling.forms_licenses import LocationForm
from keepwell.scheduling.models import Appointment, VisitLocation


@require_http_methods(["GET", "POST"])
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.TREAT)
def location(request: HttpRequest, appointment: UUID) -> HttpResponse:
    """Confirmed now, not copied from the booking or the home address."""
    row, by = _appointment(appointment), actor_of(request)
    form = LocationForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _page(request, row, form, by)
    if not form.is_valid() or not form.cleaned_data["state"]:
        form.refuse(Refusal("LOCATION_REQUIRED", field="state"))
        return _page(request, row, form, by, status=422)
    licensing.locate(row, form.cleaned_data["state"], by=by)
    return HttpResponseRedirect(reverse("visit-location", args=[row.id]))


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.TREAT)
def go_on(request: HttpRequest, at: UUID) -> HttpResponse:
    """The provider's choice where no license counts."""
    found, by = VisitLocation.objects.filter(id=at).first(), actor_of(request)
    if found is None:
        raise Refusal("NOT_FOUND")
    typed = {"choice": request.POST.get("choice", ""), "line": request.POST.get("line", "")}
    try:
        licensing.go_on(found, typed["choice"], typed["line"], by=by)
    except Refusal as refusal:
        if refusal.field is None:
            raise
        row = _appointment(found.appointment_id)
        return _page(request, row, LocationForm(), by, status=refusal.status, refused=refusal, typed=typed)
    return HttpResponseRedirect(reverse("visit-location", args=[found.appointment_id]))


def _page(
    request: HttpRequest, row: Appointment, form: LocationForm, by: Actor, *, status: int = 200, **given: Any
) -> HttpResponse:
    asked = list(VisitLocation.objects.select_related("asked_by", "license").filter(appointment=row).order_by("-at"))
    written = any(one.line is not None for one in asked)
    reads = written and not policy.refused(by, plan(LicenseChoice).classes, [row.patient_id])
    chart = charts.open(row.patient_id, NameTag, *([LicenseChoice] if reads else []), by=by, listed=False)
    lines = chart.all(LicenseChoice, VisitLocation.objects.filter(appointment=row)) if reads else {}
    shown = {
        "row": row,
        "tag": chart.one(NameTag),
        "chart": chart_of(row.patient_id),
        "form": form,
        "now": asked[0] if asked else None,
        "asked": asked,
        "lines": {one.pk: one.line for many in lines.values() for one in many},
        "choices": licensing.CHOICES,
        "options": [(value, words, about) for value, (words, about) in licensing.CHOICES.items()],
        "decides": by.role in licensing.PROVIDERS,
        "refused": given.get("refused"),
        "typed": given.get("typed", {"choice": "", "line": ""}),
    }
    return render(request, "scheduling/location.html", shown, status=status)


def _appointment(appointment: UUID) -> Appointment:
    found = Appointment.objects.select_related("service", "practitioner").filter(id=appointment).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found
