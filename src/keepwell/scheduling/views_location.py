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
from keepwell.scheduling import licensing, minors, prescribing
from keepwell.scheduling.excerpts import ConsentHolder, LicenseChoice, PrescribingBasis
from keepwell.scheduling.forms_licenses import LocationForm
from keepwell.scheduling.models import Appointment, RemotePrescribing, VisitConsentHolder, VisitLocation


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


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.TREAT)
def prescribe(request: HttpRequest, appointment: UUID) -> HttpResponse:
    """On what a controlled substance may be prescribed in this visit."""
    row, by = _appointment(appointment), actor_of(request)
    typed = {"schedule": request.POST.get("schedule", ""), "basis": request.POST.get("basis", "")}
    try:
        prescribing.record(row, typed["schedule"], typed["basis"], by=by)
    except Refusal as refusal:
        if refusal.field is None:
            raise
        return _page(request, row, LocationForm(), by, status=refusal.status, refused=refusal, typed=typed)
    return HttpResponseRedirect(reverse("visit-location", args=[row.id]) + "#prescribing")


class Told:
    """What was written down for one visit, as far as this role may read it, in one opening."""

    def __init__(self, row: Appointment, asked: list[VisitLocation], by: Actor) -> None:
        self._row = row
        self.rests = list(RemotePrescribing.objects.filter(appointment=row).order_by("-at"))
        self.holder = VisitConsentHolder.objects.filter(appointment=row).order_by("-at").first()
        clinical = any(one.line is not None for one in asked) or bool(self.rests)
        self.reads = clinical and not policy.refused(by, plan(LicenseChoice).classes, [row.patient_id])
        near = self.holder is not None and plan(ConsentHolder).classes <= policy.visible(by)
        wanted = [
            NameTag,
            *([LicenseChoice, PrescribingBasis] if self.reads else []),
            *([ConsentHolder] if near else []),
        ]
        self._chart = charts.open(row.patient_id, *wanted, by=by, listed=False)

    def shown(self) -> dict[str, Any]:
        lines = self._of(LicenseChoice, VisitLocation)
        return {
            "tag": self._chart.one(NameTag),
            "lines": {one.pk: one.line for one in lines},
            "rests": self.rests,
            "terms": {one.pk: one.terms for one in self._of(PrescribingBasis, RemotePrescribing)},
            "holder": self.holder,
            "holder_word": minors.BASES[minors.Basis(self.holder.basis)][0] if self.holder else "",
            "holder_who": next((one.who for one in self._of(ConsentHolder, VisitConsentHolder)), ""),
            "basis_words": {key: words for key, (words, _about) in prescribing.BASES.items()},
        }

    def _of(self, excerpt: type[Any], model: Any) -> list[Any]:
        if not self._chart.reads(excerpt):
            return []
        rows = model.objects.filter(appointment=self._row).order_by("-at")
        return [one for many in self._chart.all(excerpt, rows).values() for one in many]


def _page(
    request: HttpRequest, row: Appointment, form: LocationForm, by: Actor, *, status: int = 200, **given: Any
) -> HttpResponse:
    asked = list(VisitLocation.objects.select_related("asked_by", "license").filter(appointment=row).order_by("-at"))
    told = Told(row, asked, by)
    shown = told.shown() | {
        "row": row,
        "chart": chart_of(row.patient_id),
        "form": form,
        "now": asked[0] if asked else None,
        "asked": asked,
        "choices": licensing.CHOICES,
        "options": [(value, words, about) for value, (words, about) in licensing.CHOICES.items()],
        "decides": by.role in licensing.PROVIDERS,
        "days": prescribing.days_left(),
        "bases": [(value, words, about) for value, (words, about) in prescribing.BASES.items()],
        "schedules": list(prescribing.SCHEDULES.items()),
        "prescribes": by.role in licensing.PROVIDERS and row.modality in prescribing.MODES and row.service.clinical,
        "refused": given.get("refused"),
        "typed": {"choice": "", "line": "", "schedule": "", "basis": ""} | given.get("typed", {}),
    }
    return render(request, "scheduling/location.html", shown, status=status)


def _appointment(appointment: UUID) -> Appointment:
    found = Appointment.objects.select_related("service", "practitioner").filter(id=appointment).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found
