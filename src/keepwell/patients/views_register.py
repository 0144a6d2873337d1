"""Registering a patient and correcting who they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from keepwell import charts
from keepwell.access import policy
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients import actions, forms, merging
from keepwell.patients.consents.showing import language_of, to_ask
from keepwell.patients.excerpts import Demography, Reach, Sought, Whereabouts
from keepwell.patients.forms import EditForm
from keepwell.patients.forms_reach import RegisterForm
from keepwell.patients.views import actor_of, chart_of


@require_http_methods(["GET", "POST"])
@page(Can.REGISTER_PATIENTS, purpose=Purpose.HOPERAT)
def register(request: HttpRequest) -> HttpResponse:
    """A new patient. If somebody here looks alike, they are shown first; whoever registers anyway says so."""
    if request.method == "GET":
        return render(request, "patients/register.html", {"form": RegisterForm(), "alike": []})
    by, form = actor_of(request), RegisterForm(request.POST)
    if not form.is_valid():
        return render(request, "patients/register.html", {"form": form, "alike": []}, status=422)
    try:
        registered = actions.register(
            form.who(), *form.reach, by=by, despite=_compared(request.POST.getlist("compared"))
        )
    except Refusal as refusal:
        alike = refusal.facts.get("lookalikes", ())
        assert isinstance(alike, tuple)
        if not alike:
            form.refuse(refusal)
        context = {"form": form, "alike": alike_of(alike, by), "refusal": refusal}
        return render(request, "patients/register.html", context, status=refusal.status)
    return HttpResponseRedirect(_next(registered.id, by))


def _next(patient: UUID, by: Actor) -> str:
    """What is asked once, while they are here; then the chart."""
    if policy.may(by, Can.RECORD_CONSENTS) and to_ask(patient, language_of(patient, by)):
        return reverse("consents-ask", args=[patient], query={"from": "registration"})
    return chart_of(patient)


def alike_of(patients: tuple[UUID, ...], by: Actor) -> list[tuple[UUID, str, Sought, list[Reach]]]:
    "What two people are told apart by: names, birth date, record number, how to reach them."
    if not patients:
        return []
    chart = charts.open(patients, Sought, Reach, by=by, listed=True, partly=True)
    tags, reach = chart.each(Sought), chart.all(Reach)
    return [(p, chart_of(p), tags[p], reach.get(p, [])) for p in patients if p in tags]


@require_http_methods(["GET", "POST"])
@page(Can.REGISTER_PATIENTS, purpose=Purpose.HOPERAT)
def edit(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Correct who somebody is. Two people editing at once: the second is told and loses nothing typed."""
    by = actor_of(request)
    merging.require_standing(patient)
    chart = charts.open(patient, Demography, Whereabouts, by=by, listed=False)
    person, lives = chart.one(Demography), chart.one(Whereabouts)
    start = forms.initial(person, lives)
    form = EditForm(request.POST, initial=start) if request.method == "POST" else EditForm(initial=start)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                actions.edit(patient, form.who(), seen=form.cleaned_data["version"], by=by)
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                return HttpResponseRedirect(chart_of(patient))
    return render(request, "patients/edit.html", {"form": form, "patient": patient, "person": person}, status=status)


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _compared(typed: Iterable[str]) -> list[UUID]:
    "The look-alikes that were on the form; anything else typed there compares nobody."
    return [UUID(text) for text in typed if _ID.fullmatch(text)]
