"""Answering an invitation, and accepting a place that is closed until its person does."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from keepwell.access import acceptance, invitations, signin
from keepwell.access.answers import answered, go_on, let_in
from keepwell.access.door import Place
from keepwell.access.forms import TermsForm
from keepwell.access.pages import public
from keepwell.access.pending import Pending, noted, pending_of
from keepwell.access.views_signin import here_already, too_slow
from keepwell.access.words import role_word
from keepwell.base.refusal import Refusal


@require_http_methods(["GET", "POST"])
@public("whoever holds an invitation is about to prove who they are")
def invited(request: HttpRequest, text: str) -> HttpResponse:
    """First how one signs in; then, once that is proved, whether one accepts. Opening it uses nothing up."""
    known = _known(request)
    form = TermsForm(request.POST if request.POST.get("step") == "accept" else None)
    try:
        offer = invitations.read(text)
        if request.POST.get("step") == "sign_in":
            here = urlencode({"next": reverse("invited", args=[text])})
            return HttpResponseRedirect(f"{reverse('sign-in')}?{here}")
        if request.POST.get("step") == "new":
            pending = invitations.begin_new(request, text)
            noted(request, pending)
            return go_on(request, pending)
        if known is not None and form.is_valid():
            return _in(request, known, invitations.accept(request, text, known.id))
    except Refusal as refusal:
        return answered(request, "access/refused.html", refusal=refusal)
    return answered(request, "access/invited.html", form, offer=offer, known=known, role=role_word(offer.role))


@require_http_methods(["GET", "POST"])
@public("a step of sign-in by one-time link; it answers only a browser that has proved the others")
def accept(request: HttpRequest) -> HttpResponse:
    """A place the person knows, closed since their factors were set up elsewhere: they accept it again."""
    pending = pending_of(request)
    place = signin.unaccepted(pending) if pending is not None and pending.step() == "place" else None
    if pending is None or place is None:
        return too_slow(request)
    form = TermsForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return answered(request, "access/accept.html", form, place=place, role=role_word(place.role))
    signin.accept(request, pending, place)
    return _in(request, pending, place)


def _in(request: HttpRequest, known: Pending, place: Place) -> HttpResponse:
    """On to the place, or, before its first day, only a word that all is done."""
    known.next = ""
    if acceptance.open_to(known.id, place.membership):
        return let_in(request, known, place)
    return answered(request, "access/accepted.html", place=place)


def _known(request: HttpRequest) -> Pending | None:
    """Who has proved both factors in this browser. One practice's sign-in service answers no other's invitation."""
    pending = pending_of(request) or here_already(request)
    return pending if pending is not None and pending.via != "oidc" and pending.step() == "place" else None
