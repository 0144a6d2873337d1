"""Signing in, step by step: a password or a one-time link, then a second factor, then a place to work.

Each step that is proved goes on under a new session key, so a key planted beforehand is never signed in.
"""

from __future__ import annotations

import time
from uuid import UUID

from django.contrib.auth import authenticate
from django.http import HttpRequest

from keepwell.access import (
    acceptance,
    actions,
    alerts,
    credentials,
    devices,
    door,
    factors,
    keyring,
    known,
    limits,
    links,
    passkeys,
    passwords,
    recovery,
    session_store,
    single,
    sso,
    throttle,
)
from keepwell.access.models import Membership, Person, SignInLink
from keepwell.access.pending import Pending, address, begun, noted, proved, store_of, told
from keepwell.access.throttle import By
from keepwell.base.actor import Actor, Purpose, Role, nobody
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import signins
from keepwell.ledger.doorway import present

FIRST = {"enrolled", "new_passkey"}
"""Somebody who has just set up how they sign in is not told that this device is new."""


def with_password(request: HttpRequest, email: str, password: str, then: str) -> Pending:
    """The first step by password. Says nothing about whether the account exists: same words, same work."""
    account = email.strip().casefold()
    with told(request, "password", account):
        throttle.count(By.ADDRESS, address(request))
        throttle.count(By.ACCOUNT, known.counted(request, account))
        person = authenticate(request, email=account, password=passwords.normal(password)[: passwords.LONGEST + 1])
        if not isinstance(person, Person):
            raise Refusal("SIGN_IN_REFUSED")
        throttle.succeeded(By.ACCOUNT, known.counted(request, account))
        throttle.succeeded(By.ADDRESS, address(request))
        pending = begun(person.id, "password", next=then)
        pending.step()
    proved(request, pending)
    return pending


def with_link(request: HttpRequest, text: str) -> Pending:
    """The first step by a one-time link, which is used up by it."""
    with told(request, "link"):
        throttle.count(By.ADDRESS, address(request))
        link = _used(links.read(text))
    throttle.succeeded(By.ADDRESS, address(request))
    throttle.succeeded(By.ACCOUNT, link.person.email or "")
    pending = begun(link.person_id, "link", practice=str(link.practice_id), membership=str(link.membership_id))
    proved(request, pending)
    return pending


def with_passkey(request: HttpRequest, text: str, then: str = "", pending: Pending | None = None) -> Pending:
    """Both steps at once, or the second one of `pending`. Says nothing about whether there is such a passkey."""
    with told(request, "passkey", pending.person if pending else ""):
        proof = passkeys.proved(request, text, pending.id if pending else None)
        spend(proof)
    throttle.succeeded(By.ADDRESS, address(request))
    pending = pending or Pending(str(proof.row.person_id), "passkey", (), time.time() + limits.PENDING_SECONDS, then)
    proved(request, pending, "passkey")
    return pending


def spend(proof: passkeys.Proof) -> None:
    """A passkey was used: its counter is kept. Raises Refusal PASSKEY_COPIED."""
    with present(nobody()) as by:
        keyring.use(proof.row.person, proof, by=by)


def new_passkey(request: HttpRequest, pending: Pending, text: str, name: str) -> list[str]:
    """The step of a one-time link in which a passkey takes the place of password and app. Returns recovery codes."""
    with told(request, "enrolment", pending.person):
        held = passkeys.registered(request, text, name)
    place = _linked_place(pending)
    with present(member(place.membership, place.practice, place.role, store_of(request).id)) as by:
        person = Person.objects.get(id=pending.id)
        keyring.register(person, held, by=by)
        codes = credentials.renew_codes(person, by=by)
    pending.secret = ""
    proved(request, pending, "new_passkey")
    return codes


def with_code(request: HttpRequest, pending: Pending, code: str) -> None:
    """The second step: six digits from the authenticator app, or eight of a recovery code."""
    whom = known.counted(request, pending.person)
    with told(request, "code", pending.person):
        throttle.count(By.FACTOR, whom)
        method = second_factor(pending.id, code)
    throttle.succeeded(By.FACTOR, whom)
    proved(request, pending, method)


def second_factor(person: UUID, code: str) -> str:
    """Spends a code of the app or a recovery code; says which it was. Raises Refusal MFA_CODE_REFUSED."""
    if factors.accepts(person, code):
        return "totp"
    with present(nobody()) as by:
        credentials.use_recovery_code(Person.objects.get(id=person), code, by=by)
    return "recovery_code"


def new_password(request: HttpRequest, pending: Pending, raw: str) -> None:
    """The step of a one-time link in which a password is chosen."""
    place = _linked_place(pending)
    with present(member(place.membership, place.practice, place.role, store_of(request).id)) as by:
        credentials.set_password(Person.objects.get(id=pending.id), raw, by=by, practice_name=place.practice_name)
    proved(request, pending, "new_password")


def secret_to_enrol(request: HttpRequest, pending: Pending) -> str:
    """The secret of the enrolment under way, the same however often the page is shown."""
    if not pending.secret:
        pending.secret = factors.new_secret()
        noted(request, pending)
    return pending.secret


def enrol(request: HttpRequest, pending: Pending, code: str) -> list[str]:
    """The step in which an authenticator app is enrolled, once it has shown a good code. Returns the recovery codes."""
    with told(request, "enrolment", pending.person):
        throttle.count(By.FACTOR, pending.person)
        if not factors.proves(pending.id, secret_to_enrol(request, pending), code):
            raise Refusal("MFA_CODE_REFUSED", field="code")
    throttle.succeeded(By.FACTOR, pending.person)
    place = _linked_place(pending)
    with present(member(place.membership, place.practice, place.role, store_of(request).id)) as by:
        codes = credentials.enrol(Person.objects.get(id=pending.id), pending.secret, by=by)
    pending.secret = ""
    proved(request, pending, "enrolled")
    return codes


def places(request: HttpRequest, pending: Pending) -> tuple[door.Place, ...]:
    """Where a person may work now. Raises Refusal ACCOUNT_ORPHANED when nowhere, or RECERT_OVERDUE_REMOVED."""
    person = pending.id
    with told(request, "place", str(person)):
        found = sso.only(pending, door.places_of(person))
        if not found and (since := door.lapsed(person)):
            raise Refusal("RECERT_OVERDUE_REMOVED", date=f"{since:%Y-%m-%d}")
        if not found:
            raise Refusal("ACCOUNT_ORPHANED")
    return found


def unaccepted(pending: Pending) -> door.Place | None:
    """The place of the one-time link behind a sign-in, while it is closed to the person until they accept it."""
    if not pending.membership or acceptance.open_to(pending.id, UUID(pending.membership)):
        return None
    return _linked_place(pending)


def accept(request: HttpRequest, pending: Pending, place: door.Place) -> None:
    """The person, known by their own factors now, accepts the place their one-time link is for."""
    with present(member(place.membership, place.practice, place.role, store_of(request).id)) as by:
        acceptance.accept([Membership.objects.get(id=place.membership)], by=by)


def enter(request: HttpRequest, pending: Pending, place: door.Place) -> None:
    """The last step: signed in, in one place. First the practice's ledger has an entry, then the session a new key."""
    session, hours = new_id(), limits.of(place.role).absolute
    devices.unless_revoked(request)
    with present(member(place.membership, place.practice, place.role, session)):
        device, idle = devices.of(request, place.practice), devices.rules().idle
    data = {
        "from": devices.network(address(request)),
        "device_id": str(device.id) if device else "",
        "idle": idle,
        "person": pending.person,
        "membership": str(place.membership),
        "since": time.time(),
        "hours": hours,
        "methods": list(pending.methods),
        "proved": pending.at,
        "ways": factors.ways(pending.id),
        "device": devices.named(request),
    }
    if pending.via == "oidc":
        data["sso"] = {"practice": pending.practice, "roles": list(pending.roles)}
    if pending.bind:
        with present(member(place.membership, place.practice, place.role, session)) as by:
            sso.bind(pending, by=by)
    signins.record(
        "sign_in.succeeded",
        member(place.membership, place.practice, place.role, session),
        about=[pending.id],
        detail={"by": list(pending.methods)} | ({"device": device.id} if device else {}),
        note=f"from {address(request)}",
    )
    store_of(request).start(data, pending.id, hours, session)
    single.only(pending.id, place, session, ending="end_elsewhere" in request.POST)
    session_store.sweep()
    if not (known.knows(request, pending.person) or FIRST & set(pending.methods)):
        alerts.tell(pending.id, alerts.NEW_DEVICE, device=devices.named(request) or "?")


def leave(request: HttpRequest, by: Actor, outcome: str = "signed_out") -> None:
    """Signing out, or being signed out. The ledger hears of it once, however many requests come at the same time."""
    if store_of(request).end():
        signins.record("sign_in.ended", by, outcome=outcome)


def member(membership: UUID, practice: UUID, role: Role, session: UUID | None) -> Actor:
    """The actor who signs in or out, or looks after their own sign-in."""
    return Actor(membership, practice, role, Purpose.HSYSADMIN, session)


def _used(named: links.Named) -> SignInLink:
    with present(actions.system_actor(named.practice)) as by:
        link = SignInLink.objects.select_related("person").filter(id=named.link).first()
        if link is None:
            raise Refusal("LINK_REFUSED")
        credentials.use_link(link.person, link, by=by)
        recovery.taken_up(link, by=by)
    return link


def _linked_place(pending: Pending) -> door.Place:
    """Where the one-time link was made, accepted or not. Raises Refusal LINK_REFUSED if it ended meanwhile."""
    with present(actions.system_actor(UUID(pending.practice))):
        found = Membership.objects.select_related("practice").get(id=pending.membership, person_id=pending.id)
    place = door.place_of(found)
    if not place.lasts:
        raise Refusal("LINK_REFUSED")
    return place
