"""Settings: the practice's own systems that are told what happens; their key is shown once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.outbound import gate
from keepwell.outbound import words as sentences
from keepwell.outbound.models import ServiceKind, VendorService, Webhook, WebhookDelivery
from keepwell.outbound.webhooks import endpoints, words
from keepwell.patients.views import actor_of

Status = WebhookDelivery.Status
MOST = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One service that may be told, why it is not, and its endpoint."""

    service: VendorService
    trouble: str
    webhook: Webhook | None


@dataclass(frozen=True, slots=True)
class Line:
    """One delivery that waits or failed, in words."""

    delivery: WebhookDelivery
    event: str
    why: str


@require_GET
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN)
def webhooks(request: HttpRequest) -> HttpResponse:
    """Every service of the register that may be told, and how far it is."""
    by = actor_of(request)
    standing = {w.service_id: w for w in Webhook.objects.filter(ended_at=None).order_by("id")}
    services = _services().order_by("vendor__name", "name", "id")
    rows = [Row(each, _trouble(each, by), standing.get(each.id)) for each in services]
    return render(request, "outbound/webhooks.html", {"rows": rows})


@require_GET
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN)
def webhook(request: HttpRequest, service: UUID) -> HttpResponse:
    """One endpoint: what it is told, and what it did not take."""
    return _shown(request, service)


@require_POST
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN, fresh=True)
def register(request: HttpRequest, service: UUID) -> HttpResponse:
    """An endpoint, and its key this once."""
    try:
        made = endpoints.register(
            service,
            request.POST.dict(),
            request.POST.getlist("events"),
            by=actor_of(request),
            a_minute=_many(request),
        )
    except Refusal as refusal:
        return _refused(request, service, refusal)
    return _shown(request, service, key=made.key)


@require_POST
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN, fresh=True)
def renew(request: HttpRequest, service: UUID) -> HttpResponse:
    """A new key, shown this once; the one before it signs nothing any more."""
    made = endpoints.renew(_standing(service).id, by=actor_of(request))
    return _shown(request, service, key=made.key)


@require_POST
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN)
def choose(request: HttpRequest, service: UUID) -> HttpResponse:
    """Other events from now on."""
    row = _standing(service)
    try:
        endpoints.choose(row.id, request.POST.getlist("events"), by=actor_of(request), a_minute=_many(request))
    except Refusal as refusal:
        return _refused(request, service, refusal)
    return HttpResponseRedirect(reverse("webhook", args=[service]))


@require_POST
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN)
def end(request: HttpRequest, service: UUID) -> HttpResponse:
    """It is told nothing any more."""
    endpoints.end(_standing(service).id, by=actor_of(request))
    return HttpResponseRedirect(reverse("webhook", args=[service]))


@require_POST
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN)
def retry(request: HttpRequest, service: UUID) -> HttpResponse:
    """What it did not take is sent again: one event, or all of them."""
    only = request.POST.get("only", "")
    try:
        one = UUID(only) if only else None
    except ValueError:
        raise Refusal("NOT_FOUND") from None
    endpoints.retry(_standing(service).id, by=actor_of(request), only=one)
    return HttpResponseRedirect(reverse("webhook", args=[service]))


def _shown(request: HttpRequest, service: UUID, status: int = 200, **more: Any) -> HttpResponse:
    by = actor_of(request)
    found = _services().filter(id=service).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    standing = Webhook.objects.filter(service=found).order_by("-made_at", "id").first()
    live = standing if standing and standing.ended_at is None else None
    shown = {
        "service": found, "trouble": _trouble(found, by), "live": live, "events": words.EVENTS, "way": endpoints.WAY,
        "over": standing if standing and standing.ended_at else None,
        "over_why": words.because(standing.ended_for, found.vendor.name) if standing else "",
        "chosen": request.POST.getlist("events") or (live.events if live else []),
        "said": {ask.name: request.POST.get(ask.name, "") for ask in endpoints.WAY.asks},
        "a_minute": request.POST.get("a_minute", live.a_minute if live else 60),
        "key": "", "refusal": None,
    }  # fmt: skip
    shown |= _deliveries(live, found.vendor.name)
    return render(request, "outbound/webhook.html", shown | more, status=status)


def _deliveries(live: Webhook | None, vendor: str) -> dict[str, Any]:
    """How many were told, wait and failed, and those that failed with their reasons."""
    if live is None:
        return {"counts": {}, "failed": []}
    of = WebhookDelivery.objects.filter(webhook=live)
    counts = of.aggregate(
        told=Count("id", filter=Q(status=Status.SENT)),
        waiting=Count("id", filter=Q(status__in=(Status.DUE, Status.SENDING))),
        failed=Count("id", filter=Q(status=Status.FAILED)),
    )
    failed = list(of.filter(status=Status.FAILED).order_by("-at", "id")[:MOST])
    lines = [Line(d, str(words.EVENTS.get(d.verb, d.verb)), words.because(d.reason, vendor)) for d in failed]
    return {"counts": counts, "failed": lines}


def _refused(request: HttpRequest, service: UUID, refusal: Refusal) -> HttpResponse:
    if not refusal.field:
        raise refusal
    return _shown(request, service, refusal.status, refusal=refusal)


def _services() -> Any:
    standing = VendorService.objects.filter(kind=ServiceKind.WEBHOOK, ended_at=None, vendor__ended_at=None)
    return standing.select_related("vendor", "practice")


def _trouble(service: VendorService, by: Actor) -> str:
    answer = gate.may_be_told(service, by=by)
    return sentences.because(answer.code, answer.facts) if isinstance(answer, Refusal) else ""


def _standing(service: UUID) -> Webhook:
    row = Webhook.objects.filter(service_id=service, ended_at=None).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def _many(request: HttpRequest) -> int:
    said = request.POST.get("a_minute", "60").strip()
    return int(said) if said.isdecimal() and len(said) < 6 else 0
