"""Sending a list of consents held on paper, seeing what would become of it, and what became of it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.tables import writing
from keepwell.patients.consents import paper
from keepwell.patients.models import PaperLoad
from keepwell.patients.views import actor_of
from keepwell.vault.uploads import SealedUpload

SHOWN = 50
ACTS = {"load": paper.take, "undo": paper.undo, "discard": paper.discard}


@require_http_methods(["GET", "POST"])
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def papers(request: HttpRequest) -> HttpResponse:
    """Choose a list to send; below, the last ones."""
    refusal = None
    if request.method == "POST":
        try:
            upload = request.FILES.get("list")
            if not isinstance(upload, SealedUpload):
                raise Refusal("FILES_MISSING", field="list")
            with upload, upload.spool.open() as plain:
                load = paper.send(plain, by=actor_of(request))
            return HttpResponseRedirect(reverse("paper-consents-list", args=[load.id]))
        except Refusal as caught:
            if caught.status >= 500 or caught.code == "POLICY_DENY":
                raise
            refusal = caught
    last = PaperLoad.objects.order_by("-sent_at", "id")[:10]
    shown = {"refusal": refusal, "loads": last, "fields": paper.FIELDS, "means": paper.called()}
    return render(request, "patients/consents/papers.html", shown, status=refusal.status if refusal else 200)


@require_GET
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def papers_list(request: HttpRequest, load: UUID) -> HttpResponse:
    """One list: what was understood, what was not, and what can be done with it."""
    found = _load(load)
    rows = paper.rows_of(found, by=actor_of(request))
    shown = {
        "load": found,
        "good": [row for row in rows if not row[-1]][:SHOWN],
        "bad": [(row, Refusal(row[-1], most=paper.LONGEST)) for row in rows if row[-1]][:SHOWN],
        "fields": paper.FIELDS,
    }
    return render(request, "patients/consents/paper.html", shown)


@require_GET
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def rejects(request: HttpRequest, load: UUID) -> HttpResponse:
    """What was not understood, to mend and send again."""
    rows = [row for row in paper.rows_of(_load(load), by=actor_of(request)) if row[-1]]
    headers = [*(str(field.label) for field in paper.FIELDS), "code"]
    raw = writing.write(headers, [[*map(str, row[1:5]), row[-1]] for row in rows])
    response = HttpResponse(raw, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="to-mend.csv"'
    return response


@require_POST
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def act(request: HttpRequest, load: UUID, what: str) -> HttpResponse:
    """Write it down, undo it, throw it away."""
    if what not in ACTS:
        raise Refusal("NOT_FOUND")
    ACTS[what](_load(load), by=actor_of(request))
    return HttpResponseRedirect(reverse("paper-consents-list", args=[load]))


def _load(load: UUID) -> PaperLoad:
    found = PaperLoad.objects.filter(id=load).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found
