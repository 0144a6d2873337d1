"""Switch user on a shared desk: a session waits, parked, and goes on by this very device and its person's password.

Only on a device that the practice registered as shared and approved. The browser gives up the key of what it parks, and
nobody holds another until the person is back: who owns the desk's cookie still needs a password, five tries for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from keepwell.access import devices, locking, passkeys, session_store, sessions, signin
from keepwell.access.actions import system_actor
from keepwell.access.entrances import Signed
from keepwell.access.models import Device, DevicePlace, Membership, Session
from keepwell.access.pending import store_of
from keepwell.access.session_store import SessionStore
from keepwell.base import clock
from keepwell.base.refusal import Refusal
from keepwell.ledger import on_device, signins
from keepwell.ledger.doorway import present

RECENT_HOURS = 12
"""How long a shared desk remembers who signed in at it: a working day."""


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody a shared desk knows, and their session that waits there, if one does."""

    member: Membership
    parked: Session | None


def desk(request: HttpRequest) -> Device | None:
    """The shared device a request comes from. Raises Refusal DEVICE_REVOKED for one that is out of use."""
    devices.unless_revoked(request)
    said = devices.given(request)
    if said is None:
        return None
    with present(system_actor(said[0])):
        device = devices.of(request, said[0])
    return device if device is not None and _is_shared(device) else None


def park(request: HttpRequest, signed: Signed, device: Device, **said: str) -> None:
    """The session waits at this desk, with what its person was doing and the secret of the forms they have open."""
    by = signin.member(signed.membership, signed.practice, signed.role, signed.session)
    kept = {name: words for name, words in said.items() if len(words) <= locking.LONGEST}
    parked = kept | {"csrf": request.META.get("CSRF_COOKIE", "")}
    if store_of(request).park(device_id=str(device.id), parked=parked):
        signins.record("sign_in.parked", by, about=[signed.person], detail={"device": device.id})


def here(device: Device) -> list[Here]:
    """Who has a session waiting at this desk or signed in at it lately; those who are waited for first."""
    assert device.practice_id is not None
    by = system_actor(device.practice_id)
    with present(by):
        recent = set(on_device.signed_in_on(device.id, RECENT_HOURS, by))
        lasting = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), person__is_active=True)
        members = list(lasting.select_related("person").order_by("name", "id"))
        parked = _parked(device, members)
    known = [Here(m, parked.get(str(m.id))) for m in members if m.id in recent or str(m.id) in parked]
    return sorted(known, key=lambda each: each.parked is None)


def resume(request: HttpRequest, parked: Session) -> dict[str, str]:
    """Goes on in a session that waited here; says what its person was doing. Raises what `locking.resume` raises."""
    store, before = SessionStore.hashed_as(bytes(parked.key_hash)), store_of(request)
    signed, ended = sessions.standing(store)
    if signed is None:
        raise Refusal("NOT_FOUND")
    said: dict[str, str] = store.data.pop("parked", {})
    store.data["typed"] = said.get("typed", "")
    if request.POST.get("passkey") and passkeys.STATE in before.data:
        store.data[passkeys.STATE] = before.data.pop(passkeys.STATE)
        before.save()
    request.session, request.locked = store, signed  # type: ignore[assignment, attr-defined]
    try:
        if ended is not None:
            by = signin.member(signed.membership, signed.practice, signed.role, signed.session)
            signin.leave(request, by, ended.code)
            raise ended
        locking.resume(request)
    except Refusal:
        request.session, request.locked = before, None  # type: ignore[assignment, attr-defined]
        raise
    before.end()
    if said.get("csrf"):
        request.META |= {"CSRF_COOKIE": said["csrf"], "CSRF_COOKIE_NEEDS_UPDATE": True}
    return said


def typed(request: HttpRequest) -> str:
    """What somebody was typing when they left the desk, once."""
    store = store_of(request)
    said: str = store.data.pop("typed", "")
    if said:
        store.save()
    return said


def _is_shared(device: Device) -> bool:
    return device.place == DevicePlace.SHARED and device.approved_at is not None and not device.personal


def _parked(device: Device, members: Iterable[Membership]) -> dict[str, Session]:
    """The sessions that wait at a device, by the membership they work as; the newest of each."""
    people = {m.person_id for m in members}
    rows = Session.objects.filter(person_id__in=people, ended_at=None, expires_at__gt=clock.now()).order_by("-seen_at")
    found: dict[str, Session] = {}
    for row in rows[:500]:
        data: dict[str, Any] = session_store.data_of(row)
        if "parked" in data and data.get("device_id") == str(device.id):
            found.setdefault(data["membership"], row)
    return found
