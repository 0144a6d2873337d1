"""Letters to print: those this person may read, one PDF of them, and each batch until somebody posted it."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.outbound import outbox, printing
from keepwell.outbound.models import Message
from keepwell.outbound.printing import Printed
from keepwell.patients.views import actor_of


@require_http_methods(["GET", "POST"])
@page(Can.USE_OUTBOX, purpose=Purpose.TREAT)
def letters(request: HttpRequest) -> HttpResponse:
    """GET lists them; POST prints them in one batch and notes it."""
    by = actor_of(request)
    if request.method == "POST":
        return _pdf(printing.batch(by=by))
    ids, others = printing.readable(by=by)
    rows = list(Message.objects.filter(id__in=ids).order_by("sent_at", "id"))
    held = request.GET.get("held", "")
    shown = {
        "lines": outbox.lines(rows, by), "others": others, "batches": printing.batches(),
        "held": int(held) if held.isdecimal() and len(held) < 5 else 0,
    }  # fmt: skip
    return render(request, "outbound/letters.html", shown)


@require_POST
@page(Can.USE_OUTBOX, purpose=Purpose.TREAT)
def again(request: HttpRequest, batch: UUID) -> HttpResponse:
    """The paper, or its PDF, was lost: the same letters once more."""
    return _pdf(printing.again(batch, by=actor_of(request)))


@require_POST
@page(Can.USE_OUTBOX, purpose=Purpose.TREAT)
def posted(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Somebody put them in the mail."""
    printing.posted(batch, by=actor_of(request))
    return HttpResponseRedirect(reverse("letters"))


def _pdf(printed: Printed) -> HttpResponse:
    if not printed.pages:
        return HttpResponseRedirect(f"{reverse('letters')}?{urlencode({'held': printed.held})}")
    answer = HttpResponse(printed.pages, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="letters.pdf"'
    return answer
