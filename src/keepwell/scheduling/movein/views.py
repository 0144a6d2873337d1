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
from keepwell.base import clock
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.tables import writing
from keepwell.base.tables.matching import LEFT_OUT
from keepwell.patients.movein.files import PIECE
from keepwell.patients.movein.views import actor_of
from keepwell.scheduling.models import VisitList
from keepwell.scheduling.movein import actions, showing
from keepwell.scheduling.movein.actions import WORKING, Outcome, State
from keepwell.scheduling.movein.fields import REASON
from keepwell.scheduling.movein.showing import LEAVE_OUT, MAPPED, list_of
from keepwell.scheduling.movein.steps import rows_of
from keepwell.vault.uploads import SealedUpload

RECENT = 10
MOST_REJECTS = 20_000


@require_http_methods(["GET", "POST"])
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def lists(request: HttpRequest) -> HttpResponse:
    """Choose a list to send; below, the last ones."""
    by, refusal = actor_of(request), None
    if request.method == "POST":
        try:
            upload = request.FILES.get("list")
            if not isinstance(upload, SealedUpload):
                raise Refusal("FILES_MISSING", field="list")
            with upload:
                head, columns, order = showing.peek(upload)
                run = actions.begin(upload, head, columns, order, by=by).id
            return HttpResponseRedirect(reverse("visit-list", args=[run]))
        except Refusal as caught:
            if caught.status >= 500:
                raise
            refusal = caught
    shown = {"refusal": refusal, "lists": VisitList.objects.order_by("-sent_at")[:RECENT]}
    return render(request, "scheduling/movein/lists.html", shown, status=refusal.status if refusal else 200)


@require_GET
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def run(request: HttpRequest, run: UUID) -> HttpResponse:
    """Where a list is now: its columns, its progress, what was found, what became of it."""
    row = list_of(run)
    actor_of(request)
    if row.state == State.SENT or (row.state == State.CHECKED and "columns" in request.GET):
        return _columns(request, row)
    if request.headers.get("HX-Request"):
        if row.state not in WORKING:
            return HttpResponse(status=200, headers={"HX-Refresh": "true"})
        return render(request, "scheduling/movein/list.html#progress", showing.progress(row))
    return render(request, "scheduling/movein/list.html", showing.progress(row) | showing.found(row))


def _columns(request: HttpRequest, row: VisitList, refusal: Refusal | None = None, typed: Any = None) -> HttpResponse:
    shown = showing.columns(row, typed or (row.columns, row.order, None), actor_of(request)) | {"refusal": refusal}
    return render(request, "scheduling/movein/columns.html", shown, status=refusal.status if refusal else 200)


@require_POST
@page(Can.IMPORT_RECORDS, purpose=Purpose.HOPERAT)
def match(request: HttpRequest, run: UUID) -> HttpResponse:
    """What the columns hold and the words mean: shown again with this choice, or the whole list checked with it."""
    by, row = actor_of(request), list_of(run)
    told = [request.POST.get(f"c{n}", "") for n in range(len(row.columns))]
    held, order = [LEFT_OUT if one == LEAVE_OUT else one for one in told], request.POST.get("order", "mdy")
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
    by, row = actor_of(request), list_of(run)
    rows = list(rows_of(row).filter(outcome=Outcome.REJECT)[:MOST_REJECTS])
    shelf = actions.opened(run, by=by) if rows else None
    pieces = {n: shelf.piece(n) for n in dict.fromkeys(r.number // PIECE for r in rows)} if shelf else {}
    headers = showing.head_of(row, by).head["headers"]
    cells = ([*pieces[r.number // PIECE][r.number % PIECE].cells, _reasons(r.wrong)] for r in rows)
    answer = HttpResponse(writing.write([*headers, REASON], cells), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="rejects-{clock.now():%Y-%m-%d}.csv"'
    return answer


def _reasons(wrong: list[list[str]]) -> str:
    return " ".join(showing.said(field, code) for field, code in wrong)
