"""What a browser has proved so far. It stands in the session's sealed payload, and signs nobody in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Literal, cast
from uuid import UUID

from django.http import HttpRequest

from keepwell.access import door, factors, limits
from keepwell.access.session_store import SessionStore
from keepwell.base.actor import nobody
from keepwell.base.refusal import Refusal
from keepwell.ledger import signins

Step = Literal["code", "password", "authenticator", "place"]
Via = Literal["password", "link", "passkey", "oidc"]

SECOND_FACTORS = {"totp", "recovery_code", "passkey", "enrolled", "new_passkey", "oidc_mfa"}


@dataclass
class Pending:
    """Who it is, what was proved (`methods`), and by which link, if by one.

    `secret` is one being enrolled, `at` when the first thing was proved. After a practice's sign-in service, `practice`
    and `roles` are all that may be entered, and `bind` is the account that becomes this person's.
    """

    person: str
    via: Via
    methods: tuple[str, ...]
    until: float
    next: str = ""
    practice: str = ""
    membership: str = ""
    secret: str = ""
    at: float = field(default_factory=time.time)
    roles: tuple[str, ...] = ()
    bind: str = ""

    @property
    def id(self) -> UUID:
        return UUID(self.person)

    def step(self) -> Step:
        """What is asked for next. Raises Refusal MFA_REQUIRED when a password is all there is."""
        proved = bool(SECOND_FACTORS & set(self.methods))
        if not proved and factors.has_any(self.id):
            return "code"
        if self.via == "link" and not {"new_password", "new_passkey"} & set(self.methods):
            return "password"
        if proved:
            return "place"
        if self.via == "link":
            return "authenticator"
        raise Refusal("MFA_REQUIRED")


def begun(person: UUID, via: Via, *, next: str = "", practice: str = "", membership: str = "") -> Pending:
    """The first thing is proved; ten minutes for the others."""
    return Pending(str(person), via, (via,), time.time() + limits.PENDING_SECONDS, next, practice, membership)


def pending_of(request: HttpRequest) -> Pending | None:
    """What was proved so far in this browser, unless it took too long."""
    held = store_of(request).data.get("pending")
    if not held or held["until"] <= time.time():
        return None
    return Pending(**held | {"methods": tuple(held["methods"]), "roles": tuple(held.get("roles", ()))})


def proved(request: HttpRequest, pending: Pending, method: str = "") -> None:
    """One more thing is proved: go on under a new session key."""
    if method:
        pending.methods = (*pending.methods, method)
    store_of(request).start({"pending": asdict(pending)}, None)


def noted(request: HttpRequest, pending: Pending) -> None:
    """Writes down what changed without anything being proved."""
    store = store_of(request)
    store.data["pending"] = asdict(pending)
    store.save()


@contextmanager
def told(request: HttpRequest, step: str, whom: str = "") -> Iterator[None]:
    """Tells the house ledger of a refusal inside: at which step, a keyed hash of whom, and, sealed, from where."""
    try:
        yield
    except Refusal as refusal:
        hashed = door.keyed("attempts", f"account:{whom}").hex()[:16] if whom else ""
        signins.record(
            "sign_in.failed",
            nobody(),
            outcome=refusal.code,
            detail={"step": step, "whom": hashed},
            note=f"from {address(request)}",
        )
        raise


def address(request: HttpRequest) -> str:
    """Where a request comes from, as the server saw it."""
    return str(request.META.get("REMOTE_ADDR") or "unknown")


def store_of(request: HttpRequest) -> SessionStore:
    """The session of a request."""
    return cast(SessionStore, request.session)
