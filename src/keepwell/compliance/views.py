"""Pages of the activity log: for officers and auditors all of it, for everybody their own part."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.compliance import activity, chips, proving, questions, saved, screen
from keepwell.compliance.questions import Asked
from keepwell.ledger import queries

MOST_NAMED = 50
"""How many of an entry's subjects its page names; the rest are counted."""


def actor_of(request: HttpRequest) -> Actor:
    """Who asks for the page."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


def zone_of(request: HttpRequest) -> str:
    """The clock of the practice."""
    return request.signed_in.time_zone  # type: ignore[attr-defined, no-any-return]


@require_GET
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def log(request: HttpRequest) -> HttpResponse:
    "Who did what, newest first, narrowed by what stands in the address."
    return _log(request, questions.read(request.GET, zone_of(request)))


@require_GET
@page(Can.READ_OWN_ACTIVITY, purpose=Purpose.HOPERAT)
def mine(request: HttpRequest) -> HttpResponse:
    "What I opened and changed myself, as it is on record."
    return _log(request, questions.read(request.GET, zone_of(request), "my-activity"), actor_of(request).id)


def _log(request: HttpRequest, asked: Asked, only: UUID | None = None) -> HttpResponse:
    if questions.has_blanks(request.GET.dict()):
        return HttpResponseRedirect(asked.href())
    by = actor_of(request)
    answer = queries.ask(asked.question(only), by)
    patient = asked.parts.get("patient")
    names = activity.Names(answer.rows, by, also=[UUID(patient)] if patient else ())
    staff, devices = (chips.staff(), chips.devices()) if only is None else ([], [])
    shown = {
        "lines": [activity.line(row, names) for row in answer.rows],
        "asked": asked,
        "own": only is not None,
        "chips": chips.chips(asked, names, dict([*staff, *devices])),
        "kinds": chips.kinds(asked),
        "ready": chips.ready(own=only is not None),
        "fields": chips.fields(asked, staff, devices),
        "saved": saved.kept(by) if only is None else [],
        "finds": only is None and chips.finds(by),
        "newer": asked.href(after=str(answer.rows[0].place)) if answer.newer and answer.rows else None,
        "older": asked.href(before=str(answer.rows[-1].place)) if answer.older and answer.rows else None,
    }
    return render(request, "compliance/activity.html", shown)


@require_GET
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def entry(request: HttpRequest, entry: UUID) -> HttpResponse:
    "One entry in full: what was on the screen, how it ended and what else its request did."
    return entry_page(request, entry, None)


@require_GET
@page(Can.READ_OWN_ACTIVITY, purpose=Purpose.HOPERAT)
def own_entry(request: HttpRequest, entry: UUID) -> HttpResponse:
    "One of my own entries in full."
    return entry_page(request, entry, actor_of(request).id)


@require_http_methods(["POST"])
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def reason(request: HttpRequest, entry: UUID) -> HttpResponse:
    "The reason somebody gave, in their own words. That it was read is on record first."
    return entry_page(request, entry, None, words=queries.reason(entry, actor_of(request)))


def entry_page(request: HttpRequest, entry: UUID, only: UUID | None, **found: Any) -> HttpResponse:
    """One entry with what was `found`: the words of its reason, or how its proof came out."""
    by = actor_of(request)
    seen = queries.one(entry, by, only)
    names = activity.Names([seen.row, *seen.beside], by, shown=MOST_NAMED)
    beside_list = request.headers.get("HX-Target") == "panel"
    shown: dict[str, Any] = {
        "row": seen.row,
        "line": activity.line(seen.row, names),
        "own": only is not None,
        "facts": screen.facts(seen.row, seen.signed_in),
        "parts": screen.parts(seen.row.excerpts),
        "whose": names.whose(seen.row),
        "left": max(len(seen.row.subjects) - MOST_NAMED, 0),
        "beside": [activity.line(row, names) for row in seen.beside],
        "began": seen.signed_in,
        "device": seen.signed_in.detail.get("device") if seen.signed_in else None,
        "proof": None if beside_list else proving.of(seen.row),
        "steps": proving.STEPS,
        "in_the_page": proving.IN_THE_PAGE,
    }
    nothing = {"words": None, "checked": None, "refusal": None}
    return render(request, f"compliance/entry.html{'#side' if beside_list else ''}", shown | nothing | found)
