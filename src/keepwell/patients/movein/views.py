"""Sending a patient list, saying what its columns hold, seeing what would become of it, and what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.models import MoveIn, MoveInRow
from keepwell.patients.movein import actions, showing
from keepwell.patients.movein.actions import COURSE, State
from keepwell.patients.movein.course import WORKING, cells_of
from keepwell.patients.movein.faces import MOST_REJECTS, columns_typed, progress, rejects_file, upload_of
from keepwell.patients.movein.peek import peek
from keepwell.patients.movein.showing import require_sight


def actor_of(request: HttpRequest) -> Actor:
    """Who asks for the page; one whose role may see what a list says."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    require_sight(by)
    return by


@require_http_methods(["GET", "POST"])
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def lists(request: HttpRequest) -> HttpResponse:
    """Choose a list to send; below, the last ones."""
    by, refusal = actor_of(request), None
    if request.method == "POST":
        try:
            return HttpResponseRedirect(reverse("movein", args=[_sent(request, by)]))
        except Refusal as caught:
            if caught.status >= 500:
                raise
            refusal = caught
    shown = {"refusal": refusal, "lists": COURSE.last()}
    return render(request, "patients/movein/lists.html", shown, status=refusal.status if refusal else 200)


def _sent(request: HttpRequest, by: Actor) -> UUID:
    upload = upload_of(request)
    with upload:
        return actions.send(upload, peek(upload), by=by).id


@require_GET
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def run(request: HttpRequest, run: UUID) -> HttpResponse:
    """Where a list is now: its columns, its progress, what was found, what became of it."""
    by, row = actor_of(request), COURSE.list_of(run)
    if row.state == State.SENT or (row.state == State.CHECKED and "columns" in request.GET):
        return _columns(request, row, by)
    if request.headers.get("HX-Request"):
        if row.state not in WORKING:
            return HttpResponse(status=200, headers={"HX-Refresh": "true"})
        return render(request, "patients/movein/list.html#progress", progress(row, showing.STEPS))
    shown = progress(row, showing.STEPS) | showing.found(row, request.GET, by)
    return render(request, "patients/movein/list.html", shown)


def _columns(
    request: HttpRequest, row: MoveIn, by: Actor, refusal: Refusal | None = None, typed: Any = None
) -> HttpResponse:
    shown = showing.columns(row, typed or (row.columns, row.order), by) | {"refusal": refusal}
    return render(request, "patients/movein/columns.html", shown, status=refusal.status if refusal else 200)


@require_POST
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def match(request: HttpRequest, run: UUID) -> HttpResponse:
    """What the columns hold: shown again with this choice, or the whole list checked with it."""
    by, row = actor_of(request), COURSE.list_of(run)
    typed = columns_typed(request, len(row.columns))
    try:
        actions.checked_columns(*typed)
        if "again" in request.POST:
            return _columns(request, row, by, typed=typed)
        actions.match(run, *typed, by=by)
    except Refusal as refusal:
        if not refusal.code.startswith("MOVEIN_COLUMN"):
            raise
        return _columns(request, row, by, refusal, typed)
    return HttpResponseRedirect(reverse("movein", args=[run]))


@require_POST
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def choose(request: HttpRequest, run: UUID) -> HttpResponse:
    """What to do with each doubtful row of a page."""
    by, row = actor_of(request), COURSE.list_of(run)
    asked = COURSE.rows_of(row).filter(verdict=MoveInRow.Verdict.DOUBTFUL, outcome="").values_list("id", flat=True)
    said = {
        name[4:]: value for name, value in request.POST.items() if name.startswith("row-") and isinstance(value, str)
    }
    actions.choose(run, {i: said[str(i)] for i in asked if str(i) in said}, by=by)
    return HttpResponseRedirect(f"{reverse('movein', args=[run])}?chosen=1#doubtful")


DOING = {
    "start": actions.start,
    "undo": actions.undo,
    "redo": actions.redo,
    "continue": actions.go_on,
    "discard": actions.discard,
}


@require_POST
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def do(request: HttpRequest, run: UUID, what: str) -> HttpResponse:
    """Start, undo, bring back, go on, or take the list off the disk."""
    by = actor_of(request)
    DOING[what](run, by=by)
    return HttpResponseRedirect(reverse("movein", args=[run]))


@require_GET
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def rejects(request: HttpRequest, run: UUID) -> HttpResponse:
    """The rows that could not be taken, in the columns they came in and with what to fix: to be sent again."""
    by, row = actor_of(request), COURSE.list_of(run)
    rows = list(COURSE.rows_of(row).filter(verdict=MoveInRow.Verdict.REJECT)[:MOST_REJECTS])
    cells = cells_of(rows, actions.opened(run, by=by)) if rows else {}
    headers = showing.head_of(row, by)["headers"]
    return rejects_file(headers, ([*cells[one.number].cells, showing.reasons_said(one)] for one in rows))
