"""The entrance of every page: who is it, may they, why are they here; then one request, one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from keepwell.access import in_force, limits, policy
from keepwell.access.door import Place
from keepwell.access.pages import Stamp, stamp_of
from keepwell.base.actor import Actor, Custom, Role, Scope
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import doorway

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed-in session and the membership it works through; set on the request by the session middleware.

    `hats` are the other places the same person has in this practice now.
    """

    session: UUID
    person: UUID
    membership: UUID
    practice: UUID
    role: Role
    name: str
    practice_name: str
    time_zone: str = "America/New_York"
    proved: float = 0.0
    """When this person last proved with two factors who they are, in seconds since 1970."""
    custom: Custom | None = None
    scope: Scope | None = None
    hats: tuple[Place, ...] = ()

    def actor(self, stamp: Stamp) -> Actor:
        """The actor for one page, here for the purpose the page states or, failing that, the role's own."""
        if stamp.purpose is None:
            raise TypeError("a public page has no actor")
        purpose = policy.purpose_of(self.role, stamp.purpose)
        return Actor(
            self.membership, self.practice, self.role, purpose, self.session, new_id(), "", self.custom, self.scope
        )


class Entrance:
    """Refuses views without a stamp, sends strangers to the sign-in page, and opens the transaction for the rest."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        request.emergencies = ()  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        stamp = stamp_of(view)
        if stamp is None:
            return refusal_page(request, Refusal("UNSTAMPED_VIEW"))
        if stamp.api:
            from keepwell.access import bearer

            return bearer.answer(request, stamp, lambda: view(request, *args, **kwargs))
        if stamp.can is None or stamp.purpose is None:
            return _answered(request, lambda: doorway.rendered(view(request, *args, **kwargs)))
        signed: Signed | None = getattr(request, "signed_in", None)
        if signed is None:
            return self.no_entry(request)
        actor = signed.actor(stamp)
        refusal = _may_not(request, signed, stamp.can)
        if refusal is not None:
            return _answered(request, lambda: _denied(request, actor, refusal))
        if stamp.fresh and not limits.is_fresh(signed.proved):
            from keepwell.access import stepup

            asked = stepup.again(request, signed)
            if asked is not None:
                return asked
        if policy.may(signed, policy.Can.USE_EMERGENCY_ACCESS):
            request.emergencies = in_force.held(actor)  # type: ignore[attr-defined]
            actor = in_force.turned(actor, kwargs.get("patient"), request.emergencies)  # type: ignore[attr-defined]
        request.actor = actor  # type: ignore[attr-defined]
        page = partial(_limited_or, request, actor, stamp, lambda: view(request, *args, **kwargs))
        return _answered(request, lambda: doorway.one_request(actor, page, again=_repeatable(request)))

    @staticmethod
    def no_entry(request: HttpRequest) -> HttpResponse:
        """Nobody is signed in: unlock first, or sign in."""
        from keepwell.access import devices

        try:
            devices.unless_revoked(request)
        except Refusal as refusal:
            return refusal_page(request, refusal)
        if getattr(request, "locked", None) is None:
            return to_sign_in(request)
        from keepwell.access import views_lock

        return views_lock.locked(request)


def _limited_or(request: HttpRequest, actor: Actor, stamp: Stamp, page: Callable[[], HttpResponse]) -> HttpResponse:
    """The page, unless the practice requires known devices and this is none (45 CFR § 164.310(b), (c)).

    Nor does a page that asks who it is open to somebody who has just recovered a lost factor.
    """
    from keepwell.access import devices, recovery

    assert stamp.can is not None
    refusal = devices.limited(request, actor.practice, stamp.can)
    if refusal is None and stamp.fresh:
        refusal = recovery.held(stamp.can, actor)
    return page() if refusal is None else _denied(request, actor, refusal)


def _may_not(request: HttpRequest, signed: Signed, permission: policy.Can) -> Refusal | None:
    if not policy.may(signed, permission):
        return Refusal("ACCESS_DENIED", permission=permission)
    if request.method not in ("GET", "HEAD") and policy.reads_only(signed, permission):
        return Refusal("AUDITOR_SCOPE")
    return None


def _denied(request: HttpRequest, actor: Actor, refusal: Refusal) -> HttpResponse:
    match = request.resolver_match
    doorway.refused(actor, refusal, match.view_name if match else "")
    return refusal_page(request, refusal)


def _repeatable(request: HttpRequest) -> bool:
    """Whether a request is there as a whole to be asked once more: a file that was sent along has been read away."""
    return request.method in ("GET", "HEAD") or request.content_type == "application/x-www-form-urlencoded"


def _answered(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return view()
    except Refusal as refusal:
        return refusal_page(request, refusal)
    except DatabaseError as error:
        if not doorway.collided(error):
            raise
        return refusal_page(request, Refusal("SAME_MOMENT"))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in first, then come back to the page that was asked for."""
    where = f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": where})
    return HttpResponseRedirect(where)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What was refused, why, and what to do next; for a closed chart, the way in that an emergency has."""
    shown = {"refusal": refusal, "way_in": _way_in(request, refusal)}
    return render(request, "refusal.html", shown, status=refusal.status)


def _way_in(request: HttpRequest, refusal: Refusal) -> str:
    signed: Signed | None = getattr(request, "signed_in", None)
    patient = request.resolver_match.kwargs.get("patient") if request.resolver_match else None
    closed = refusal.code in ("POLICY_DENY", "RESTRICTION_BLOCK") and patient is not None
    able = signed is not None and policy.may(signed, policy.Can.USE_EMERGENCY_ACCESS)
    return reverse("emergency", args=[patient]) if closed and able else ""
