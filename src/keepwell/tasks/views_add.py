"""A new task: one line above the list, or a page of its own once a patient is looked for or something is missing."""

from __future__ import annotations

from typing import Any
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
from keepwell.patients import finder
from keepwell.patients.excerpts import NameTag
from keepwell.patients.finder import Hit
from keepwell.patients.views import actor_of, chart_of
from keepwell.tasks import actions
from keepwell.tasks.forms import TaskForm


@require_http_methods(["GET", "POST"])
@page(Can.WORK_ON_TASKS, purpose=Purpose.TREAT)
def add(request: HttpRequest) -> HttpResponse:
    """Words for a patient are looked up first and the right one is chosen; nobody is guessed."""
    by = actor_of(request)
    if request.method == "GET":
        return _page(request, TaskForm(by=by), _uuid(request.GET.get("patient", "")))
    patient, words = _uuid(request.POST.get("patient", "")), request.POST.get("words", "").strip()
    form = TaskForm(request.POST, by=by)
    if words and ("find" in request.POST or not patient):
        return _found(request, form, words, by)
    if not form.is_valid():
        return _page(request, form, patient, status=422)
    try:
        actions.add(form.asks(), by=by, patient=patient)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, form, None, status=refusal.status)
    return HttpResponseRedirect(chart_of(patient) if patient and "chart" in request.POST else reverse("tasks"))


def _found(request: HttpRequest, form: TaskForm, words: str, by: Actor) -> HttpResponse:
    """Those who answer to the words, to choose one of; everything typed stays."""
    form.is_valid()
    try:
        hits = finder.search(words, by=by).hits
    except Refusal as refusal:
        if refusal.code != "SEARCH_TOO_SHORT":
            raise
        return _page(request, form, None, words=words, refusal=refusal, status=refusal.status)
    return _page(request, form, None, words=words, hits=hits)


def _page(
    request: HttpRequest,
    form: TaskForm,
    patient: UUID | None,
    *,
    words: str = "",
    hits: tuple[Hit, ...] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    by = actor_of(request)
    shown: dict[str, Any] = {
        "form": form,
        "patient": patient,
        "tag": charts.open(patient, NameTag, by=by, listed=False).one(NameTag) if patient else None,
        "words": words,
        "hits": hits,
        "refusal": refusal,
        "finds": policy.may(by, Can.FIND_PATIENTS),
    }
    return render(request, "tasks/add.html", shown, status=status)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
