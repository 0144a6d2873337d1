"""The page where emergency access is asked for."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from keepwell import charts
from keepwell.access import emergency, policy
from keepwell.access.entrances import Signed
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.excerpts import NameTag
from keepwell.patients.models import Patient
from keepwell.records import sight
from keepwell.records.forms_emergency import PART2, EmergencyForm
from keepwell.vault.phi import PhiClass


@require_http_methods(["GET", "POST"])
@page(Can.READ_CHARTS, purpose=Purpose.TREAT, fresh=True)
def ask(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Says what emergency access does and who will hear of it; asks why; opens the chart for an hour."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    if not policy.may(by, Can.USE_EMERGENCY_ACCESS):
        raise Refusal("BREAKGLASS_NOT_ALLOWED")
    if not Patient.objects.filter(id=patient).exists():
        raise Refusal("NOT_FOUND")
    form, status = _form(request), 200
    if form.is_bound:
        status = 422
        if form.is_valid() and _began(form, patient, by):
            return HttpResponseRedirect(reverse("chart", args=[patient]))
    shown = {
        "form": form,
        "tag": _tag(patient, by),
        "patient": patient,
        "part2": PART2 if PhiClass.PART2 in policy.visible(by.for_purpose(Purpose.BTG)) else (),
    }
    return render(request, "records/emergency.html", shown, status=status)


def _form(request: HttpRequest) -> EmergencyForm:
    if request.method == "POST":
        return EmergencyForm(request.POST)
    signed: Signed = request.signed_in  # type: ignore[attr-defined]
    return EmergencyForm(initial={"recipient": signed.name, "facility": signed.practice_name})


def _began(form: EmergencyForm, patient: UUID, by: Actor) -> bool:
    try:
        emergency.begin(patient, form.cleaned_data["reason"], form.cleaned_data["line"], by=by, part2=form.asked())
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True


def _tag(patient: UUID, by: Actor) -> NameTag | None:
    """Whose record it is, unless even that is closed."""
    if PhiClass.IDENTITY not in sight.of(patient, [PhiClass.IDENTITY], by=by).open:
        return None
    return charts.open(patient, NameTag, by=by, listed=False).one(NameTag)
