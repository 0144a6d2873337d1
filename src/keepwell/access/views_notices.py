"""Notices: having seen one."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from keepwell.access import notices
from keepwell.access.models import Notice
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal


@require_POST
@page(Can.SEE_TODAY, purpose=Purpose.HOPERAT)
def seen(request: HttpRequest, notice: UUID) -> HttpResponse:
    """I have seen this; it leaves my Today."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    found = Notice.objects.filter(id=notice, member_id=by.id).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    notices.see(found, by=by)
    return HttpResponseRedirect(reverse("today"))
