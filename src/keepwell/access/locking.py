"""Lock, don't log out (45 CFR § 164.312(a)(2)(iii)): a quiet session answers nothing until its person is back.

The lock is the server's: it stands in the session's sealed payload, and no page is served meanwhile. Going on is the
same session under a new key, so nothing that stands typed on a page is lost.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest

from keepwell.access import door, limits, resuming, signin, throttle
from keepwell.access.entrances import Signed
from keepwell.access.pending import address, store_of
from keepwell.access.session_store import SessionStore
from keepwell.access.throttle import By
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import signins

Why = Literal["idle", "asked", "switched"]
State = Literal["open", "locked", "gone"]

BACKGROUND = "X-Keepwell-Background"
"""On what a page asks for by itself. It shows nobody to be active."""

LONGEST = 2 * 1024 * 1024
"""How much typed text is kept for somebody whose session locked before they sent it."""

SECRET = re.compile("csrfmiddlewaretoken|password|code$")
"""Fields that are never kept."""


def in_background(request: HttpRequest) -> bool:
    """Whether a page asks for this by itself, without its person."""
    return BACKGROUND in request.headers


def is_locked(store: SessionStore, signed: Signed) -> bool:
    """Whether a session is locked. One quiet for too long is from now on, which the ledger hears of once."""
    if "locked" in store.data:
        return True
    if seconds_left(store, signed) > 0:
        return False
    lock(store, signed, "idle")
    return True


def lock(store: SessionStore, signed: Signed, why: Why) -> None:
    """Locks a session where it is."""
    if store.lock(why):
        signins.record("sign_in.locked", _by(signed), outcome=why, about=[signed.person])


def seconds_left(store: SessionStore, signed: Signed) -> float:
    """How long a session may still be quiet."""
    assert store.seen is not None
    return limits.of(signed.role, store.data.get("idle")).idle * 60 - (clock.now() - store.seen).total_seconds()


def left_altogether(store: SessionStore, signed: Signed) -> int:
    """Seconds until a session is over however busy its person is."""
    hours = min(store.data["hours"], limits.of(signed.role).absolute)
    return max(0, int(store.data["since"] + hours * 3600 - time.time()))


def state(request: HttpRequest) -> tuple[State, int]:
    """How the session of a request stands, and its seconds until it locks."""
    signed: Signed | None = getattr(request, "signed_in", None)
    if signed is not None:
        return "open", max(0, int(seconds_left(store_of(request), signed)))
    return ("locked" if getattr(request, "locked", None) else "gone"), 0


def full(request: HttpRequest) -> int:
    """A session's seconds just after its person did something."""
    signed: Signed = getattr(request, "locked", None) or request.signed_in  # type: ignore[attr-defined]
    return limits.of(signed.role, store_of(request).data.get("idle")).idle * 60


def resume(request: HttpRequest) -> None:
    """Goes on in a locked session. Raises Refusal UNLOCK_REFUSED, LOGIN_THROTTLED, or UNLOCK_LIMIT once it has ended.

    Its own five attempts are all that count: nobody who tries at the door keeps anybody from what they have open.
    """
    signed: Signed = getattr(request, "locked", None) or request.signed_in  # type: ignore[attr-defined]
    tries = throttle.tries(By.RESUMING, str(signed.session))
    try:
        method = resuming.proved(request, signed.person)
    except Refusal as refusal:
        signins.record("sign_in.resume_failed", _by(signed), outcome=refusal.code, note=f"from {address(request)}")
        if tries < throttle.RESUMES:
            raise
        signin.leave(request, _by(signed), "UNLOCK_LIMIT")
        raise Refusal("UNLOCK_LIMIT", n=throttle.RESUMES) from None
    throttle.succeeded(By.RESUMING, str(signed.session))
    if not store_of(request).resume():
        raise Refusal("UNLOCK_REFUSED", field="password")
    note, detail = f"from {address(request)}", {"by": [method]}
    signins.record("sign_in.resumed", _by(signed), about=[signed.person], detail=detail, note=note)


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was sent to a locked session: where to, and what stood in it. Files are not kept."""

    path: str
    fields: list[tuple[str, str]]


def kept(request: HttpRequest) -> str:
    """What a form sent to a locked session holds, sealed to that session, so that it can be sent once it goes on."""
    if request.method != "POST":
        return ""
    fields = [(name, said) for name, values in request.POST.lists() if not SECRET.search(name) for said in values]
    text = json.dumps([request.get_full_path(), fields]).encode()
    return door.box("lock").seal(text, _bound(request)) if len(text) <= LONGEST else ""


def recalled(request: HttpRequest, sealed: str) -> Kept | None:
    """The form kept for this session; nothing if it is another's or was tampered with."""
    try:
        path, fields = json.loads(door.box("lock").open(sealed, _bound(request))) if sealed else ("", [])
    except Refusal:
        return None
    return Kept(path, [(name, said) for name, said in fields]) if path else None


def _by(signed: Signed) -> Actor:
    return signin.member(signed.membership, signed.practice, signed.role, signed.session)


def _bound(request: HttpRequest) -> bytes:
    session = store_of(request).id
    assert session is not None
    return b"lock1" + session.bytes
