"""What the sign-in pages have in common: how they answer, where they send people, and where they never do."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from keepwell.access import known, session_store, signin, single
from keepwell.access.door import Place
from keepwell.access.entrances import Signed
from keepwell.access.models import Person, Session
from keepwell.access.pending import Pending
from keepwell.base.refusal import Refusal

INVITED = "/invited/"
"""Where invitations are answered: whoever came from there goes back once they have signed in."""

PAGES = {"code": "sign-in-code", "password": "set-password", "authenticator": "authenticator", "place": "sign-in-place"}


def answered(
    request: HttpRequest, template: str, form: Form | None = None, refusal: Refusal | None = None, **more: Any
) -> HttpResponse:
    """A page of sign-in. A refusal stands above the form, or at its field, and gives the page its status."""
    if refusal is not None and form is not None and refusal.field in form.fields:
        form.add_error(refusal.field, worded(refusal))
        refusal_shown = None
    else:
        refusal_shown = refusal
    status = refusal.status if refusal else 422 if form is not None and form.is_bound and form.errors else 200
    response = render(request, template, {"form": form, "refusal": refusal_shown} | more, status=status)
    if refusal is not None and "wait" in refusal.facts:
        response.headers["Retry-After"] = str(refusal.facts["wait"])
    return response


def worded(refusal: Refusal) -> str:
    """A refusal in the reader's language, in one line, with its code at the end."""
    facts = {"n": "…"} | refusal.facts
    said = (gettext(part).format_map(facts) for part in (refusal.wording.message, refusal.wording.next_step))
    return f"{' '.join(said)} ({refusal.code})"


def go_on(request: HttpRequest, pending: Pending) -> HttpResponse:
    """To the next step; through the last one at once when there is only one place to work."""
    step = pending.step()
    if step == "place" and pending.next.startswith(INVITED):
        return HttpResponseRedirect(pending.next)
    if step == "place" and signin.unaccepted(pending) is not None:
        return HttpResponseRedirect(reverse("accept-place"))
    if step == "place":
        found = signin.places(request, pending)
        if len(found) == 1:
            return let_in(request, pending, found[0])
    return HttpResponseRedirect(reverse(PAGES[step]))


def let_in(request: HttpRequest, pending: Pending, place: Place) -> HttpResponse:
    """Signed in: on to the page that was asked for. Who worked elsewhere until now has left there.

    In a role with one session at a time, whoever has one elsewhere is asked first whether it ends.
    """
    signed: Signed | None = getattr(request, "signed_in", None)
    others = single.elsewhere(pending.id, place, but=signed.session if signed else None)
    if others and "end_elsewhere" not in request.POST:
        told = [(*_seen_as(row), row.seen_at) for row in others]
        refusal = Refusal("SESSION_CONCURRENT")
        return answered(request, "access/elsewhere.html", refusal=refusal, place=place, others=told)
    if signed is not None:
        by = signin.member(signed.membership, signed.practice, signed.role, signed.session)
        signin.leave(request, by, "moved_on")
    signin.enter(request, pending, place)
    rotate_token(request)
    response = HttpResponseRedirect(safe(pending.next))
    known.remember(request, response, Person.objects.get(id=pending.id))
    return response


def _seen_as(row: Session) -> tuple[str, str]:
    """The browser and the network of a session, as its person knows them."""
    data = session_store.data_of(row)
    return data.get("device", ""), data.get("from", "")


def safe(asked: str) -> str:
    """Only a path of our own to come back to, and none of the sign-in pages; otherwise the first page."""
    ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if ours and not asked.startswith((reverse("sign-in"), reverse("sign-out"))) else "/"
