"""Call these people: what the front desk works through while a channel is paused."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keepwell import charts
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.outbound.vendors import calling, showing
from keepwell.outbound.vendors.views import actor_of
from keepwell.patients.excerpts import NameTag, Reach
from keepwell.patients.models import ContactPoint
from keepwell.patients.views import chart_of

PHONES = (ContactPoint.System.PHONE, ContactPoint.System.SMS)


@require_GET
@page(Can.FIND_PATIENTS, purpose=Purpose.HOPERAT)
def calls(request: HttpRequest) -> HttpResponse:
    """Patients who are expected within a week and whom no message can reach now, with their phones."""
    by = actor_of(request)
    found = calling.unreached(by)
    chart = charts.open(found.patients, NameTag, Reach, by=by, listed=True, partly=True) if found.patients else None
    tags = chart.each(NameTag) if chart else {}
    phones = chart.all(Reach) if chart else {}
    rows = [
        (tags[p], chart_of(p), at, [r.value for r in phones.get(p, []) if r.system in PHONES and r.ended_at is None])
        for p, at in found.patients.items()
        if p in tags
    ]
    shown = {"rows": rows, "more": found.more, "paused": showing.paused(by)}
    return render(request, "vendors/calls.html", shown)
