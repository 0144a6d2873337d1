"""Signing in with a practice's own sign-in service: optional, for the roles it says, into that practice alone.

It never makes an account. Whoever comes for the first time is matched by a verified e-mail address to somebody who
works here, proves that with their own second factor, and is bound to the service's own id from then on; the address is
never looked at again. What the service vouches for opens nothing in another practice.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest

from keepwell.access import alerts, door, limits, oidc, throttle
from keepwell.access.actions import system_actor
from keepwell.access.door import Place
from keepwell.access.models import IdentityLink, IdentityProvider, Membership, Person
from keepwell.access.pending import Pending, address, begun, proved, store_of, told
from keepwell.access.throttle import By
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.ledger.doorway import present

HELD = "sso"
"""In the browser's session: while it is away what was asked, and afterwards which practice and roles it opened."""

STRONG = "oidc_mfa"
"""The service says that it asked for a second factor, and the practice takes its word."""


@dataclass(frozen=True, slots=True)
class Service:
    """A sign-in service as the door sees it."""

    id: UUID
    practice: UUID
    label: str
    issuer: str
    client: str
    sealed: str
    roles: tuple[str, ...]
    trusts: bool

    @property
    def as_client(self) -> oidc.Client:
        secret = door.box("identity providers").open(self.sealed, self.practice.bytes).decode()
        return oidc.Client(self.issuer, self.client, secret)


def services() -> list[Service]:
    """Every sign-in service of this installation."""
    return [
        Service(id_, practice, label, issuer, client, secret, tuple(json.loads(roles)), trusts)
        for id_, practice, label, issuer, client, secret, roles, trusts in door.identity_providers()
    ]


def sealed(secret: str, practice: UUID) -> str:
    """A client's secret, as the row keeps it."""
    return door.box("identity providers").seal(secret.encode(), practice.bytes)


def begin(request: HttpRequest, service: UUID, back: str, then: str) -> str:
    """Where the browser goes to sign in. What it has to bring back waits in its own session."""
    with told(request, "sso"):
        throttle.count(By.ADDRESS, address(request))
        found = _service(service)
        where, asked = oidc.asking(found.as_client, back)
    held = asdict(asked) | {"service": str(found.id), "until": time.time() + limits.PENDING_SECONDS, "next": then}
    store_of(request).start({HELD: held}, None)
    return where


def finish(request: HttpRequest, back: str) -> Pending:
    """The browser is back. Raises Refusal SSO_REFUSED, SSO_UNREACHABLE, SSO_UNKNOWN, MFA_REQUIRED."""
    store = store_of(request)
    held = store.data.pop(HELD, {}) if "membership" not in store.data else {}
    store.save()
    with told(request, "sso"):
        _refuse_unasked(request, held)
        service = _service(UUID(held["service"]))
        if request.GET.get("iss", service.issuer) != service.issuer:
            raise Refusal("SSO_REFUSED")
        asked = oidc.Asked(held["state"], held["nonce"], held["verifier"])
        claims = oidc.answered(service.as_client, asked, request.GET.get("code", ""), back)
        pending = _known(service, claims, held["next"])
        pending.step()
    throttle.succeeded(By.ADDRESS, address(request))
    proved(request, pending)
    return pending


def _refuse_unasked(request: HttpRequest, held: dict[str, str]) -> None:
    """An answer nobody here asked for, asked for too long ago, or which is a refusal itself."""
    state = request.GET.get("state", "")
    same = bool(held) and hmac.compare_digest(str(held["state"]).encode(), state.encode())
    if not same or float(held["until"]) <= time.time() or "error" in request.GET or not request.GET.get("code"):
        raise Refusal("SSO_REFUSED")


def _service(service: UUID) -> Service:
    found = next((each for each in services() if each.id == service), None)
    if found is None:
        raise Refusal("SSO_REFUSED")
    return found


def _known(service: Service, claims: oidc.Claims, then: str) -> Pending:
    """Who it is: bound before, or matched once by address and then asked for their own second factor."""
    mac = mac_of(service.issuer, claims.subject)
    with present(system_actor(service.practice)):
        link = IdentityLink.objects.select_related("person").filter(provider_id=service.id, mac=mac)
        bound = link.first()
        person = bound.person if bound else _matched(service, claims.email)
    if person is None or not person.is_active:
        raise Refusal("SSO_UNKNOWN")
    pending = begun(person.id, "oidc", next=then, practice=str(service.practice))
    pending.roles = service.roles
    if bound is None:
        pending.bind = mac.hex()
    elif service.trusts and claims.strong:
        pending.methods = ("oidc", STRONG)
    return pending


def _matched(service: Service, email: str) -> Person | None:
    """Somebody who works here in one of its roles, has this address, and is bound to no account of the service yet."""
    at = clock.now()
    here = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at, suspended_at=None)
    named = here.filter(person__email=email.casefold(), role__in=service.roles).exclude(accepted_at=None)
    found = named.select_related("person").order_by("id").first() if email else None
    taken = found and IdentityLink.objects.filter(provider_id=service.id, person=found.person).exists()
    return None if found is None or taken else found.person


def only(pending: Pending, places: Iterable[Place]) -> tuple[Place, ...]:
    """The places a sign-in may enter: after one by a service, those of its practice, in its roles."""
    if pending.via != "oidc":
        return tuple(places)
    return tuple(p for p in places if str(p.practice) == pending.practice and p.role in pending.roles)


def bind(pending: Pending, *, by: Actor) -> None:
    """From now on this account of the service is this person's. Only once everything was proved."""
    service = next((each for each in services() if each.practice == by.practice), None)
    if service is None:
        raise Refusal("SSO_REFUSED")
    _bound(Person.objects.get(id=pending.id), service.id, bytes.fromhex(pending.bind), by=by)
    alerts.later(pending.id, alerts.NEW_ACCOUNT, by=by, label=service.label)


@action("identity.bound", about="person")
def _bound(person: Person, service: UUID, mac: bytes, *, by: Actor) -> IdentityLink:
    "A person's account of the practice's sign-in service is theirs from now on."
    return IdentityLink.objects.create(provider_id=service, person=person, mac=mac)


@action("identity_provider.set")
def offer(
    label: str, issuer: str, client: str, secret: str, roles: Iterable[Role], trusts: bool, *, by: Actor
) -> IdentityProvider:
    """The practice's people may sign in with a service of its own. Another one ends who was bound to the one before.

    Raises Refusal SSO_UNREACHABLE when it does not answer as one.
    """
    oidc.discovered(issuer)
    row = current() or IdentityProvider(issuer=issuer)
    if row.issuer != issuer:
        _ended(row)
        row = IdentityProvider(issuer=issuer)
    row.label, row.client, row.trusts = label, client, trusts
    row.roles = sorted(role.value for role in roles)
    if secret:
        row.sealed = sealed(secret, by.practice)
    if not row.sealed:
        raise Refusal("FIELD_EMPTY", field="secret")
    row.save()
    return row


@action("identity_provider.ended")
def withdraw(provider: IdentityProvider, *, by: Actor) -> None:
    "The practice's people no longer sign in with a service of its own."
    _ended(provider)


def _ended(provider: IdentityProvider) -> None:
    provider.ended_at, provider.sealed = clock.now(), ""
    provider.save(update_fields=["ended_at", "sealed"])


def current() -> IdentityProvider | None:
    """The sign-in service of the practice present."""
    return IdentityProvider.objects.filter(ended_at=None).first()


def mac_of(issuer: str, subject: str) -> bytes:
    """What is kept of an account of a service."""
    return door.keyed("identity links", f"{issuer}\n{subject}")
