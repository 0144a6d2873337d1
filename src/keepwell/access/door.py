"""What the database answers before anybody is present: whose session, which memberships, how many attempts.

Every question carries a token of the house, so the application's database password alone gets no answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from keepwell.access import roles
from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Custom, Role, Scope, nobody
from keepwell.ledger import house, wire
from keepwell.practices import presence
from keepwell.vault.box import Box


@dataclass(frozen=True, slots=True)
class Place:
    """A membership as the door sees it: where somebody works and as what."""

    membership: UUID
    practice: UUID
    role: Role
    name: str
    ends_at: dt.datetime | None
    practice_name: str
    time_zone: str
    custom: Custom | None = None
    scope: Scope | None = None

    @property
    def lasts(self) -> bool:
        return self.ends_at is None or self.ends_at > clock.now()


@dataclass(frozen=True, slots=True)
class Found:
    """A session that has not ended, as the tables hold it."""

    id: UUID
    data: str
    seen_at: dt.datetime
    active: bool
    places: tuple[Place, ...]


def whoami(key_hash: bytes) -> Found | None:
    """The session with this key hash and the memberships of its person, in one statement."""
    rows = wire.rows("recorder", "SELECT * FROM custody.whoami(%s, %s)", _token(), key_hash)
    if not rows:
        return None
    session, data, seen_at, active = rows[0][:4]
    return Found(session, data, seen_at, active, tuple(_place(row[4:]) for row in rows if row[4] is not None))


def places_of(person: UUID) -> tuple[Place, ...]:
    """Every membership of a person that has not ended."""
    rows = wire.rows("recorder", "SELECT * FROM custody.memberships(%s, %s)", _token(), person)
    return tuple(place for place in map(_place, rows) if place.lasts)


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """A practice's current notice of privacy practices in one language."""

    practice_name: str
    language: str
    version: int
    title: str
    parts: list[list[str]]
    digest: str
    published_at: dt.datetime
    time_zone: str


def calendar_feed(hashed: bytes) -> tuple[UUID, UUID, UUID] | None:
    """The feed, practice and practitioner whose private calendar address has this HMAC, if it still counts."""
    rows = wire.rows("recorder", "SELECT * FROM custody.feed(%s, %s)", _token(), hashed)
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None


def notices(slug: str) -> tuple[PublicNotice, ...]:
    """The notice of privacy practices of a practice, in each language it has."""
    rows = wire.rows("recorder", "SELECT * FROM custody.public_notice(%s, %s)", _token(), slug)
    return tuple(_notice(*row) for row in rows)


def _notice(name: str, language: str, version: int, title: str, parts: str, *rest: Any) -> PublicNotice:
    return PublicNotice(name, language, version, title, json.loads(parts), *rest)


def lapsed(person: UUID) -> dt.datetime | None:
    """When somebody's access ended because nobody confirmed in time that they need it."""
    (row,) = wire.rows("recorder", "SELECT custody.lapsed(%s, %s)", _token(), person)
    ended: dt.datetime | None = row[0]
    return ended


def place_of(membership: Membership) -> Place:
    """A membership, loaded with its practice, as the door sees it; open to its person or not."""
    where = membership.practice
    return Place(
        membership.id,
        where.id,
        Role(membership.role),
        membership.name,
        membership.ends_at,
        where.name,
        where.time_zone,
    )


def bearer(hashed: bytes) -> tuple[Any, ...] | None:
    """The token with this hash, the program it belongs to and what it may, whether it still counts or not."""
    rows = wire.rows("recorder", "SELECT * FROM custody.bearer(%s, %s)", _token(), hashed)
    return rows[0] if rows else None


def identity_providers() -> list[tuple[Any, ...]]:
    """The sign-in services of all practices: id, practice, label, issuer, client, sealed secret, roles, trust."""
    return list(wire.rows("recorder", "SELECT * FROM custody.identity_providers(%s)", _token()))


def recovery_kit(mac: bytes) -> tuple[UUID, UUID] | None:
    """The practice and the id of the recovery kit whose code has this HMAC, if one stands."""
    rows = wire.rows("recorder", "SELECT * FROM custody.recovery_kit(%s, %s)", _token(), mac)
    return (rows[0][0], rows[0][1]) if rows else None


def token_used(token: UUID, practice: UUID) -> None:
    """Remembers when a token was last used, to the minute."""
    wire.call("recorder", "SELECT custody.token_used(%s, %s, %s)", _token(), token, practice)


def count(key: bytes, waits: list[int], forget: int) -> tuple[int, int]:
    """Counts an attempt. Seconds to wait before it may be made (0: go on), and the failures before it."""
    (row,) = wire.rows(
        "recorder",
        "SELECT wait, failures FROM custody.attempt(%s, %s, %s::integer[], %s)",
        _token(),
        key,
        waits,
        forget,
    )
    return int(row[0]), int(row[1])


def forgive(key: bytes, *, everything: bool) -> None:
    """After a success: this attempt was no failure, or none of them counts any more."""
    wire.call("recorder", "SELECT custody.forgive(%s, %s, %s)", _token(), key, everything)


def spend(person: UUID, counter: int) -> bool:
    """Whether a one-time code of this counter is used for the first time; it is spent from now on."""
    (row,) = wire.rows("recorder", "SELECT custody.spend_code(%s, %s, %s)", _token(), person, counter)
    return bool(row[0])


def box(purpose: str) -> Box:
    """A box under a key of the house."""
    return _box(house.key(purpose))


def keyed(purpose: str, text: str) -> bytes:
    """HMAC-SHA256 of `text` under a key of the house: tells equals from equals and nothing else."""
    return hmac.new(house.key(purpose), text.encode(), hashlib.sha256).digest()


@cache
def _box(key: bytes) -> Box:
    return Box(key)


def _token() -> str:
    return presence.token(nobody())


def _place(row: tuple[object, ...]) -> Place:
    membership, practice, role, name, ends_at, practice_name, time_zone, custom, scope = row
    return Place(
        membership,  # type: ignore[arg-type]
        practice,  # type: ignore[arg-type]
        Role(str(role)),
        name,  # type: ignore[arg-type]
        ends_at,  # type: ignore[arg-type]
        practice_name,  # type: ignore[arg-type]
        time_zone,  # type: ignore[arg-type]
        roles.custom(custom),  # type: ignore[arg-type]
        roles.scope(scope),  # type: ignore[arg-type]
    )
