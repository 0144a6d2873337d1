"""Looking for the patient whose entries are meant. The words are posted; what the log's address gets is an id."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.compliance import questions
from keepwell.patients import finder


@require_POST
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def find(request: HttpRequest) -> HttpResponse:
    "Patients who answer to the words, each with the log about them; a recorded opening like any search."
    by: Actor = request.actor  # type: ignore[attr-defined]
    asked = questions.read(request.GET, request.signed_in.time_zone)  # type: ignore[attr-defined]
    typed = request.POST.get("words", "").strip()
    shown: dict[str, Any] = {"words": typed, "hits": [], "refusal": None, "asked": asked}
    try:
        hits = finder.search(typed, by=by).hits
    except Refusal as refusal:
        if refusal.code != "SEARCH_TOO_SHORT":
            raise
        return render(request, "compliance/find.html", shown | {"refusal": refusal}, status=refusal.status)
    links = [(hit.tag, asked.href(patient=str(hit.patient))) for hit in hits]
    return render(request, "compliance/find.html", shown | {"hits": links})
