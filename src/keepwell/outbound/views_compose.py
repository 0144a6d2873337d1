"""A notice or a letter to one patient: chosen, looked at as it would leave, sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from keepwell import charts
from keepwell.access import offering, texting
from keepwell.access.pages import page
from keepwell.access.persons import persons
from keepwell.access.policy import Can
from keepwell.access.rights import MEANT, RULES
from keepwell.base.actor import Actor, Purpose
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.outbound import actions, connections, letters
from keepwell.outbound.asks import Draft, Elsewhere
from keepwell.outbound.letters import LETTERS
from keepwell.outbound.preview import preview
from keepwell.outbound.vendors.words import channel_word
from keepwell.outbound.wording import NOTICES
from keepwell.patients.excerpts import NameTag
from keepwell.patients.merging import known
from keepwell.patients.views import actor_of, chart_of

WAYS = (Channel.SMS, Channel.EMAIL, Channel.LETTER, Channel.FAX)


FAX_FIELDS = ("number", "recipient", "right", "why", "authorization")
LEVELS = [
    ("least", gettext_lazy("Only that there is a message")),
    ("usual", gettext_lazy("Time and clinic")),
    ("full", gettext_lazy("Time, clinic and first name")),
]


def choices(way: str = "") -> list[tuple[str, Any]]:
    """What can be sent by hand: letters, and notices that need nothing filled in. By fax only letters."""
    written = [(each.name, each.title) for each in LETTERS.values() if each.by_hand]
    if way == Channel.FAX:
        return written
    plain = [(n.name, n.title) for n in NOTICES.values() if not n.variables and not n.for_staff and not n.for_anybody]
    return [*plain, *written]


@dataclass(frozen=True, slots=True, repr=False)
class Chosen:
    """What the page was asked for: which notice or letter, by which way, and for a fax to whom."""

    what: str
    way: str
    elsewhere: Elsewhere | None

    @classmethod
    def of(cls, asked: QueryDict, *, posted: bool) -> Chosen:
        """Who gets a fax is told of a patient, so it stands in no address: it counts only where it was posted."""
        way = asked.get("by", "") if asked.get("by", "") in set(WAYS) else ""
        known = dict(choices(way))
        what = asked.get("what", "please.call")
        faxed = way == Channel.FAX and posted
        return cls(what if what in known else next(iter(known)), way, _elsewhere(asked) if faxed else None)

    @property
    def faxed(self) -> bool:
        return self.way == Channel.FAX

    @property
    def whole(self) -> bool:
        """Whether there is something to look at: of a fax only once it is said to whom."""
        return not self.faxed or self.elsewhere is not None

    @property
    def ways(self) -> tuple[Channel, ...]:
        return (Channel(self.way),) if self.way else (Channel.SMS, Channel.EMAIL)


def _elsewhere(asked: QueryDict) -> Elsewhere:
    said = {name: asked.get(name, "").strip() for name in ("number", "recipient", "right", "why")}
    try:
        signed = UUID(asked.get("authorization", "")) if asked.get("authorization") else None
    except ValueError:
        raise Refusal("CHOICE_UNKNOWN", field="authorization") from None
    return Elsewhere(**said, authorization=signed)


@require_http_methods(["GET", "POST"])
@page(Can.USE_OUTBOX, purpose=Purpose.HOPERAT)
def compose(request: HttpRequest, patient: UUID) -> HttpResponse:
    """GET shows what would leave; POST sends it, or lets it wait with its reason. `look` only shows it."""
    known(patient)
    by, posted = actor_of(request), request.method == "POST"
    asked = request.POST if posted else request.GET
    chosen, seen, refusal = Chosen.of(asked, posted=posted), None, None
    try:
        if chosen.whole:
            draft = drafted(patient, chosen, by)
            _offered(patient, chosen, by)
            if posted and "look" not in asked:
                actions.send(replace(draft, key=_once(patient, asked.get("once", ""))), by=by)
                return HttpResponseRedirect(f"{reverse('outbox')}?show=planned")
            seen = preview(draft, by=by)
    except Refusal as wrong:
        if wrong.field not in FAX_FIELDS:
            raise
        refusal = wrong
    shown = {
        "patient": patient,
        "shown": seen,
        "name": seen.name if seen else charts.open(patient, NameTag, by=by, listed=False).one(NameTag).name,
        "whats": choices(chosen.way),
        "ways": [("", _("Text, else e-mail")), *((c, channel_word(c)) for c in WAYS)],
        "chosen": chosen,
        "once": new_id(),
        "refusal": refusal,
        "chart": chart_of(patient),
        "level": seen.level if seen else "",
        "stopped": bool(texting.stopped(persons([patient])[patient])),
        "levels": LEVELS,
    }
    shown |= _fax(patient, by) if chosen.faxed else {}
    return render(request, "outbound/compose.html", shown, status=refusal.status if refusal else 200)


def _offered(patient: UUID, chosen: Chosen, by: Actor) -> None:
    """An authorization that this form offers to them, or none: any other is refused as one that is not there."""
    named = chosen.elsewhere.authorization if chosen.elsewhere else None
    if named is not None and named not in {each.id for each in offering.usable(patient, by=by)}:
        raise Refusal("DISCLOSURE_UNAUTHORIZED", field="authorization")


def _fax(patient: UUID, by: Actor) -> dict[str, Any]:
    """What only a fax asks: by what right, and which authorizations there are."""
    usable = offering.usable(patient, by=by)
    signed = [(str(a.id), _("signed on {day}").format(day=f"{a.signed_at:%Y-%m-%d}")) for a in usable]
    rights = [(right, RULES[right].words) for right in MEANT]
    return {"rights": [("", _("Choose")), *rights], "signed": [("", _("none")), *signed]}


def _once(patient: UUID, once: str) -> str:
    """The key of what this very form sends: pressed twice, it is sent once."""
    try:
        return f"hand:{patient.hex}:{UUID(once).hex}"
    except ValueError:
        return ""


def drafted(patient: UUID, chosen: Chosen, by: Actor) -> Draft:
    """The draft of what was chosen. Raises Refusal POLICY_DENY, and what a fax asks."""
    if chosen.elsewhere:
        chosen.elsewhere.checked()
    if chosen.what not in LETTERS:
        return Draft(chosen.what, patient, ways=chosen.ways)
    paper = letters.written(chosen.what, patient, by=by)
    return Draft(chosen.what, patient, ways=chosen.ways, paper=paper, elsewhere=chosen.elsewhere)


@require_POST
@page(Can.USE_OUTBOX, purpose=Purpose.HOPERAT)
def detail(request: HttpRequest, patient: UUID) -> HttpResponse:
    """How much notices may say, as the patient chose."""
    connections.choose_detail(patient, request.POST.get("level", ""), by=actor_of(request))
    return HttpResponseRedirect(reverse("send", args=[patient]))
