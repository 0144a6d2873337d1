"""The entrance of programs: `Authorization: Bearer kw_…`, and refusals as problem details (RFC 9457).

A cookie never counts here and a token nowhere else, so a page of another site can make no call of ours.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from keepwell.access import door, policy, programs, throttle
from keepwell.access.pages import Stamp
from keepwell.access.pending import address, told
from keepwell.access.policy import Can
from keepwell.access.throttle import By
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger import doorway

_SCHEME = "Bearer "


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that was shown, and the program it belongs to."""

    token: UUID
    practice: UUID
    program: UUID
    name: str
    role: Role
    purpose: Purpose
    scopes: tuple[str, ...]
    networks: tuple[str, ...]
    expires_at: dt.datetime
    ended_at: dt.datetime | None
    practice_name: str

    def actor(self) -> Actor:
        """The program, here for its one purpose."""
        return Actor(self.program, self.practice, self.role, self.purpose)

    def may(self, can: Can) -> bool:
        """Whether the token was made for this, and the program's role still includes it."""
        return can in self.scopes and policy.may(self.role, can)


def answer(request: HttpRequest, stamp: Stamp, view: Callable[[], HttpResponse]) -> HttpResponse:
    """One call of a program, or why not."""
    try:
        found = _known(request)
        actor = found.actor()
        refusal = _refused(request, found, stamp)
        if refusal is not None:
            match = request.resolver_match
            doorway.refused(actor, refusal, match.view_name if match else "")
            raise refusal
        door.token_used(found.token, found.practice)
        request.actor, request.bearer = actor, found  # type: ignore[attr-defined]
        return doorway.one_request(actor, view)
    except Refusal as refusal:
        return problem(refusal)


def problem(refusal: Refusal) -> JsonResponse:
    """A refusal as RFC 9457 asks, with its code."""
    said = {
        "type": f"urn:keepwell:refusal:{refusal.code}",
        "title": refusal.message,
        "status": refusal.status,
        "detail": refusal.next_step,
        "code": refusal.code,
        "rule": refusal.rule,
    }
    response = JsonResponse(said, status=refusal.status, content_type="application/problem+json")
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if "wait" in refusal.facts:
        response.headers["Retry-After"] = str(refusal.facts["wait"])
    return response


def _known(request: HttpRequest) -> Bearer:
    """Whose token was shown. What is not a token of ours is counted by address and told to the house."""
    said = request.headers.get("Authorization", "")
    text = said.removeprefix(_SCHEME)
    looks_right = said.startswith(_SCHEME) and text.startswith("kw_") and len(text) < 100 and text.isascii()
    row = door.bearer(programs.hashed(text)) if looks_right else None
    if row is None:
        with told(request, "token"):
            throttle.count(By.ADDRESS, address(request))
            raise Refusal("TOKEN_REFUSED")
    token, practice, program, name, role, purpose, scopes, networks, *rest = row
    lists = tuple(json.loads(scopes)), tuple(json.loads(networks))
    return Bearer(token, practice, program, name, Role(role), Purpose(purpose), *lists, *rest)


def _refused(request: HttpRequest, found: Bearer, stamp: Stamp) -> Refusal | None:
    if found.ended_at is not None:
        return Refusal("TERMINATED_USER", time=f"{found.ended_at:%Y-%m-%d %H:%M} UTC")
    if found.expires_at <= clock.now():
        return Refusal("SECRET_EXPIRED")
    if found.networks and not _inside(address(request), found.networks):
        return Refusal("TOKEN_ELSEWHERE")
    if stamp.can is None or not found.may(stamp.can):
        return Refusal("CONNECTOR_SCOPE", category=stamp.can)
    return None


def _inside(where: str, networks: tuple[str, ...]) -> bool:
    try:
        at = ipaddress.ip_address(where)
    except ValueError:
        return False
    return any(at in ipaddress.ip_network(network) for network in networks)
