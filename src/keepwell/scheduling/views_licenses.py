"""Licenses: who may treat patients in which state, at a glance, and one provider's in full."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import Membership, Practice
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.views import actor_of
from keepwell.scheduling import conflicts, licenses, slots
from keepwell.scheduling.excerpts import LicenseEvidence
from keepwell.scheduling.forms_licenses import KINDS, LicenseForm, RenewForm
from keepwell.scheduling.models import License
from keepwell.scheduling.providers import provider, providers

SOON = max(licenses.AHEAD)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a provider holds in a state: the license that lasts longest, its days left, or when the last one ended."""

    license: License
    days: int | None
    valid: bool

    @property
    def tone(self) -> str:
        if not self.valid:
            return "danger"
        return "look" if self.days is not None and self.days <= SOON else "good"


@require_GET
@page(Can.SEE_LICENSES, purpose=Purpose.HOPERAT)
def matrix(request: HttpRequest) -> HttpResponse:
    """Providers down, states across."""
    who, today = list(providers()), timezone.localdate()
    held: dict[tuple[UUID, str], list[License]] = {}
    for row in License.objects.filter(practitioner__in=[m.id for m in who], ended_at=None).order_by("valid_from"):
        held.setdefault((row.practitioner_id, row.state), []).append(row)
    home = Practice.objects.values_list("state", flat=True).get()
    states = sorted({state for _, state in held} | ({home} if home else set()))
    rows = [(m, [cell(held.get((m.id, state), []), today) for state in states]) for m in who]
    return render(request, "scheduling/licenses.html", {"states": states, "rows": rows, "kinds": KINDS})


def cell(rows: list[License], today: dt.date) -> Cell | None:
    """What several licenses of one state come to."""
    if not rows:
        return None
    valid = [row for row in rows if slots.lasts(row, today)]
    best = max(valid or rows, key=lambda row: row.valid_until or dt.date.max)
    last = max((row.valid_until or dt.date.max) for row in rows)
    days = None if last == dt.date.max else (last - today).days
    return Cell(best, days, bool(valid))


@require_GET
@page(Can.SEE_LICENSES, purpose=Purpose.HOPERAT)
def licenses_of(request: HttpRequest, member: UUID) -> HttpResponse:
    """One provider's licenses."""
    return _page(request, provider(member), actor_of(request))


@require_POST
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def record(request: HttpRequest, member: UUID) -> HttpResponse:
    """One more is recorded."""
    whose, by, form = provider(member), actor_of(request), LicenseForm(request.POST)
    if form.is_valid():
        said = dict(form.cleaned_data)
        try:
            licenses.record_license(whose.id, said.pop("state"), said.pop("number"), by=by, **said)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _back(whose.id)
    return _page(request, whose, by, form=form, status=422)


@require_POST
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def renew(request: HttpRequest, license: UUID) -> HttpResponse:
    """It goes on until another day."""
    row, by = _license(license), actor_of(request)
    form = RenewForm(request.POST, prefix=str(row.id))
    if form.is_valid():
        try:
            licenses.renew_license(row, form.cleaned_data["valid_until"], by=by, evidence=form.cleaned_data["evidence"])
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _back(row.practitioner_id)
    return _page(request, row.practitioner, by, renewing=form, renewed=row.id, status=422)


@require_POST
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def withdraw(request: HttpRequest, license: UUID) -> HttpResponse:
    """It counts no more. What is booked on it is shown, to be moved."""
    row, by = _license(license), actor_of(request)
    licenses.withdraw_license(row, by=by)
    licenses.settle(by=by)
    return _page(request, row.practitioner, by, withdrawn=row)


def _page(request: HttpRequest, whose: Membership, by: Actor, *, status: int = 200, **given: Any) -> HttpResponse:
    today = timezone.localdate()
    rows = list(License.objects.filter(practitioner_id=whose.id).order_by("ended_at", "state", "-valid_from"))
    told = _evidence(rows, by)
    gone: License | None = given.get("withdrawn")
    shown = {
        "whose": whose,
        "manages": policy.may(by, Can.MANAGE_SCHEDULES),
        "rows": [(row, KINDS[row.kind], _state(row, today), told.get(row.id)) for row in rows],
        "form": given.get("form") or LicenseForm(initial={"valid_from": today}),
        "renewing": given.get("renewing"),
        "renewed": given.get("renewed"),
        "renew_form": lambda row: RenewForm(prefix=str(row.id)),
        "withdrawn": gone,
        "moves": conflicts.lines(conflicts.without(gone), by) if gone else [],
        "now": today,
    }
    return render(request, "scheduling/licenses_of.html", shown, status=status)


def _evidence(rows: list[License], by: Actor) -> dict[UUID, str | None]:
    """Where each was looked up; no opening where nothing is written."""
    ids = [row.id for row in rows if row.evidence is not None]
    if not ids:
        return {}
    told = charts.open(by.practice, LicenseEvidence, by=by).all(LicenseEvidence, License.objects.filter(id__in=ids))
    return {one.pk: one.evidence for many in told.values() for one in many}


def _state(row: License, today: dt.date) -> str:
    if row.ended_at is not None:
        return "withdrawn"
    if row.valid_until is not None and row.valid_until < today:
        return "expired"
    return "coming" if row.valid_from > today else "valid"


def _license(license: UUID) -> License:
    found = License.objects.select_related("practitioner").filter(id=license, ended_at=None).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found


def _back(member: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("licenses-of", args=[member]))
