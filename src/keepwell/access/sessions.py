"""Who is signed in, on every request: finds the session, holds it to its limits, and keeps its cookie.

Limits are the server's (45 CFR § 164.312(a)(2)(iii)): a session without activity is locked where it is, and one that
lasted too long is over; either way the browser is told by name.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from keepwell.access import hats, limits, locking, signin
from keepwell.access.door import Place
from keepwell.access.entrances import Signed, refusal_page
from keepwell.access.pages import stamp_of
from keepwell.access.session_store import SessionStore
from keepwell.base.refusal import Refusal


class Sessions:
    """Sets `request.session` and of it `signed_in` or `locked` (a Signed, or None), or `ended` (why, if just now)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.session, request.signed_in = SessionStore(), None  # type: ignore[attr-defined, assignment]
        request.locked, request.ended = None, None  # type: ignore[attr-defined]
        presented = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        try:
            _recognise(request, presented)
        except Refusal as refusal:
            return refusal_page(request, refusal)
        return _with_cookie(self.get_response(request), presented, request.session)  # type: ignore[arg-type]

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """A page asked for with a session that has just ended: say why, and sign in right here."""
        ended: Refusal | None = request.ended  # type: ignore[attr-defined]
        stamp = stamp_of(view)
        if ended is None or stamp is None or stamp.can is None:
            return None
        from keepwell.access import views_signin

        return views_signin.sign_in_again(request, ended)


def _recognise(request: HttpRequest, key: str | None) -> None:
    store = request.session = SessionStore.opened(key)  # type: ignore[assignment]
    signed, ended = standing(store)
    if signed is None:
        return
    if ended is not None:
        request.ended = ended  # type: ignore[attr-defined]
        by = signin.member(signed.membership, signed.practice, signed.role, signed.session)
        signin.leave(request, by, ended.code)
        return
    if locking.is_locked(store, signed):
        request.locked = signed  # type: ignore[attr-defined]
        return
    if not locking.in_background(request):
        store.touch()
    request.signed_in = signed  # type: ignore[attr-defined]


def standing(store: SessionStore) -> tuple[Signed | None, Refusal | None]:
    """Who is signed in with a session, if anybody, and why it is over, if it is."""
    if store.found is None or "membership" not in store.data:
        return None, None
    place = next((place for place in store.found.places if str(place.membership) == store.data["membership"]), None)
    if place is None or store.id is None:
        return None, None
    return _signed(store, place, store.id), _over(store, place)


def _signed(store: SessionStore, place: Place, session: UUID) -> Signed:
    return Signed(
        session=session,
        person=store.person,
        membership=place.membership,
        practice=place.practice,
        role=place.role,
        name=place.name,
        practice_name=place.practice_name,
        time_zone=place.time_zone,
        proved=store.data.get("proved", 0.0),
        custom=place.custom,
        scope=place.scope,
        hats=hats.others(store.found.places if store.found else (), place),
    )


def _over(store: SessionStore, place: Place) -> Refusal | None:
    """Why a session is over, if it is."""
    allowed = limits.of(place.role)
    if not place.lasts:
        return Refusal("TERMINATED_USER", time=f"{place.ends_at:%Y-%m-%d %H:%M} UTC")
    if time.time() - store.data["since"] > min(store.data["hours"], allowed.absolute) * 3600:
        return Refusal("SESSION_ABSOLUTE_EXPIRED")
    return None


def _with_cookie(response: HttpResponse, presented: str | None, store: SessionStore) -> HttpResponse:
    """The browser's copy of the key: not for scripts, not for other sites, under TLS for this host alone.

    A key nobody knows is left alone: it may be the one of a moment ago, and the browser may hold a newer one already.
    """
    key = store.key
    if key is None and presented is not None and store.known:
        response.delete_cookie(settings.SESSION_COOKIE_NAME, path="/", samesite="Lax")
    elif key is not None and key != presented:
        response.set_cookie(
            settings.SESSION_COOKIE_NAME,
            key,
            path="/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
