"""The recovery kit: a code on paper, sealed in an envelope, for the day on which nobody can sign in any more.

Two administrators see it made; it is shown once, and kept only as an HMAC under a key from outside the database. It
stands once somebody typed back a group of what was printed. Using it: access/kit_recovery.py.
"""

from __future__ import annotations

import hmac
import secrets
from uuid import UUID

from keepwell.access import door, kit_code
from keepwell.access.models import RecoveryKit
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action


def make(*, by: Actor) -> tuple[RecoveryKit, str]:
    """A new kit and its code, which nobody can show a second time. What stood before stands until this is confirmed."""
    code, asked = kit_code.new(), secrets.randbelow(kit_code.SIGNS // kit_code.GROUP)
    return _made(mac_of(code), asked, kit_code.groups(code)[asked], by=by), code


@action("recovery_kit.made")
def _made(mac: bytes, asked: int, group: str, *, by: Actor) -> RecoveryKit:
    "A recovery kit was made and shown once, to be printed."
    RecoveryKit.objects.filter(confirmed_at=None, ended_at=None).update(ended_at=clock.now(), piece=b"")
    kit = RecoveryKit(id=new_id(), mac=mac, asked=asked, made_by_id=by.id)
    kit.piece = _piece(kit.id, group)
    kit.save(force_insert=True)
    return kit


@action("recovery_kit.confirmed")
def confirm(kit: RecoveryKit, typed: str, *, by: Actor) -> RecoveryKit:
    "Somebody typed back a piece of the printed kit: it stands from now on, and an earlier one no longer does."
    if kit.ended_at is not None or kit.confirmed_at is not None:
        raise Refusal("STALE_VERSION")
    if not hmac.compare_digest(bytes(kit.piece), _piece(kit.id, kit_code.normal(typed))):
        raise Refusal("KIT_PIECE_REFUSED", field="piece", n=kit.asked + 1)
    at = clock.now()
    RecoveryKit.objects.filter(confirmed_at__isnull=False, ended_at=None).update(ended_at=at)
    kit.confirmed_at, kit.confirmed_by_id, kit.piece = at, by.id, b""
    kit.save(update_fields=["confirmed_at", "confirmed_by", "piece"])
    return kit


@action("recovery_kit.ended")
def withdraw(kit: RecoveryKit, *, by: Actor) -> RecoveryKit:
    "A kit is lost, or was seen: it opens nothing any more."
    if kit.ended_at is not None:
        raise Refusal("STALE_VERSION")
    kit.ended_at, kit.piece = clock.now(), b""
    kit.save(update_fields=["ended_at", "piece"])
    return kit


def standing() -> RecoveryKit | None:
    """The kit of the practice present that would work, if any."""
    near = RecoveryKit.objects.select_related("made_by", "confirmed_by")
    return near.filter(confirmed_at__isnull=False, ended_at=None).first()


def unconfirmed() -> RecoveryKit | None:
    """A kit that was printed, or should have been, and not typed back yet."""
    return RecoveryKit.objects.filter(confirmed_at=None, ended_at=None).first()


def mac_of(code: str) -> bytes:
    """What is kept of a code."""
    return door.keyed("recovery kits", code)


def _piece(kit: UUID, group: str) -> bytes:
    return door.keyed("recovery kit pieces", f"{kit}:{group}")
