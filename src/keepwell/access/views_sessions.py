"""One's own sign-in, once signed in: where one is signed in, and ending what one does not recognise."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from keepwell.access import session_store
from keepwell.access.entrances import Signed
from keepwell.access.models import Membership, Session
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.access.words import role_word
from keepwell.base import clock
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger import signins


@dataclass(frozen=True, slots=True)
class Line:
    """One session as its owner sees it."""

    id: UUID
    device: str
    network: str
    hat: str
    locked: bool
    since: dt.datetime
    seen: dt.datetime
    here: bool


@require_GET
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def sessions(request: HttpRequest) -> HttpResponse:
    """Where this person is signed in now."""
    signed: Signed = request.signed_in  # type: ignore[attr-defined]
    living = Session.objects.filter(person_id=signed.person, ended_at=None, expires_at__gt=clock.now())
    hats = {str(m.id): role_word(m.role) for m in Membership.objects.filter(person_id=signed.person)}
    lines = [_line(row, signed, hats) for row in living.order_by("-seen_at")[:50]]
    return render(request, "access/sessions.html", {"lines": lines})


@require_POST
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def end_session(request: HttpRequest, session: UUID) -> HttpResponse:
    """Ends one of one's own sessions, wherever it is."""
    signed: Signed = request.signed_in  # type: ignore[attr-defined]
    if not Session.objects.filter(id=session, person_id=signed.person).exists():
        raise Refusal("NOT_FOUND")
    if session_store.end(session):
        signins.record(
            "sign_in.ended",
            request.actor,  # type: ignore[attr-defined]
            outcome="ended_by_owner",
            about=[signed.person],
            detail={"session": session},
        )
    return HttpResponseRedirect(reverse("your-sign-in"))


@require_POST
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def end_others(request: HttpRequest) -> HttpResponse:
    """Ends every session of one's own but this one."""
    signed: Signed = request.signed_in  # type: ignore[attr-defined]
    others = Session.objects.filter(person_id=signed.person, ended_at=None).exclude(id=signed.session)
    for other in others.order_by("id").values_list("id", flat=True):
        if session_store.end(other):
            said = {"session": other}
            signins.record(
                "sign_in.ended",
                request.actor,  # type: ignore[attr-defined]
                outcome="ended_by_owner",
                about=[signed.person],
                detail=said,
            )
    return HttpResponseRedirect(reverse("your-sign-in"))


def _line(row: Session, signed: Signed, hats: dict[str, str]) -> Line:
    data = session_store.data_of(row)
    hat = hats.get(data.get("membership", ""), "")
    here = row.id == signed.session
    said = data.get("device", ""), data.get("from", ""), hat, "locked" in data
    return Line(row.id, *said, row.created_at, row.seen_at, here)
