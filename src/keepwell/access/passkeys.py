"""Passkeys (W3C Web Authentication): the browser signs a challenge with a key that never leaves its device.

One proves two things at once, the device and whoever unlocked it: user verification is always asked for. The address
of the site is part of what is signed, so a page that only looks like ours gets nothing (NIST SP 800-63B-4 § 3.2.5).
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from keepwell.access import door, limits
from keepwell.access.models import Passkey, Person
from keepwell.access.session_store import SessionStore
from keepwell.base.refusal import Refusal

STATE = "passkey"


@dataclass(frozen=True, slots=True)
class Held:
    """What the sealed column of a passkey says."""

    name: str
    site: str
    key: str
    count: int

    @property
    def credential(self) -> AttestedCredentialData:
        return AttestedCredentialData(base64.b64decode(self.key))


@dataclass(frozen=True, slots=True)
class Proof:
    """A passkey that has just signed, and its counter since."""

    row: Passkey
    held: Held
    count: int


def of(person: UUID) -> list[tuple[Passkey, Held]]:
    """A person's passkeys, oldest first. One that was tampered with is none."""
    return list(_opened(Passkey.objects.filter(person_id=person, ended_at=None).order_by("made_at", "id")))


def has(person: UUID) -> bool:
    """Whether a person has a passkey."""
    return Passkey.objects.filter(person_id=person, ended_at=None).exists()


def seal(row: Passkey, held: Held) -> Passkey:
    """Writes what the sealed column says. Only inside an action about the person keeps it."""
    row.sealed = door.box("factors").seal(json.dumps(asdict(held)).encode(), _bound(row))
    return row


def options_to_register(request: HttpRequest, person: Person) -> dict[str, Any]:
    """What the browser needs to make a passkey, and a challenge that this session holds to."""
    user = PublicKeyCredentialUserEntity(id=person.id.bytes, name=person.email or "", display_name=person.name)
    options, state = _server(request).register_begin(
        user,
        [held.credential for _, held in of(person.id)],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _expect(request, state, "register")
    return dict(options)


def options_to_prove(request: HttpRequest, person: UUID | None) -> dict[str, Any]:
    """What the browser needs to sign with a passkey: one of this person's, or any when nobody is known yet."""
    known = [held.credential for _, held in of(person)] if person else None
    options, state = _server(request).authenticate_begin(known, UserVerificationRequirement.REQUIRED)
    _expect(request, state, "prove")
    return dict(options)


def registered(request: HttpRequest, text: str, name: str) -> Held:
    """The new passkey in the browser's answer. Raises Refusal PASSKEY_REFUSED."""
    try:
        made = _server(request).register_complete(_expected(request, "register"), json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refusal("PASSKEY_REFUSED") from None
    assert made.credential_data is not None
    key = base64.b64encode(made.credential_data).decode()
    return Held(name.strip(), _site(request), key, made.counter)


def proved(request: HttpRequest, text: str, person: UUID | None = None) -> Proof:
    """Whose passkey signed the challenge: this person's, if known. Raises Refusal PASSKEY_REFUSED and says no more."""
    try:
        answer = AuthenticationResponse.from_dict(json.loads(text))
        handle = answer.response.user_handle
        whose = UUID(bytes=handle or b"") if handle or person is None else person
        found = {h.credential.credential_id: (row, h) for row, h in of(whose) if h.site == _site(request)}
        state = _expected(request, "prove")
        signed = _server(request).authenticate_complete(state, [h.credential for _, h in found.values()], answer)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refusal("PASSKEY_REFUSED") from None
    row, held = found[signed.credential_id]
    if not row.person.is_active or person not in (None, whose):
        raise Refusal("PASSKEY_REFUSED")
    return Proof(row, held, answer.response.authenticator_data.counter)


def _expect(request: HttpRequest, state: dict[str, Any], what: str) -> None:
    store = _store(request)
    held = {"challenge": state["challenge"], "for": what, "until": time.time() + limits.PENDING_SECONDS}
    if store.key is None:
        store.start({STATE: held}, None)
    else:
        store.data[STATE] = held
        store.save()


def _expected(request: HttpRequest, what: str) -> dict[str, Any]:
    """The challenge this session waits for, which is used up by asking. Raises KeyError if there is none."""
    store = _store(request)
    held = store.data.pop(STATE)
    store.save()
    if held["for"] != what or held["until"] <= time.time():
        raise KeyError(what)
    return {"challenge": held["challenge"], "user_verification": UserVerificationRequirement.REQUIRED}


def _store(request: HttpRequest) -> SessionStore:
    return cast(SessionStore, request.session)


def _server(request: HttpRequest) -> Fido2Server:
    ours = request.build_absolute_uri("/").rstrip("/")
    return Fido2Server(
        PublicKeyCredentialRpEntity(name="Keepwell", id=_site(request)), verify_origin=lambda origin: origin == ours
    )


def _site(request: HttpRequest) -> str:
    """The name a passkey belongs to: the host, without its port."""
    return request.get_host().rpartition(":")[0] or request.get_host()


def _opened(rows: Any) -> Iterator[tuple[Passkey, Held]]:
    for row in rows.select_related("person"):
        try:
            yield row, Held(**json.loads(door.box("factors").open(row.sealed, _bound(row))))
        except Refusal:
            continue


def _bound(row: Passkey) -> bytes:
    return b"passkey1" + row.person_id.bytes + row.id.bytes
