"""Sending files to be brought in, and what became of them."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import CareTeam
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.charts.excerpts import plan
from keepwell.fhir.files import importing
from keepwell.ledger import jobs
from keepwell.patients.movein import showing
from keepwell.records import arrivals, sentences
from keepwell.records.excerpts import FileName
from keepwell.records.models import Arrival
from keepwell.vault.uploads import SealedUpload

RECENT = 10
MOST_FILES = 100


def actor_of(request: HttpRequest) -> Actor:
    """Who asks for the page."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


@require_http_methods(["GET", "POST"])
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def upload(request: HttpRequest) -> HttpResponse:
    """Choose files; they are sealed, queued and brought in one by one."""
    if request.method == "POST":
        return _sent(request, actor_of(request))
    return _form(request)


def _sent(request: HttpRequest, by: Actor) -> HttpResponse:
    uploads = [one for one in request.FILES.getlist("files") if isinstance(one, SealedUpload)]
    if not uploads:
        return _form(request, Refusal("FILES_MISSING", field="files"))
    sent = arrivals.send(uploads, by=by, team=_team(request.POST.get("team", "")))
    worker = importing(by.practice, by.id)
    for row in sent:
        jobs.enqueue("import.file", by=worker, file=row.id)
    return HttpResponseRedirect(reverse("import-run", args=[sent[0].run]))


def _team(chosen: str) -> UUID | None:
    known = {str(i): i for i in CareTeam.objects.order_by("name").values_list("id", flat=True)}
    return known.get(chosen)


def _form(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    teams = [("", _("Nobody yet")), *((str(t.id), t.name) for t in CareTeam.objects.order_by("name"))]
    lists = showing.sees(actor_of(request))
    shown = {"refusal": refusal, "teams": teams, "runs": _runs(), "most": MOST_FILES, "lists": lists}
    return render(request, "fhir/upload.html", shown, status=refusal.status if refusal else 200)


def _runs() -> list[dict[str, Any]]:
    """The last imports: when, and how many files ended how."""
    newest = Arrival.objects.filter(number=1).order_by("-sent_at").values_list("run", "sent_at")[:RECENT]
    started = dict(newest)
    states: dict[UUID, Counter[str]] = {run: Counter() for run in started}
    for run, state in Arrival.objects.filter(run__in=started).order_by("pk").values_list("run", "state"):
        states[run][state] += 1
    return [{"run": run, "at": at, "states": states[run]} for run, at in started.items()]


@require_GET
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def run(request: HttpRequest, run: UUID) -> HttpResponse:
    """What became of each file: counts by type, what was left out and why, where the patient is."""
    by = actor_of(request)
    rows = list(Arrival.objects.filter(run=run).order_by("number"))
    if not rows:
        raise Refusal("NOT_FOUND")
    waiting = sum(row.state == Arrival.State.WAITING for row in rows)
    shown = {"run": run, "done": len(rows) - waiting, "total": len(rows), "waiting": waiting}
    if request.headers.get("HX-Request"):
        if not waiting:
            return HttpResponse(status=200, headers={"HX-Refresh": "true"})
        return render(request, "fhir/run.html#progress", shown)
    names = _names(rows, by)
    charted = policy.may(by, Can.READ_CHARTS)
    files = [_file(row, names.get(row.number), charted) for row in rows]
    return render(request, "fhir/run.html", shown | {"files": files, "named": bool(names)})


def _names(rows: list[Arrival], by: Actor) -> dict[int, str]:
    """What the files are called, for roles that may see who somebody is."""
    if not plan(FileName).classes <= policy.visible(by):
        return {}
    chart = charts.open(by.practice, FileName, by=by)
    narrowed = Arrival.objects.filter(run=rows[0].run).order_by("number")
    return {one.number: one.name for one in chart.all(FileName, narrowed).get(by.practice, ())}


def _file(row: Arrival, name: str | None, charted: bool) -> dict[str, Any]:
    facts: dict[str, Any] = row.facts or {}
    counts = {word: _counts(facts.get(word, {})) for word in ("new", "changed", "unchanged")}
    href = reverse("chart", args=[facts["patient"]]) if charted and facts.get("patient") else None
    alike = [reverse("chart", args=[patient]) for patient in facts.get("lookalikes", ())] if charted else []
    return {"row": row, "name": name, "facts": facts, "counts": counts, "href": href, "alike": alike}


def _counts(by_type: dict[str, int]) -> str:
    """12 measurement, 3 visit: most first."""
    ordered = sorted(by_type.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{count} {sentences.type_name(kind)}" for kind, count in ordered)
