"""Pages of exports of the activity log: what is wanted and in which form, how far it is, the file itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.compliance import chips, questions
from keepwell.compliance.exports import actions, shapes
from keepwell.compliance.exports.actions import State
from keepwell.compliance.models import LogExport
from keepwell.compliance.questions import Asked
from keepwell.compliance.views import actor_of, zone_of

FORMS = {
    LogExport.Form.CSV: _("CSV, for a spreadsheet"),
    LogExport.Form.JSON: _("JSON, for a program"),
    LogExport.Form.FHIR: _("FHIR R4, one AuditEvent for each entry"),
}
STATES = {
    State.MAKING: _("Being made"),
    State.READY: _("Ready"),
    State.STOPPED: _("Stopped"),
    State.GONE: _("Taken away"),
}
RECENT = 20
QUIET_SECONDS = 120
"""After so long without a sign of life the work seems to have stopped."""


@require_http_methods(["GET", "POST"])
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def export(request: HttpRequest) -> HttpResponse:
    "Take what a question finds out of the log as a file; below, the last ones of one's own."
    by, refusal = actor_of(request), None
    asked = questions.read(request.GET, zone_of(request), "activity-exports")
    if request.method == "POST":
        try:
            row = actions.ask(asked, request.POST.get("form", ""), by=by)
            return HttpResponseRedirect(reverse("activity-export", args=[row.id]))
        except Refusal as caught:
            if caught.status != 422:
                raise
            refusal = caught
    shown = _asked(asked, by) | {"refusal": refusal, "form": request.POST.get("form", "")}
    return render(request, "compliance/exports.html", shown, status=refusal.status if refusal else 200)


def _asked(asked: Asked, by: Actor) -> dict[str, Any]:
    rows = LogExport.objects.filter(asked_by_id=by.id).order_by("-asked_at")[:RECENT]
    return {
        "asked": asked,
        "log": Asked(asked.parts, asked.zone).href(),
        "chips": chips.all_of(asked, by),
        "forms": [(value, words, "") for value, words in FORMS.items()],
        "rows": rows,
        "names": FORMS,
        "states": STATES,
    }


@require_GET
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def one(request: HttpRequest, export: UUID) -> HttpResponse:
    "How far an export of one's own is, and where to download it."
    row = actions.own(export, actor_of(request))
    making = row.state == State.MAKING
    quiet = making and (clock.now() - row.beat_at).total_seconds() > QUIET_SECONDS
    over = row.state == State.GONE or row.ends_at <= clock.now()
    shown = {
        "row": row,
        "making": making and not over,
        "quiet": quiet,
        "over": over,
        "form": FORMS[LogExport.Form(row.form)],
        "log": Asked(row.asked, row.zone).href(),
        "expired": Refusal("EXPORT_EXPIRED"),
    }
    if request.headers.get("HX-Request"):
        if not shown["making"]:
            return HttpResponse(status=200, headers={"HX-Refresh": "true"})
        return render(request, "compliance/export.html#progress", shown)
    return render(request, "compliance/export.html", shown)


@require_GET
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def download(request: HttpRequest, export: UUID) -> HttpResponse:
    "The file, for whoever asked for it, until its day is over. Each download is on record."
    row, content = actions.take(export, by=actor_of(request))
    shape = shapes.FORMS[row.form]
    answer = HttpResponse(content, content_type=shape.kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="activity-{row.asked_at:%Y-%m-%d}.{shape.suffix}"'
    return answer
