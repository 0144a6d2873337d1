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
from keepwell.access.models import Session
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger import signins


@dataclass(frozen=True, slots=True)
class Line:
    """One session as its owner sees it."""

    id: UUID
    device: str
    since: dt.datetime
    seen: dt.datetime
    here: bool


@require_GET
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def sessions(request: HttpRequest) -> HttpResponse:
    """Where this person is signed in now."""
    signed: Signed = request.signed_in  # type: ignore[attr-defined]
    living = Session.objects.filter(person_id=signed.person, ended_at=None, expires_at__gt=clock.now())
    lines = [_line(row, signed) for row in living.order_by("-seen_at")[:50]]
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


def _line(row: Session, signed: Signed) -> Line:
    device = session_store.data_of(row).get("device", "")
    return Line(row.id, device, row.created_at, row.seen_at, row.id == signed.session)
