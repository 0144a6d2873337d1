"""Merging two records of one person, after comparing them side by side; and taking them apart again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from keepwell import charts
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients import finder, merging
from keepwell.patients.excerpts import Header, Reach, Sought
from keepwell.patients.views import actor_of


@require_http_methods(["GET", "POST"])
@page(Can.MERGE_PATIENTS, purpose=Purpose.HOPERAT)
def find_other(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Look for the other record of the same person."""
    by, typed = actor_of(request), request.POST.get("words", "").strip()
    header = charts.open(patient, Header, by=by, listed=False).one(Header)
    shown: dict[str, Any] = {"patient": patient, "header": header, "words": typed, "refusal": None, "hits": None}
    if request.method == "POST":
        try:
            shown["hits"] = [hit for hit in finder.search(typed, by=by).hits if hit.patient != patient]
        except Refusal as refusal:
            if refusal.code != "SEARCH_TOO_SHORT":
                raise
            return render(request, "patients/merge_find.html", shown | {"refusal": refusal}, status=refusal.status)
    return render(request, "patients/merge_find.html", shown)


@require_http_methods(["GET", "POST"])
@page(Can.MERGE_PATIENTS, purpose=Purpose.HOPERAT)
def merge(request: HttpRequest, patient: UUID, other: UUID) -> HttpResponse:
    """Both records side by side; then one stands for both."""
    by = actor_of(request)
    if patient == other:
        raise Refusal("MERGE_WITH_ITSELF")
    merging.require_standing(patient, other)
    chart = charts.open([patient, other], Sought, Reach, by=by, listed=False)
    if request.method == "POST":
        pair = (other, patient) if request.POST.get("keep") == str(other) else (patient, other)
        merging.merge(pair, by=by)
        return HttpResponseRedirect(reverse("patient", args=[pair[0]]))
    tags, reach = chart.each(Sought), chart.all(Reach)
    if len(tags) != 2:
        raise Refusal("NOT_FOUND")
    sides = [(p, tags[p], [r.value for r in reach.get(p, []) if r.ended_at is None]) for p in (patient, other)]
    return render(request, "patients/merge.html", {"patient": patient, "other": other, "sides": sides})


@require_POST
@page(Can.MERGE_PATIENTS, purpose=Purpose.HOPERAT)
def unmerge(request: HttpRequest, patient: UUID, other: UUID) -> HttpResponse:
    """They were two people after all. Whoever may open neither takes nothing apart."""
    by = actor_of(request)
    charts.open([patient, other], Sought, by=by, listed=False)
    merging.unmerge((patient, other), by=by)
    return HttpResponseRedirect(reverse("patient", args=[patient]))
