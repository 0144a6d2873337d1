"""What happens to programs and their tokens: begun, given a token that is shown once, revoked, ended."""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import door, notices
from keepwell.access.models import ApiToken, Membership, Program
from keepwell.access.policy import MAY_DO, MAY_SEE, OWN_PURPOSE, Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger import wire
from keepwell.ledger.actions import action

ROLES = (Role.FRONT_DESK, Role.COORDINATOR, Role.BILLER, Role.MARKETER, Role.AUDITOR)
"""The roles a program can work in: none that treats patients or decides over access."""

LONGEST = dt.timedelta(days=365)
REMIND = dt.timedelta(days=14)
_EXPIRES = notices.kind(
    "token.expires", _("The token %(prefix)s… of a program ends on %(day)s"), icon="key-round", page="program"
)


@action("program.begun", about="program")
def begin(
    name: str, role: Role, purpose: Purpose, owner: Membership, *, by: Actor, program: UUID | None = None
) -> Program:
    "A program gets an identity of its own, with one role and one purpose. Somebody answers for it."
    if role not in ROLES or ((role, purpose) not in MAY_SEE and OWN_PURPOSE.get(role) != purpose):
        raise Refusal("CHOICE_UNKNOWN", field="purpose")
    return Program.objects.create(id=program, name=name, role=role, purpose=purpose, owner=owner)


def make_token(
    program: Program, scopes: Iterable[Can], expires_at: dt.datetime, networks: Iterable[str], *, by: Actor
) -> tuple[ApiToken, str]:
    """A new token and its text, which nothing keeps.

    Raises Refusal CONNECTOR_SCOPE beyond the role, TOKEN_TOO_LONG beyond a year, NETWORK_UNREADABLE.
    """
    wanted = sorted(set(scopes) | {Can.USE_API})
    beyond = [scope for scope in wanted if scope not in MAY_DO[Role(program.role)]]
    if beyond:
        raise Refusal("CONNECTOR_SCOPE", field="scopes", category=beyond[0])
    if not clock.now() < expires_at <= clock.now() + LONGEST:
        raise Refusal("TOKEN_TOO_LONG", field="days")
    ranges = [str(_network(typed)) for typed in networks]
    prefix, secret = f"kw_{secrets.token_hex(4)}", secrets.token_urlsafe(32)
    text = f"{prefix}_{secret}"
    return _made(program, prefix, hashed(text), wanted, ranges, expires_at, by=by), text


@action("token.made", about="program")
def _made(
    program: Program,
    prefix: str,
    digest: bytes,
    scopes: list[Can],
    networks: list[str],
    expires_at: dt.datetime,
    *,
    by: Actor,
) -> ApiToken:
    "A token was made for a program, and shown once."
    if program.ended_at is not None:
        raise Refusal("STALE_VERSION")
    return ApiToken.objects.create(
        program=program,
        prefix=prefix,
        hashed=digest,
        scopes=scopes,
        networks=networks,
        made_by_id=by.id,
        expires_at=expires_at,
    )


@action("token.revoked", about="token")
def revoke(token: ApiToken, *, by: Actor) -> ApiToken:
    "A token no longer works, from the next request on."
    token.revoked_at = token.revoked_at or clock.now()
    token.save(update_fields=["revoked_at"])
    return token


@action("program.ended", about="program")
def end(program: Program, *, by: Actor) -> Program:
    "A program no longer works here; none of its tokens does."
    program.ended_at = program.ended_at or clock.now()
    program.save(update_fields=["ended_at"])
    ApiToken.objects.filter(program=program, revoked_at=None).update(revoked_at=clock.now())
    return program


def remind(*, by: Actor) -> int:
    """Tells who answers for a program that a token of it ends within two weeks; each token once."""
    soon = ApiToken.objects.select_related("program").filter(
        revoked_at=None, reminded_at=None, expires_at__range=(clock.now(), clock.now() + REMIND)
    )
    found = list(soon.order_by("expires_at"))
    for token in found:
        day = f"{token.expires_at:%Y-%m-%d}"
        told = {token.program.owner_id, token.made_by_id}
        notices.tell(told, _EXPIRES, by=by, about=token.program_id, prefix=token.prefix, day=day)
        _reminded(token, by=by)
    return len(found)


@action("token.reminded", about="token")
def _reminded(token: ApiToken, *, by: Actor) -> None:
    "Whoever answers for a program was told that a token of it ends soon."
    token.reminded_at = clock.now()
    token.save(update_fields=["reminded_at"])


def hashed(text: str) -> bytes:
    """What the table holds of a token: an HMAC under a key from outside the database."""
    return door.keyed("api tokens", text)


def last_used() -> dict[UUID, dt.datetime]:
    """When each token of the present practice was last used."""
    return dict(wire.rows("default", "SELECT token_id, at FROM custody.token_uses()"))


def _network(typed: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(typed.strip())
    except ValueError:
        raise Refusal("NETWORK_UNREADABLE", field="networks") from None
