"""Patients: the working lists, the search, and the page that says who somebody is and how to reach them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from keepwell import charts
from keepwell.access import policy
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.charts.excerpts import plan
from keepwell.patients import finder, flags, handling, lists, merging
from keepwell.patients.codes import RELATIONSHIPS, TELL, USES
from keepwell.patients.excerpts import Addresses, Coverages, Header, Listed, Reach, Relations, Whereabouts
from keepwell.patients.excerpts_calls import Handlings
from keepwell.vault.phi import PhiClass

TITLES = {"mine": _("My patients"), "today": _("Today"), "recent": _("Recently opened by me"), "": _("Found")}


def actor_of(request: HttpRequest) -> Actor:
    """Who asks for the page."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


def chart_of(patient: UUID) -> str:
    """Where a patient's chart is; while no floor has one, the page of their own facts."""
    try:
        return reverse("chart", args=[patient])
    except NoReverseMatch:
        return reverse("patient", args=[patient])


@require_http_methods(["GET", "POST"])
@page(Can.FIND_PATIENTS, purpose=Purpose.HOPERAT)
def patients(request: HttpRequest) -> HttpResponse:
    """The working lists; with words posted, the search. Words never stand in an address."""
    return _search(request) if request.method == "POST" else _list(request)


def _list(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    show = request.GET.get("show", "mine")
    show = show if show in lists.LISTS else "mine"
    listed = lists.LISTS[show](by, _number(request.GET.get("page", "1")))
    chart = charts.open(listed.patients, Listed, by=by, listed=True, partly=True) if listed.patients else None
    tags = chart.each(Listed) if chart else {}
    marks = handling.of([p for p in listed.patients if p in tags], by=by)
    rows = [(chart_of(p), tags[p], marks.get(p, [])) for p in listed.patients if p in tags]
    return _page(request, {"show": show, "listed": listed, "rows": rows, "words": "", "found": None})


def _search(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("words", "").strip()
    shown: dict[str, Any] = {"show": "", "listed": None, "rows": [], "words": typed, "found": None}
    try:
        found = finder.search(typed, by=actor_of(request), also_close="close" in request.POST)
    except Refusal as refusal:
        if refusal.code != "SEARCH_TOO_SHORT":
            raise
        return _page(request, shown | {"refusal": refusal}, status=refusal.status)
    shown["offer_close"] = not found.mistyped and "close" not in request.POST
    marks = handling.of([h.patient for h in found.hits], by=actor_of(request))
    rows = [(chart_of(h.patient), h.tag, marks.get(h.patient, [])) for h in found.hits]
    return _page(request, shown | {"found": found, "rows": rows})


def _page(request: HttpRequest, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    around = {
        "refusal": None,
        "offer_close": False,
        "registers": policy.may(actor_of(request), Can.REGISTER_PATIENTS),
        "titles": TITLES,
        "filters": [(TITLES[n], f"{reverse('patients')}?show={n}", n == shown["show"]) for n in lists.LISTS],
    }
    return render(request, "patients/patients.html", around | shown, status=status)


def _number(typed: str) -> int:
    return min(int(typed[:6]), 1000) if typed.isdecimal() and typed.isascii() and int(typed[:6]) > 0 else 1


@require_GET
@page(Can.FIND_PATIENTS, purpose=Purpose.HOPERAT)
def patient(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Who somebody is, how to reach them, who pays, who belongs to them: one opening of what this role may see."""
    by, standing = actor_of(request), merging.standing_for(patient)
    if standing != patient:
        return HttpResponseRedirect(reverse("patient", args=[standing]))
    closed = _closed(patient, by)
    seen = [
        excerpt
        for excerpt in (Header, Whereabouts, Handlings, *PARTS.values())
        if plan(excerpt).classes.isdisjoint(closed)
    ]
    chart = charts.open(patient, *seen, by=by, listed=False)
    headers = {header.pk: header for header in chart.all(Header).get(patient, [])}
    if patient not in headers:
        raise Refusal("NOT_FOUND")
    shown = {
        "patient": patient,
        "header": headers.pop(patient),
        "merged": list(headers.values()),
        "where": chart.one(Whereabouts) if Whereabouts in seen else None,
        "registers": policy.may(by, Can.REGISTER_PATIENTS),
        "merges": policy.may(by, Can.MERGE_PATIENTS),
        "sends": policy.may(by, Can.USE_OUTBOX),
        "chart_href": chart_of(patient),
        "flags": flags.of(patient, by=by),
        "closed": closed,
        "words": {"use": USES, "relationship": RELATIONSHIPS, "tell": TELL},
        "marks": handling.marks(chart).get(patient, []) if Handlings in seen else [],
    }
    parts = {name: _now(chart, part, patient) if part in seen else None for name, part in PARTS.items()}
    return render(request, "patients/patient.html", shown | parts)


def _closed(patient: UUID, by: Actor) -> dict[PhiClass, Refusal]:
    "The classes of this page that stay closed bars, and why: by role, or because the patient asked."
    wanted = {PhiClass.CONTACT, PhiClass.COVERAGE}
    open_to_role = wanted & policy.visible(by)
    doubtful = wanted if policy.refused(by, open_to_role, [patient]) else wanted - open_to_role
    refused = {phi: policy.refused(by, [phi], [patient]).get(patient) for phi in doubtful}
    return {phi: why for phi, why in refused.items() if why is not None}


PARTS: dict[str, type[Any]] = {
    "reach": Reach,
    "addresses": Addresses,
    "coverages": Coverages,
    "relations": Relations,
}


def _now(chart: charts.Chart, excerpt: type[Any], patient: UUID) -> list[Any]:
    "What still holds."
    return [row for row in chart.all(excerpt).get(patient, []) if row.ended_at is None]
