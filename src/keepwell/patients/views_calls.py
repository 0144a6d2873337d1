"""Somebody is on the phone: who is it, what may they be told, may a message be left. One tap writes it down."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from keepwell import charts
from keepwell.access import consents, policy
from keepwell.access.models import Membership
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients import calling, flags, handling
from keepwell.patients.calling import Call
from keepwell.patients.codes import (
    HANDLING,
    IDENTIFIERS,
    NOT_SAID,
    RELATIONSHIPS,
    TELL,
    TOLD,
    USES,
    VOICEMAIL,
)
from keepwell.patients.consents import reminding
from keepwell.patients.excerpts import Addresses, Coverages, Header, Reach, Relations
from keepwell.patients.excerpts_calls import CallManners, Checks, Handlings
from keepwell.patients.models import CallerCheck, RelatedPerson
from keepwell.patients.views import actor_of, chart_of
from keepwell.patients.views_restrictions import header_of, known, speaks_with

SHOWN = 5


@require_GET
@page(Can.FIND_PATIENTS, purpose=Purpose.HOPERAT)
def call(request: HttpRequest, patient: UUID) -> HttpResponse:
    """What to ask, hidden until it is tapped; who may be told what; whether to leave a message."""
    return _page(request, patient)


@require_POST
@page(Can.FIND_PATIENTS, purpose=Purpose.HOPERAT)
def check(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Verified and told, or not verified and told nothing."""
    by, asked = actor_of(request), request.POST
    speaks_with(patient, by)
    call = _call(patient, asked.get("who", ""), asked.getlist("knew"), asked.getlist("told"), request)
    try:
        if asked.get("outcome") == "no":
            calling.not_verified(patient, call, by=by)
        else:
            calling.verified(patient, call, by=by)
    except Refusal as refusal:
        return _page(request, patient, refusal)
    return HttpResponseRedirect(reverse("call", args=[patient]))


@require_POST
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def rules(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Voicemail and the word for the phone."""
    by, said = actor_of(request), request.POST
    speaks_with(patient, by)
    try:
        calling.set_rules(patient, said.get("voicemail", ""), said.get("safe_word", ""), by=by)
    except Refusal as refusal:
        return _page(request, patient, refusal)
    return HttpResponseRedirect(reverse("call", args=[patient]))


@require_POST
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def flag(request: HttpRequest, patient: UUID) -> HttpResponse:
    """One more thing the front desk sees at once."""
    by, said = actor_of(request), request.POST
    speaks_with(patient, by)
    try:
        calling.flag(patient, said.get("flag", ""), more=said.get("more", ""), by=by)
    except Refusal as refusal:
        return _page(request, patient, refusal)
    return HttpResponseRedirect(reverse("call", args=[patient]))


@require_POST
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def unflag(request: HttpRequest, patient: UUID, mark: UUID) -> HttpResponse:
    """It no longer holds."""
    by = actor_of(request)
    speaks_with(patient, by)
    calling.unflag(patient, mark, by=by)
    return HttpResponseRedirect(reverse("call", args=[patient]))


def _call(patient: UUID, who: str, knew: list[str], told: list[str], request: HttpRequest) -> Call:
    """The call as it was said; what a related person may be told is read here and believed of no form."""
    if not who:
        return Call(knew=knew, told=told)
    chart = header_of(patient, actor_of(request), Relations)
    rows = _standing(chart, patient)
    found = next((row for row in rows if str(row.pk) == who), None)
    if found is None:
        raise Refusal("NOT_FOUND")
    return Call(knew=knew, told=told, related=found.pk, name=found.name, level=found.tell or "")


def _standing(chart: charts.Chart | None, patient: UUID) -> list[Relations]:
    if chart is None or Relations not in chart:
        return []
    return chart.all(Relations, RelatedPerson.objects.filter(ended_at=None).order_by("began_at", "id")).get(patient, [])


def _page(request: HttpRequest, patient: UUID, refusal: Refusal | None = None) -> HttpResponse:
    by = actor_of(request)
    known(patient)
    asked = (Header, Reach, Addresses, Coverages, Relations, CallManners, Handlings, Checks)
    chart = header_of(patient, by, *asked[1:])
    if chart is None:
        raise policy.refused(by, policy.visible(by), [patient]).get(patient, Refusal("NOT_FOUND"))
    header, manners = chart.one(Header), _current(chart, CallManners, patient)
    checks = _some(chart, Checks, patient)
    names = Membership.objects.filter(id__in={row.taken_by for row in checks}).values_list("id", "name")
    context: dict[str, Any] = {
        "patient": patient,
        "header": header,
        "flags": flags.of(patient, by=by),
        "chart_href": chart_of(patient),
        "refusal": refusal,
        "ticked": {"who": request.POST.get("who", ""), "knew": request.POST.getlist("knew"),
                   "told": request.POST.getlist("told")},
        "numbers": _numbers(chart, patient, by),
        "facts": _facts(chart, header, manners, patient),
        "manners": manners,
        "not_said": VOICEMAIL[NOT_SAID],
        "uses": USES,
        "voicemail": list(VOICEMAIL.items()),
        "words": VOICEMAIL,
        "related": [(row, RELATIONSHIPS.get(row.relationship, ""), TELL[row.tell or "nothing"])
                    for row in _standing(chart, patient)],
        "told": list(TOLD.items()),
        "told_words": TOLD,
        "knew_words": IDENTIFIERS,
        "marks": handling.marks(chart).get(patient, []) if Handlings in chart else [],
        "kinds": [(key, words) for key, (words, _icon, _named) in HANDLING.items()],
        "checks": checks,
        "names": dict(names),
        "sets": policy.may(by, Can.RECORD_CONSENTS),
    }  # fmt: skip
    return render(request, "patients/call.html", context, status=refusal.status if refusal else 200)


def _numbers(chart: charts.Chart, patient: UUID, by: Actor) -> list[tuple[Reach, str]]:
    """The numbers to call them by, each with why it may not be called, if they asked for that."""
    found = [row for row in _some(chart, Reach, patient) if row.ended_at is None and row.system in ("phone", "sms")]
    answers = consents.may_reach(reminding.calls(patient, [row.pk for row in found]), by=by)
    return [(row, consents.sentence(no) if no else "") for row, no in zip(found, answers, strict=True)]


def _facts(chart: charts.Chart, header: Header, manners: Any, patient: UUID) -> list[tuple[str, Any, list[Any]]]:
    """What they may be asked, each with what is on file; nothing on file, nothing to ask."""
    reach = [row for row in _some(chart, Reach, patient) if row.ended_at is None]
    homes = [row for row in _some(chart, Addresses, patient) if row.ended_at is None]
    payers = [row for row in _some(chart, Coverages, patient) if row.ended_at is None]
    on_file: dict[str, list[Any]] = {
        "birth_date": [header.birth_date] if header.birth_date else [],
        "address": [" ".join((*home.where.get("line", []), home.where.get("postalCode", ""))) for home in homes],
        "phone": [row.value for row in reach if row.system in ("phone", "sms")],
        "email": [row.value for row in reach if row.system == "email"],
        "record_number": [header.record_number],
        "member_number": [row.member_number for row in payers],
        "safe_word": [manners.safe_word] if manners and manners.safe_word else [],
    }
    order = sorted(on_file, key=lambda name: name != "safe_word")
    return [(name, IDENTIFIERS[name], on_file[name]) for name in order if on_file[name]]


def _current(chart: charts.Chart, excerpt: type[Any], patient: UUID) -> Any:
    rows = [row for row in _some(chart, excerpt, patient) if row.ended_at is None]
    return rows[0] if rows else None


def _some(chart: charts.Chart, excerpt: type[Any], patient: UUID) -> list[Any]:
    if excerpt not in chart:
        return []
    if excerpt is Checks:
        since = CallerCheck.objects.filter(at__gt=dt.datetime.now(dt.UTC) - dt.timedelta(days=365))
        return chart.all(excerpt, since.order_by("-at", "id")).get(patient, [])[:SHOWN]
    return chart.all(excerpt).get(patient, [])
