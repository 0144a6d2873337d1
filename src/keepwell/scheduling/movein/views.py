"""Sending a list of appointments, saying what it means, seeing what would be booked, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.movein.course import WORKING, cells_of
from keepwell.patients.movein.faces import MOST_REJECTS, columns_typed, progress, rejects_file, upload_of
from keepwell.patients.movein.views import actor_of
from keepwell.scheduling.models import VisitList
from keepwell.scheduling.movein import actions, showing
from keepwell.scheduling.movein.actions import COURSE, Outcome, State
from keepwell.scheduling.movein.showing import MAPPED


@require_http_methods(["GET", "POST"])
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def lists(request: HttpRequest) -> HttpResponse:
    """Choose a list to send; below, the last ones."""
    by, refusal = actor_of(request), None
    if request.method == "POST":
        try:
            upload = upload_of(request)
            with upload:
                head, columns, order = showing.peek(upload)
                run = actions.begin(upload, head, columns, order, by=by).id
            return HttpResponseRedirect(reverse("visit-list", args=[run]))
        except Refusal as caught:
            if caught.status >= 500:
                raise
            refusal = caught
    shown = {"refusal": refusal, "lists": COURSE.last()}
    return render(request, "scheduling/movein/lists.html", shown, status=refusal.status if refusal else 200)


@require_GET
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def run(request: HttpRequest, run: UUID) -> HttpResponse:
    """Where a list is now: its columns, its progress, what was found, what became of it."""
    row = COURSE.list_of(run)
    actor_of(request)
    if row.state == State.SENT or (row.state == State.CHECKED and "columns" in request.GET):
        return _columns(request, row)
    if request.headers.get("HX-Request"):
        if row.state not in WORKING:
            return HttpResponse(status=200, headers={"HX-Refresh": "true"})
        return render(request, "scheduling/movein/list.html#progress", progress(row, showing.STEPS))
    return render(request, "scheduling/movein/list.html", progress(row, showing.STEPS) | showing.found(row))


def _columns(request: HttpRequest, row: VisitList, refusal: Refusal | None = None, typed: Any = None) -> HttpResponse:
    shown = showing.columns(row, typed or (row.columns, row.order, None), actor_of(request)) | {"refusal": refusal}
    return render(request, "scheduling/movein/columns.html", shown, status=refusal.status if refusal else 200)


@require_POST
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def match(request: HttpRequest, run: UUID) -> HttpResponse:
    """What the columns hold and the words mean: shown again with this choice, or the whole list checked with it."""
    by, row = actor_of(request), COURSE.list_of(run)
    held, order = columns_typed(request, len(row.columns))
    meant = _meant(request, row, held)
    try:
        actions.checked(held, order)
        if "again" in request.POST:
            return _columns(request, row, typed=(held, order, meant))
        actions.match(run, held, order, meant, by=by)
    except Refusal as refusal:
        if refusal.code not in ("MOVEIN_COLUMN_TWICE", "VISIT_COLUMNS_MISSING"):
            raise
        return _columns(request, row, refusal, (row.columns, order, meant))
    return HttpResponseRedirect(reverse("visit-list", args=[run]))


def _meant(request: HttpRequest, row: VisitList, held: list[str]) -> Mapping[str, Mapping[str, str]]:
    """The words of the columns that are said to hold services and providers, and what each was said to mean."""
    words = showing.head_of(row, actor_of(request)).head["words"]
    options = showing.options()
    said: dict[str, dict[str, str]] = {}
    for kind in MAPPED:
        known = words[held.index(kind)] if kind in held else []
        ids = {i for i, _name in options[kind]}
        chosen = {word: request.POST.get(f"{kind}-{n}", "") for n, word in enumerate(known)}
        said[kind] = {word: i for word, i in chosen.items() if i in ids}
    return said


DOING = {"start": actions.start, "undo": actions.undo, "continue": actions.go_on, "discard": actions.discard}


@require_POST
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def do(request: HttpRequest, run: UUID, what: str) -> HttpResponse:
    """Book, undo, go on, or take the list off the disk."""
    DOING[what](run, by=actor_of(request))
    return HttpResponseRedirect(reverse("visit-list", args=[run]))


@require_GET
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def rejects(request: HttpRequest, run: UUID) -> HttpResponse:
    """The rows that cannot be booked, in the columns they came in and with what to fix: to be sent again."""
    by, row = actor_of(request), COURSE.list_of(run)
    rows = list(COURSE.rows_of(row).filter(outcome=Outcome.REJECT)[:MOST_REJECTS])
    cells = cells_of(rows, actions.opened(run, by=by)) if rows else {}
    headers = showing.head_of(row, by).head["headers"]
    return rejects_file(headers, ([*cells[r.number].cells, _reasons(r.wrong)] for r in rows))


def _reasons(wrong: list[list[str]]) -> str:
    return " ".join(showing.said(field, code) for field, code in wrong)
