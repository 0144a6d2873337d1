"""Sessions: a random key in a cookie, its hash in a table, and what it means sealed beside it.

Only SHA-256 of the key is stored. The payload is encrypted with a key from outside the database and bound to that
hash, so a session read from the tables signs nobody in, and a row copied under another key opens as nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from typing import Any
from uuid import UUID

from keepwell.access import door, limits
from keepwell.access.models import Session
from keepwell.base import clock
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal

KEY_BYTES = 32


class SessionStore:
    """One browser's session. Written on the autocommit connection: no refusal of a page undoes it.

    `data` holds either `pending` (what sign-in has proved so far) or `membership` (signed in), and `person`. While
    `locked` is in it (and why), the session answers no page: access/locking.py.
    """

    def __init__(self) -> None:
        self.key: str | None = None
        self.hashed = b""
        self.id: UUID | None = None
        self.data: dict[str, Any] = {}
        self.found: door.Found | None = None
        self.seen: dt.datetime | None = None
        self.known = False

    @classmethod
    def opened(cls, key: str | None) -> SessionStore:
        """The session of a cookie; an empty one if there is none, it ended, or its row was tampered with."""
        if not key or len(key) > 100 or not key.isascii():
            return cls()
        store = cls.hashed_as(_hash(key))
        store.key = key if store.known else None
        return store

    @classmethod
    def hashed_as(cls, hashed: bytes) -> SessionStore:
        """The session whose key has this hash, for whoever found its row by something else than its key."""
        store, found = cls(), door.whoami(hashed)
        if found is None or not found.active:
            return store
        try:
            store.data = json.loads(door.box("sessions").open(found.data, _bound(found.id, hashed)))
        except Refusal:
            return store
        store.hashed, store.id, store.found, store.seen, store.known = hashed, found.id, found, found.seen_at, True
        return store

    @property
    def person(self) -> UUID:
        """Whose session it is; only of one that is signed in."""
        return UUID(self.data["person"])

    def start(self, data: dict[str, Any], person: UUID | None, hours: int = 1, session: UUID | None = None) -> None:
        """A new key for what is known now; the old one ends. So no key planted beforehand is ever signed in."""
        self.end()
        self.key, self.id = secrets.token_urlsafe(KEY_BYTES), session or new_id()
        self.data, self.found = data, None
        hashed = self.hashed = _hash(self.key)
        Session.objects.using("recorder").create(
            id=self.id,
            key_hash=hashed,
            person_id=person,
            data=self._sealed(hashed),
            expires_at=clock.now() + dt.timedelta(hours=hours),
        )

    def save(self) -> None:
        """Writes `data` again, under the same key."""
        if self.key is not None and self.id is not None:
            sealed = self._sealed(_hash(self.key))
            Session.objects.using("recorder").filter(id=self.id, ended_at=None).update(data=sealed, seen_at=clock.now())

    def touch(self) -> None:
        """Somebody is active. Kept to a quarter of a minute, not to the request."""
        if (
            self.found is not None
            and self.id is not None
            and (clock.now() - self.found.seen_at).total_seconds() > limits.TOUCH_SECONDS
        ):
            self.seen = clock.now()
            Session.objects.using("recorder").filter(id=self.id, ended_at=None).update(seen_at=self.seen)

    def lock(self, why: str) -> bool:
        """Locks it where it is, under the same key. False if somebody else did, or it went on or ended meanwhile."""
        assert self.found is not None and self.key is not None and self.id is not None
        self.data["locked"] = why
        same = Session.objects.using("recorder").filter(id=self.id, ended_at=None, data=self.found.data)
        return bool(same.update(data=self._sealed(_hash(self.key))))

    def park(self, **said: Any) -> bool:
        """Locks it and takes its key away from the browser: nobody holds the new one. False if it ended meanwhile."""
        assert self.id is not None
        self.data |= {"locked": "switched"} | said
        hashed = _hash(secrets.token_urlsafe(KEY_BYTES))
        same = Session.objects.using("recorder").filter(id=self.id, ended_at=None, key_hash=self.hashed)
        parked = same.update(key_hash=hashed, data=self._sealed(hashed))
        self.key, self.id, self.data, self.found = None, None, {}, None
        return bool(parked)

    def resume(self) -> bool:
        """Goes on under a new key, the same session to the ledger. False if it did already, or ended."""
        assert self.id is not None
        self.data.pop("locked", None)
        key, self.seen = secrets.token_urlsafe(KEY_BYTES), clock.now()
        same = Session.objects.using("recorder").filter(id=self.id, ended_at=None, key_hash=self.hashed)
        went_on = same.update(key_hash=_hash(key), data=self._sealed(_hash(key)), seen_at=self.seen)
        if went_on:
            self.key, self.hashed = key, _hash(key)
        return bool(went_on)

    def end(self) -> bool:
        """Ends it. False if it had ended already, or never began."""
        ended = self.id is not None and end(self.id)
        self.key, self.id, self.data, self.found = None, None, {}, None
        return ended

    def _sealed(self, hashed: bytes) -> str:
        assert self.id is not None
        return door.box("sessions").seal(json.dumps(self.data).encode(), _bound(self.id, hashed))


def end(session: UUID) -> bool:
    """Ends a session by its id. False if it had ended already."""
    living = Session.objects.using("recorder").filter(id=session, ended_at=None)
    return bool(living.update(ended_at=clock.now(), data=""))


def sweep() -> None:
    """Removes sessions whose time was over a day ago. The ledger keeps what is to be known of them."""
    Session.objects.using("recorder").filter(expires_at__lt=clock.now() - dt.timedelta(days=1)).delete()


def data_of(row: Session) -> dict[str, Any]:
    """What a session's row means, for the list of one's own sessions; empty if it was tampered with."""
    try:
        opened = door.box("sessions").open(row.data, _bound(row.id, bytes(row.key_hash)))
    except Refusal:
        return {}
    data: dict[str, Any] = json.loads(opened)
    return data


def put(row: Session, **said: Any) -> None:
    """Says something more in somebody's session, unless it changed or ended meanwhile."""
    data = data_of(row)
    if data:
        sealed = door.box("sessions").seal(json.dumps(data | said).encode(), _bound(row.id, bytes(row.key_hash)))
        Session.objects.using("recorder").filter(id=row.id, ended_at=None, data=row.data).update(data=sealed)


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _bound(session: UUID, hashed: bytes) -> bytes:
    return b"session1" + session.bytes + hashed
