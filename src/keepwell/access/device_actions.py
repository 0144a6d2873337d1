"""What happens to devices and to sessions as the practice manages them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import devices, limits, notices, session_store
from keepwell.access.models import Device, Membership, Session, SignInRules
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger import on_device, signins
from keepwell.ledger.actions import action

LOST = notices.kind(
    "device.lost",
    _("The device “%(name)s” was reported lost. It is out of use and its sessions ended: %(sessions)s."),
    icon="laptop",
    page="device",
    alarming=True,
)
WAITING = notices.kind("device.waiting", _("The device “%(name)s” waits for approval."), icon="laptop", page="device")


@dataclass(frozen=True, slots=True)
class Posture:
    """What the holder of a device attests (45 CFR § 164.310(c))."""

    encrypted: bool
    locks: bool
    updated: bool


@action("device.registered")
def register(
    name: str,
    place: str,
    key_hash: bytes,
    posture: Posture,
    *,
    by: Actor,
    personal: bool = False,
    approved: bool = False,
) -> Device:
    "Somebody registered a computer or phone and said where it stands. One that its officers register is approved."
    at = clock.now()
    device = Device(name=name, place=place, personal=personal, key_hash=key_hash, holder_id=by.id, attested_at=at)
    device.attested_by_id = by.id
    _take(device, posture)
    if approved:
        device.approved_at, device.approved_by_id = at, by.id
    device.save(force_insert=True)
    if not approved:
        notices.tell(_officers(), WAITING, by=by, about=device.id, name=name)
    return device


@action("device.attested")
def attest(device: Device, posture: Posture, *, by: Actor) -> Device:
    "Somebody said again, or for the first time in a year, how a device is kept."
    device.attested_at, device.attested_by_id = clock.now(), by.id
    _take(device, posture)
    device.save(update_fields=["encrypted", "locks", "updated", "attested_at", "attested_by"])
    return device


@action("device.approved")
def approve(device: Device, *, by: Actor) -> Device:
    "Whoever manages devices knows this one and lets work be done on it."
    device.approved_at, device.approved_by_id = clock.now(), by.id
    device.save(update_fields=["approved_at", "approved_by"])
    return device


@action("device.revoked")
def revoke(device: Device, *, by: Actor, lost: bool = False) -> int:
    "A device is lost or out of use: its sessions ended, and it is refused from now on. Says how many sessions ended."
    device.revoked_at, device.lost = clock.now(), lost
    device.save(update_fields=["revoked_at", "lost"])
    ended = [each for each in living() if each.data.get("device_id") == str(device.id)]
    for each in ended:
        _ended(each.row, "DEVICE_REVOKED", by)
    if lost:
        notices.tell(_officers(), LOST, by=by, about=device.id, name=device.name, sessions=len(ended))
    return len(ended)


@action("session.ended_by_officer", about="person")
def end_session(session: UUID, person: UUID, *, by: Actor) -> None:
    "Whoever manages sessions ended one of a member; it answers nothing from its next request on."
    found = next((each.row for each in living() if each.row.id == session and each.row.person_id == person), None)
    if found is None:
        raise Refusal("NOT_FOUND")
    _ended(found, "ended_by_officer", by)


@action("sign_in_rules.set")
def set_rules(
    idle: Mapping[Role, int], *, by: Actor, devices_required: bool, single: Iterable[Role] = ()
) -> SignInRules:
    "The practice chose when quiet sessions lock, whether charts open on known devices only, and who has one session."
    for role, minutes in idle.items():
        if minutes > limits.ceiling(role) or minutes < limits.SHORTEST:
            raise Refusal("TIMEOUT_OVER_LIMIT", field=role.value, n=limits.ceiling(role))
    rules = devices.rules()
    rules.idle, rules.devices_required = {role.value: minutes for role, minutes in idle.items()}, devices_required
    rules.single = sorted(role.value for role in single)
    rules.save()
    for each in living():
        session_store.put(each.row, idle=rules.idle)
    return rules


@dataclass(frozen=True, slots=True)
class Living:
    """A session that works in the practice present, and the member it works as."""

    row: Session
    data: Mapping[str, Any]
    member: Membership


def living() -> list[Living]:
    """The sessions that work in the practice present, newest activity first."""
    members = {str(m.id): m for m in Membership.objects.filter(ends_at=None)}
    people = {m.person_id for m in members.values()}
    rows = Session.objects.filter(person_id__in=people, ended_at=None, expires_at__gt=clock.now()).order_by("-seen_at")
    said = [(row, session_store.data_of(row)) for row in rows[:500]]
    return [Living(row, data, members[data["membership"]]) for row, data in said if data.get("membership") in members]


def opened_on(device: Device, *, by: Actor) -> list[on_device.Opened]:
    """What was opened in sessions on a device in the last 30 days, newest first."""
    return on_device.opened_on(device.id, by)


def _take(device: Device, posture: Posture) -> None:
    device.encrypted, device.locks, device.updated = posture.encrypted, posture.locks, posture.updated


def _ended(row: Session, outcome: str, by: Actor) -> None:
    if session_store.end(row.id):
        whose = [row.person_id] if row.person_id else []
        signins.record("sign_in.ended", by, outcome=outcome, about=whose, detail={"session": row.id})


def _officers() -> list[UUID]:
    officers = Membership.objects.filter(role=Role.SECURITY_OFFICER, ends_at=None)
    return list(officers.order_by("id").values_list("id", flat=True))
