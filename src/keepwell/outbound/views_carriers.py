"""Settings: carriers and what Keepwell signs in with there, how the practice writes, and every fixed wording."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.outbound import actions, agreements, callbacks, connections, reaching, wording, words
from keepwell.outbound.agreements import Carrier
from keepwell.outbound.asks import Draft
from keepwell.outbound.clearance import Held
from keepwell.outbound.connections import WAYS, Way
from keepwell.outbound.letters import LETTERS, Letter
from keepwell.outbound.models import Connection, Message, VendorService
from keepwell.outbound.vendors.words import channel_word
from keepwell.outbound.wording import NOTICES, Filling, Kind
from keepwell.patients.views import actor_of

OURS = {way.channel.value: way for way in WAYS.values()}
CALL_BACK = frozenset({"sms", "fax", "voice"})
MADE_UP = {
    Kind.MOMENT: dt.datetime(2027, 3, 2, 20, 0, tzinfo=dt.UTC).isoformat(),
    Kind.DAY: "2027-03-02", Kind.LINK: "/a/7f3k",
    Kind.CODE: "482913", Kind.COUNT: 3, Kind.PHONE: "617-555-0100",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One service that could carry messages, and how far it is."""

    service: VendorService
    way: Way
    channel: str
    connection: Connection | None
    trouble: str
    until: dt.date | None
    calls: str = ""
    last: Message | None = None

    @property
    def fate(self) -> str:
        """What became of the last message through it, with the reason if it was refused."""
        return "" if self.last is None else words.why(self.last) or words.status(self.last)


@require_GET
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN)
def carriers(request: HttpRequest) -> HttpResponse:
    """Who carries what, whether their agreement holds, and whether they are connected."""
    return _carriers(request)


def _carriers(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    by = actor_of(request)
    shown = {
        "rows": rows(by),
        "sender": reaching.sender(by),
        "sender_error": None,
        "tested": request.GET.get("tested", ""),
    }
    return render(request, "outbound/carriers.html", shown | more, status=status)


def rows(by: Actor) -> list[Row]:
    """Every standing service for a channel that Keepwell can speak to."""
    services = VendorService.objects.filter(kind__in=list(OURS), ended_at=None, vendor__ended_at=None)
    standing = {c.service_id: c for c in Connection.objects.filter(ended_at=None).order_by("id")}
    tried = Message.objects.filter(connection__in=[c.id for c in standing.values()], sending_at__isnull=False)
    last = {m.connection: m for m in tried.order_by("connection", "-sending_at", "id").distinct("connection")}
    found = [_row(s, standing.get(s.id), by) for s in services.select_related("vendor").order_by("kind", "rank", "id")]
    return [replace(row, last=last.get(row.connection.id)) if row.connection else row for row in found]


def _row(service: VendorService, connection: Connection | None, by: Actor) -> Row:
    try:
        answer: Carrier | Refusal = agreements.cleared(service.id, by=by, classes=agreements.REACHES)
    except Refusal as refusal:
        answer = refusal
    trouble = words.because(answer.code, answer.facts) if isinstance(answer, Refusal) else ""
    until = None if isinstance(answer, Refusal) else answer.until
    called = connection is not None and connection.connector in CALL_BACK
    calls = callbacks.address(connection.id, by=by) if connection and called else ""
    return Row(service, OURS[service.kind], channel_word(service.kind), connection, trouble, until, calls)


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN, fresh=True)
def connect(request: HttpRequest, service: UUID) -> HttpResponse:
    """What Keepwell signs in with at a carrier. What was written before is shown to nobody again."""
    by = actor_of(request)
    found = (
        VendorService.objects.select_related("vendor").filter(id=service, ended_at=None, kind__in=list(OURS)).first()
    )
    if found is None:
        raise Refusal("NOT_FOUND")
    way, refusal, a_minute = OURS[found.kind], None, request.POST.get("a_minute", "60")
    if request.method == "POST":
        try:
            many = int(a_minute) if a_minute.isdecimal() else 0
            connections.connect(service, way.connector, request.POST.dict(), by=by, a_minute=many)
            return HttpResponseRedirect(reverse("carriers"))
        except Refusal as wrong:
            refusal = wrong
    said = {ask.name: "" if ask.secret else request.POST.get(ask.name, "") for ask in way.asks}
    shown = {"service": found, "way": way, "said": said, "refusal": refusal, "a_minute": a_minute}
    return render(request, "outbound/connect.html", shown, status=refusal.status if refusal else 200)


@require_POST
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN, fresh=True)
def disconnect(request: HttpRequest, connection: UUID) -> HttpResponse:
    """What would go through it waits from now on."""
    connections.disconnect(connection, by=actor_of(request))
    return HttpResponseRedirect(reverse("carriers"))


@require_POST
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN)
def test(request: HttpRequest) -> HttpResponse:
    """A test message to oneself, through the gate and the dispatcher like any other."""
    by = actor_of(request)
    draft = Draft("connection.test", member=by.id, ways=(Channel.EMAIL,), values={"at": clock.now()})
    answer = actions.send(draft, by=by)
    said = words.because(answer.code, answer.facts) if isinstance(answer, Held) else ""
    shown: dict[str, Any] = (
        {"test_held": said} if said else {"test_sent": _("A test is on its way to the address you sign in with.")}
    )
    return _carriers(request, **shown)


@require_POST
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN, fresh=True)
def describe(request: HttpRequest) -> HttpResponse:
    """Under which name the practice writes, whom to call, and where it is."""
    posted = {name: request.POST.get(name, "") for name in ("name", "neutral", "phone", "postal", "site")}
    try:
        connections.describe(posted.pop("name"), by=actor_of(request), **posted)
    except Refusal as refusal:
        return _carriers(request, refusal.status, sender_error=refusal)
    return HttpResponseRedirect(reverse("carriers"))


@require_GET
@page(Can.MANAGE_CARRIERS, purpose=Purpose.HSYSADMIN)
def wordings(request: HttpRequest) -> HttpResponse:
    """Every fixed wording with its version, in both languages, as a made-up patient would get it."""
    by = actor_of(request)
    writes = reaching.sender(by)
    name = writes.neutral or writes.name
    shown = [
        _shown(made, name, writes) for made in sorted(NOTICES.values(), key=lambda n: (n.for_staff, n.topic, n.name))
    ]
    letters = [_lettered(LETTERS[name]) for name in sorted(LETTERS)]
    return render(request, "outbound/wordings.html", {"notices": shown, "letters": letters})


def _lettered(made: Letter) -> dict[str, Any]:
    texts = []
    for language in wording.LANGUAGES:
        with override(language):
            texts.append((language, made.sample()))
    return {"made": made, "texts": texts}


def _shown(made: wording.Notice, name: str, writes: Any) -> dict[str, Any]:
    values = {n: MADE_UP[kind] for n, kind in made.variables.items()}
    texts: list[tuple[str, str, str, str]] = []
    for language in wording.LANGUAGES:
        for level in wording.LEVELS:
            site = f"https://{writes.site}" if writes.site else "https://…"
            filled = Filling(name, site, writes.phone or "…", writes.postal, "Ada", "America/New_York", language, level)
            said = wording.render(made, values, filled, Channel.EMAIL)
            if all(said.text != text for _l, _v, _s, text in texts):
                texts.append((language, level, said.subject, said.text))
    return {"made": made, "texts": texts}
