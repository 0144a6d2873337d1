"""The transparency pack as a page, and given out as a PDF or as JSON."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.operations.transparency import pack


@require_GET
@page(Can.SEE_VENDORS, purpose=Purpose.HCOMPL)
def shown(request: HttpRequest) -> HttpResponse:
    """What we answer to our own questions, and what the running system says of itself."""
    return render(request, "transparency/pack.html", {"pack": pack.gathered(request.actor)})  # type: ignore[attr-defined]


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def given(request: HttpRequest) -> HttpResponse:
    """The pack as a file; that it was given out is on record with its hash."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    form = request.POST.get("form", "")
    if form not in ("pdf", "json"):
        raise Refusal("CHOICE_UNKNOWN", field="form")
    said = pack.gathered(by)
    text, digest = pack.whole(said)
    pack.made(digest, by=by)
    if form == "json":
        answer = HttpResponse(text, content_type="application/json")
    else:
        answer = HttpResponse(pack.paper(said, digest), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="transparency-{said["at"][:10]}.{form}"'
    return answer
