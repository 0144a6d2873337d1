"""Pages of the outbox: the list with its filters, one message, and what can be done about many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import Membership
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal, catalogue
from keepwell.base.sending import Channel
from keepwell.charts.excerpts import plan
from keepwell.outbound import actions, helping, numbers, outbox, rerouting, wording, words
from keepwell.outbound.composing import literal, reached_now
from keepwell.outbound.excerpts import Envelope, OfficeEnvelope
from keepwell.outbound.models import Message
from keepwell.outbound.preview import right_of, written
from keepwell.outbound.reaching import CLASSES, Reached
from keepwell.outbound.vendors.words import channel_word
from keepwell.patients.views import actor_of, chart_of

TITLES = {
    "waiting": gettext_lazy("Waiting to send"),
    "failed": gettext_lazy("Could not be delivered"),
    "unknown": gettext_lazy("Not known whether it arrived"),
    "planned": gettext_lazy("Planned"),
    "gone": gettext_lazy("Sent and settled"),
}
STUCK = ("waiting", "failed", "unknown")
AT_ONCE = 500
"""As many of what one cause holds leave by one press."""


@require_GET
@page(Can.USE_OUTBOX, purpose=Purpose.HOPERAT)
def show(request: HttpRequest) -> HttpResponse:
    """What waits, why, and what takes the cause away. The filters are in the address."""
    by, asked = actor_of(request), request.GET
    which = asked.get("show", "waiting")
    which = which if which in outbox.SHOWS else "waiting"
    channel = asked.get("by", "") if asked.get("by", "") in set(Channel) else ""
    code = asked.get("because", "") if asked.get("because", "").replace("_", "").isalnum() else ""
    number = int(asked.get("page", "1")) if asked.get("page", "1").isdecimal() else 1
    listed = outbox.page(which, by, min(max(number, 1), 1000), channel, code)
    counts, counted = outbox.counts(), outbox.causes(which) if which in STUCK else []
    shown = {
        "show": which,
        "title": TITLES[which],
        "stuck": which in STUCK,
        "shows": [(_counted(TITLES[n], counts.get(n)), _at(n), n == which) for n in outbox.SHOWS],
        "by_channel": [
            (_("All"), _at(which, "", code), not channel),
            *((channel_word(c), _at(which, c, code), c == channel) for c in Channel if c is not Channel.PORTAL),
        ],
        "causes": _causes(counted, which, channel, code),
        "listed": listed,
        "held": outbox.by_cause(listed.lines, [] if channel else counted) if which in STUCK else [],
        "channel": channel,
        "earlier": _at(which, channel, code, listed.number - 1) if listed.number > 1 else None,
        "later": _at(which, channel, code, listed.number + 1) if listed.more else None,
        "done": _done(asked),
        "here": _at(which, channel, code),
    }
    return render(request, "outbound/outbox.html", shown)


@require_GET
@page(Can.USE_OUTBOX, purpose=Purpose.HOPERAT)
def message(request: HttpRequest, message: UUID) -> HttpResponse:
    """One message: beside the list, or as a page of its own."""
    by = actor_of(request)
    row = outbox.seen(message, by)
    now = helping.now(row, by) if row.status in actions.STUCK else None
    to, text, whose = opened(row, by, now.reached if now else None)
    asked_by = Membership.objects.filter(id__in=[row.asked_by_id or row.id]).values_list("name", flat=True).first()
    (line,) = outbox.lines([row], by, {row.whose: now.reached.name} if now else None)
    shown = {"row": row, "line": line, "to": to, "text": text, "chart_of": chart_of, "now": now, "way": channel_word}
    shown["asks"] = helping.asks(row, by) if now else None
    shown |= {"whose": whose, "right": right_of(row.right)}
    beside = request.headers.get("HX-Request") == "true"
    template = "outbound/beside.html" if beside else "outbound/message.html"
    return render(request, template, shown | {"asked_by": asked_by or ""})


def opened(row: Message, by: Actor, reached: Reached | None = None) -> tuple[str, str, str]:
    """Where it goes, the literal words of a notice, and who else it is for, as far as this role may read them."""
    excerpt: type[Any] = OfficeEnvelope if row.member_id else Envelope
    if not plan(excerpt).classes <= policy.visible(by):
        return "", "", ""
    found = charts.open(row.whose, excerpt, by=by, listed=False).all(excerpt, Message.objects.filter(id=row.id))
    (envelope,) = found[row.whose]
    kept = envelope.office or {} if row.member_id else {"to": envelope.to, "values": envelope.values}
    to = kept.get("to") or {}
    notice = wording.NOTICES.get(row.template)
    if row.is_letter or notice is None:
        return written(to.get("at", "")), "", to.get("name", "") if to.get("given") else ""
    return written(to.get("at", "")), _literal(row, kept, reached, by), ""


def _literal(row: Message, kept: dict[str, Any], reached: Reached | None, by: Actor) -> str:
    """The words that left; of what did not leave yet, the words that would leave now."""
    to = kept.get("to") or {}
    if row.sending_at is not None and to.get("said"):
        return str(to["said"])
    if reached is None and row.patient_id and policy.refused(by, CLASSES, [row.patient_id]):
        return ""
    reached = reached or reached_now(row, str(to.get("at", "")), by=by)
    return literal(row.template, kept.get("values") or {}, reached, Channel(row.channel), by=by).text


@require_POST
@page(Can.USE_OUTBOX, purpose=Purpose.HOPERAT)
def act(request: HttpRequest) -> HttpResponse:
    """Releases, discards or settles what is ticked, or the one whose button was pressed."""
    by, posted = actor_of(request), request.POST
    ids, chosen = _chosen(posted)
    act = _by_way(chosen.removeprefix("by-")) if chosen.startswith("by-") else ACTS.get(chosen)
    if not ids or act is None:
        raise Refusal("CHOICE_UNKNOWN")
    said = act(ids, by)
    back = posted.get("back", "")
    ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    where = back if ours else reverse("outbox")
    return HttpResponseRedirect(f"{where}{'&' if '?' in where else '?'}{urlencode(said)}")


def _chosen(posted: Any) -> tuple[list[UUID], str]:
    """Which messages, and what about them: one by its own button, all that a cause holds, or those with a tick."""
    if "release" in posted:
        return [_uuid(posted["release"])], "release"
    if "because" in posted:
        show = posted.get("show", "") if posted.get("show") in STUCK else "waiting"
        channel = posted.get("by", "") if posted.get("by") in set(Channel) else ""
        return outbox.held_by(show, posted["because"], channel, AT_ONCE), "release"
    return [_uuid(each) for each in posted.getlist("message")], posted.get("act", "")


def _by_way(way: str) -> Callable[[list[UUID], Actor], dict[str, int]]:
    def act(ids: list[UUID], by: Actor) -> dict[str, int]:
        rows = [rerouting.by_way(id, way, by=by) for id in ids[:1]]
        still = sum(row.status == Message.Status.WAITING for row in rows)
        return {"released": len(rows) - still, "still": still}

    return act


def _release(ids: list[UUID], by: Actor) -> dict[str, int]:
    rows = actions.release(ids, by=by)
    still = sum(row.status == Message.Status.WAITING for row in rows)
    return {"released": len(rows) - still, "still": still}


def _discard(ids: list[UUID], by: Actor) -> dict[str, int]:
    return {"discarded": len(actions.discard(ids, by=by))}


def _arrived(ids: list[UUID], by: Actor) -> dict[str, int]:
    for id in ids:
        actions.arrived(outbox.seen(id, by), by=by)
    return {"arrived": len(ids)}


def _confirm(ids: list[UUID], by: Actor) -> dict[str, int]:
    """Somebody compared the number on the screen; then the gate is asked again."""
    for id in ids:
        numbers.confirm(opened(outbox.seen(id, by), by)[0], by=by)
    return _release(ids, by)


ACTS = {"release": _release, "discard": _discard, "arrived": _arrived, "confirm": _confirm}


def _done(asked: Any) -> str:
    """What was just done, from counts in the address."""
    found = {
        name: int(asked[name])
        for name in ("released", "still", "discarded", "arrived")
        if asked.get(name, "").isdecimal()
    }
    said = []
    if found.get("released"):
        said.append(
            ngettext("%(n)s message is on its way.", "%(n)s messages are on their way.", found["released"])
            % {"n": found["released"]}
        )
    if found.get("still"):
        said.append(
            ngettext(
                "%(n)s still waits; the reason is below.", "%(n)s still wait; the reasons are below.", found["still"]
            )
            % {"n": found["still"]}
        )
    if found.get("discarded"):
        said.append(
            ngettext("%(n)s message was discarded.", "%(n)s messages were discarded.", found["discarded"])
            % {"n": found["discarded"]}
        )
    if found.get("arrived"):
        said.append(_("Noted that it arrived."))
    return " ".join(said)


def _causes(found: list[tuple[str, int]], show: str, channel: str, code: str) -> list[tuple[str, str, bool]]:
    if len(found) < 2 and not code:
        return []
    rows = [(f"{_short(each)} ({many})", _at(show, channel, each), each == code) for each, many in found]
    return [(_("Any reason"), _at(show, channel), not code), *rows]


def _short(code: str) -> str:
    """A cause in few words: its sentence up to the first stop."""
    full = (
        str(words.REASONS[code])
        if code in words.REASONS
        else _(catalogue()[code].message)
        if code in catalogue()
        else code
    )
    return full.partition(".")[0].replace("{vendor}", "…").replace("{date}", "…").replace("{channel}", "…")


def _counted(title: Any, many: int | None) -> str:
    return f"{title} ({many})" if many else str(title)


def _at(show: str, by: str = "", because: str = "", page: int = 1) -> str:
    query = {"show": show, "by": by, "because": because, "page": page if page > 1 else ""}
    return f"{reverse('outbox')}?{urlencode({k: v for k, v in query.items() if v})}"


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("NOT_FOUND") from None
