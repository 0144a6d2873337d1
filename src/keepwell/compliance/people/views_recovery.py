"""A lost factor: vouching for somebody, and the pass that is shown once, to be handed over in person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.access import clearance, factors, links, recovery
from keepwell.access.models import Membership, Recovery
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.compliance.people.views import actor_of, member_of
from keepwell.patients.forms import Asking, choice, text


class VouchForm(Asking):
    """How a voucher knows who it is: a choice, and a line in their own words."""

    how = choice(_("How you know who it is"), recovery.HOW, required=True)
    line = text(
        _("What you saw or asked"),
        required=True,
        most=300,
        hint=_("One line for the record, at least ten characters. No document numbers."),
    )


@require_http_methods(["GET", "POST"])
@page(Can.APPROVE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def recover(request: HttpRequest, member: UUID) -> HttpResponse:
    """Vouch that somebody lost what they sign in with. The second of two gets the pass, shown this once."""
    found, by = member_of(member), actor_of(request)
    form = VouchForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _shown(request, found, form, 422 if form.is_bound else 200)
    try:
        row = recovery.vouch(found, form.cleaned_data["how"], form.cleaned_data["line"], by=by)
    except Refusal as refusal:
        return _shown(request, found, form, refusal.status, refusal=refusal)
    if row.link is None:
        return HttpResponseRedirect(reverse("recover", args=[member]))
    link = request.build_absolute_uri(links.token(row.link))
    return render(request, "people/pass.html", {"member": found, "link": link, "drawing": factors.drawn(link)})


@require_POST
@page(Can.APPROVE_ACCESS, purpose=Purpose.HSYSADMIN)
def stop(request: HttpRequest, member: UUID) -> HttpResponse:
    """It is not wanted, or not believed: the pass no longer works."""
    waiting = recovery.open_of(member_of(member))
    if waiting is None:
        raise Refusal("STALE_VERSION")
    recovery.stop(waiting, by=actor_of(request))
    return HttpResponseRedirect(reverse("person", args=[member]))


def _shown(request: HttpRequest, found: Membership, form: VouchForm, status: int, **more: Any) -> HttpResponse:
    waiting = recovery.open_of(found)
    context = {"member": found, "form": form, "waiting": waiting, "vouched": _vouched(waiting), "refusal": None}
    return render(request, "people/recover.html", context | more, status=status)


def _vouched(waiting: Recovery | None) -> list[tuple[str, str, str]]:
    if waiting is None:
        return []
    if waiting.first is None:
        return [(str(_("The practice's recovery kit")), "", "")]
    lines = [(waiting.first.name, clearance.words(recovery.HOW, waiting.first_how), "")]
    if waiting.second is not None:
        lines.append((waiting.second.name, clearance.words(recovery.HOW, waiting.second_how), ""))
    return lines
