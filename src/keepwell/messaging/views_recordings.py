"""Listening to a voicemail: each time is an opening on record, like reading the words beside it."""

from __future__ import annotations

import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from keepwell import charts
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.messaging import lists, recordings
from keepwell.messaging.excerpts import Line, Words
from keepwell.messaging.models import Recording
from keepwell.patients.views import actor_of

RANGE = re.compile(r"bytes=(\d{1,10})-(\d{0,10})")


@require_GET
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def recording(request: HttpRequest, thread: UUID, recording: UUID) -> HttpResponse:
    """The recording itself, to whoever may read the thread; whatever is in it can do nothing here."""
    by = actor_of(request)
    row = lists.seen(thread, by)
    found = Recording.objects.filter(id=recording, post__thread_id=row.id).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    chart = charts.open(row.whose, Words if row.patient_id else Line, by=by, listed=False)
    response = ranged(request.headers.get("Range", ""), recordings.opened(found, chart, row.patient_id), found.type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; media-src 'self'; sandbox"
    return response


def ranged(asked: str, content: bytes, kind: str) -> HttpResponse:
    """All of it, or the one part a player asks for (RFC 9110 § 14.2)."""
    span = RANGE.fullmatch(asked)
    start = int(span[1]) if span else 0
    end = min(int(span[2]), len(content) - 1) if span and span[2] else len(content) - 1
    if span and (start >= len(content) or end < start):
        response = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{len(content)}"
        return response
    response = HttpResponse(content[start : end + 1], content_type=kind, status=206 if span else 200)
    if span:
        response.headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
    response.headers["Accept-Ranges"] = "bytes"
    return response
