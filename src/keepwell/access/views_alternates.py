"""Settings: who looks at an officer's own cases."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.access import alternates
from keepwell.access.forms_roles import AlternateForm
from keepwell.access.models import Alternate, Membership
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.access.words import role_word
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def alternates_page(request: HttpRequest) -> HttpResponse:
    """The alternates there are, the offices without one, and naming one."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    officers = list(
        Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), role__in=alternates.OFFICERS).order_by(
            "name", "role"
        )
    )
    form = AlternateForm(request.POST or None, offices=alternates.OFFICERS, members=officers)
    if form.is_valid():
        chosen = next(m for m in officers if str(m.id) == form.cleaned_data["member"])
        try:
            alternates.name(Role(form.cleaned_data["office"]), chosen, by=by)
            return HttpResponseRedirect(reverse("alternates"))
        except Refusal as refusal:
            form.refuse(refusal)
    shown = {
        "form": form,
        "standing": alternates.standing(),
        "unattended": [role_word(role) for role in alternates.unattended()],
        "role_word": role_word,
    }
    return render(request, "access/alternates.html", shown, status=422 if form.is_bound else 200)


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def end_alternate(request: HttpRequest, alternate: UUID) -> HttpResponse:
    """Somebody no longer stands in."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    found = Alternate.objects.filter(id=alternate, ends_at=None).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    alternates.end(found, by=by)
    return HttpResponseRedirect(reverse("alternates"))
