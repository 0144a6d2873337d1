"""Another hat: the same person, the same practice, another role."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.views.decorators.http import require_POST

from keepwell.access import hats
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose


@require_POST
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def change(request: HttpRequest, hat: UUID) -> HttpResponse:
    """I go on in another of my roles. Begins at Today, because the page before may not be for this role."""
    hats.change(request, hat, by=request.actor)  # type: ignore[attr-defined]
    rotate_token(request)
    return HttpResponseRedirect(reverse("today"))
