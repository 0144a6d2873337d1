"""Notices: all that was told to somebody here, and having seen it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from keepwell.access import notices
from keepwell.access.answers import safe
from keepwell.access.models import Notice
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal


@require_GET
@page(Can.SEE_TODAY, purpose=Purpose.HOPERAT)
def listed(request: HttpRequest) -> HttpResponse:
    """What I was told, newest first: what I have not seen, or everything."""
    by, everything = _actor(request), request.GET.get("show") == "all"
    asked = request.GET.get("page", "")
    number = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    rows, more = notices.given(by, number, everything=everything)
    shown = {
        "told": [notices.told(row, by) for row in rows],
        "show": "all" if everything else "unread",
        "number": number,
        "more": more,
        "newest": rows[0].made_at.isoformat() if rows and number == 1 else "",
    }
    return render(request, "access/notices.html", shown)


@require_POST
@page(Can.SEE_TODAY, purpose=Purpose.HOPERAT)
def seen(request: HttpRequest, notice: UUID) -> HttpResponse:
    """I have seen this; it leaves my Today."""
    by = _actor(request)
    found = Notice.objects.filter(id=notice, member_id=by.id).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    notices.see(found, by=by)
    return HttpResponseRedirect(safe(request.POST.get("next", "")))


@require_POST
@page(Can.SEE_TODAY, purpose=Purpose.HOPERAT)
def all_seen(request: HttpRequest) -> HttpResponse:
    """I have seen all of them, up to the newest one that stood on my page."""
    try:
        until = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        until = None
    if until is None or until.tzinfo is None:
        raise Refusal("STALE_VERSION")
    by = _actor(request)
    notices.see_all(by.id, until, by=by)
    return HttpResponseRedirect(reverse("notices"))


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]
