"""Pages of disclosures: log one in half a minute, see what left about a patient, take the accounting out."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell import charts
from keepwell.access import offering
from keepwell.access.models import Practice
from keepwell.access.pages import page
from keepwell.access.persons import persons
from keepwell.access.policy import Can, may
from keepwell.access.words import CLASSES
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.outbound.agreements import today_at
from keepwell.patients.excerpts import Header, NameTag
from keepwell.patients.merging import known
from keepwell.patients.views import chart_of
from keepwell.privacy import actions, pairing, report, sources
from keepwell.privacy.accounting import MAY_BE_WITHHELD, RULES
from keepwell.privacy.actions import Said
from keepwell.privacy.excerpts import Told
from keepwell.privacy.forms import ASKED, WAYS, DisclosureForm
from keepwell.privacy.models import Disclosure
from keepwell.scheduling import wall
from keepwell.vault.phi import PhiClass

SHOWN = 100
WORDS = {"ways": WAYS, "rules": RULES, "class_words": CLASSES, "chart_of": chart_of}


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


@require_http_methods(["GET", "POST"])
@page(Can.LOG_DISCLOSURES, purpose=Purpose.HOPERAT)
def log(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Write down what went to whom; below, what the same person logged about this patient today."""
    by = actor_of(request)
    tag = charts.open(patient, NameTag, by=by, listed=False).one(NameTag)
    signed = {str(a.id): a for a in offering.usable(patient, by=by)}
    choices = [(key, _("signed on {day}").format(day=f"{a.signed_at:%Y-%m-%d}")) for key, a in signed.items()]
    form = DisclosureForm(request.POST if request.method == "POST" else None, signed=choices)
    if form.is_bound and form.is_valid():
        try:
            said = form.cleaned_data | {"authorization": signed.get(form.cleaned_data["authorization"])}
            said["classes"] = frozenset(PhiClass(c) for c in said["classes"])
            row = actions.disclose(patient, Said(**said), by=by)
            return HttpResponseRedirect(f"{reverse('disclosure-log', args=[patient])}?done={row.id}")
        except Refusal as refusal:
            form.refuse(refusal)
    mine = Disclosure.objects.filter(patient_id=patient, logged_by_id=by.id, withdrawn_at=None)
    since = clock.now() - actions.MISTAKEN_FOR
    shown = {
        "patient": patient,
        "tag": tag,
        "form": form,
        "mine": list(mine.filter(logged_at__gt=since, origin_id=None).order_by("-logged_at")[:10]),
        "accounts": may(by, Can.ACCOUNT_DISCLOSURES),
    }
    return render(request, "privacy/log.html", shown | WORDS, status=422 if form.is_bound else 200)


@require_POST
@page(Can.LOG_DISCLOSURES, purpose=Purpose.HOPERAT)
def withdraw(request: HttpRequest, patient: UUID, disclosure: UUID) -> HttpResponse:
    """It was logged by mistake."""
    row = Disclosure.objects.filter(id=disclosure, patient_id=patient).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    actions.withdraw(row, by=actor_of(request))
    back = "disclosures" if may(actor_of(request), Can.ACCOUNT_DISCLOSURES) else "disclosure-log"
    return HttpResponseRedirect(reverse(back, args=[patient]))


@require_GET
@page(Can.ACCOUNT_DISCLOSURES, purpose=Purpose.HCOMPL)
def listed(request: HttpRequest, patient: UUID) -> HttpResponse:
    """What left about a patient: what has to be accounted for, or everything."""
    return _listed(request, patient)


@require_POST
@page(Can.ACCOUNT_DISCLOSURES, purpose=Purpose.HCOMPL)
def withhold(request: HttpRequest, patient: UUID, disclosure: UUID) -> HttpResponse:
    """An agency asked to be left out of accountings for a time, or its time is over."""
    row = Disclosure.objects.filter(id=disclosure, patient_id=patient).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    try:
        until = dt.date.fromisoformat(request.POST["until"]) if request.POST.get("until") else None
    except ValueError:
        raise Refusal("CHOICE_UNKNOWN", field="until") from None
    try:
        actions.withhold(row, until, request.POST.get("asked", ""), by=actor_of(request))
    except Refusal as refusal:
        return _listed(request, patient, refusal)
    return HttpResponseRedirect(reverse("disclosures", args=[patient]))


def _listed(request: HttpRequest, patient: UUID, refusal: Refusal | None = None) -> HttpResponse:
    by = actor_of(request)
    everything = request.GET.get("show") == "all"
    chart, rows, told = _read(patient, by, everything=everything)
    shown = {
        "patient": patient,
        "header": chart.one(Header),
        "rows": [(row, told[row.id]) for row in rows[:SHOWN] if row.id in told],
        "more": len(rows) > SHOWN,
        "uncertain": sources.uncertain(rows[:SHOWN]),
        "everything": everything,
        "filters": [
            (_("To be accounted for"), reverse("disclosures", args=[patient]), not everything),
            (_("Everything that left"), reverse("disclosures", args=[patient]) + "?show=all", everything),
        ],
        "today": today_at(_practice(by)),
        "may_log": may(by, Can.LOG_DISCLOSURES),
        "withholdable": MAY_BE_WITHHELD,
        "asked": ASKED,
        "refusal": refusal,
    }
    return render(request, "privacy/disclosures.html", shown | WORDS, status=refusal.status if refusal else 200)


@require_POST
@page(Can.ACCOUNT_DISCLOSURES, purpose=Purpose.HCOMPL)
def account(request: HttpRequest, patient: UUID) -> HttpResponse:
    """The accounting as a file. Refused while something that left has no row."""
    by = actor_of(request)
    form = request.POST.get("form", "")
    if form not in ("csv", "pdf"):
        raise Refusal("CHOICE_UNKNOWN", field="form")
    known(patient)
    pairing.refuse_unpaired(patient, by)
    chart, rows, told = _read(patient, by, everything=False)
    practice = _practice(by)
    today = today_at(practice)
    found = report.lines(rows, told, today, wall.zone(practice.time_zone), sources.uncertain(rows))
    if form == "csv":
        answer = HttpResponse(report.table(found), content_type="text/csv; charset=utf-8")
    else:
        made = report.paper(found, _who(chart.one(Header)), practice, today)
        answer = HttpResponse(made, content_type="application/pdf")
    actions.accounted(patient, by=by)
    answer.headers["Content-Disposition"] = f'attachment; filename="accounting-{today:%Y-%m-%d}.{form}"'
    return answer


def _read(patient: UUID, by: Actor, *, everything: bool) -> tuple[charts.Chart, list[Disclosure], dict[UUID, Told]]:
    """One opening: whom it is about, and the lines. Records merged into one person count as one."""
    chart = charts.open(patient, Header, Told, by=by, listed=False)
    records = list(persons([patient])[patient])
    practice = _practice(by)
    where = wall.zone(practice.time_zone)
    rows = _all(records) if everything else report.counting(records, today_at(practice), where)
    found = chart.all(Told, Disclosure.objects.filter(id__in=[row.id for row in rows]))
    return chart, rows, {one.pk: one for each in found.values() for one in each}


def _all(records: list[UUID]) -> list[Disclosure]:
    rows = Disclosure.objects.filter(patient_id__in=records, withdrawn_at=None).select_related("logged_by")
    return list(rows.order_by("-disclosed_at", "id")[: SHOWN + 1])


def _who(header: Header) -> dict[str, Any]:
    born = f"{header.birth_date:%Y-%m-%d}" if header.birth_date else "unknown"
    return {"patient": header.name, "born": born, "record": header.record_number}


def _practice(by: Actor) -> Practice:
    return Practice.objects.get(id=by.practice)
