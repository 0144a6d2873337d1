"""Letters to print: how many lie ready, and one PDF of those this person may read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.outbound import outbox, printing
from keepwell.patients.views import actor_of


@require_http_methods(["GET", "POST"])
@page(Can.USE_OUTBOX, purpose=Purpose.TREAT)
def letters(request: HttpRequest) -> HttpResponse:
    """GET lists them; POST prints them in one batch and notes it."""
    by = actor_of(request)
    if request.method == "POST":
        pages = printing.batch(by=by)
        if not pages:
            return HttpResponseRedirect(reverse("outbox"))
        answer = HttpResponse(pages, content_type="application/pdf")
        answer["Content-Disposition"] = 'attachment; filename="letters.pdf"'
        return answer
    rows = list(printing.ready()[: printing.MOST])
    return render(request, "outbound/letters.html", {"lines": outbox.lines(rows, by)})
