"""What carriers bring that is not words: proved first, then fetched where it lies, and only then kept, once.

Between proving and keeping stands the network, so these are two transactions with nothing held open between them. The
same call again finds that it was taken in and changes nothing, so a carrier that missed our answer may ask again.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.outbound import callbacks
from keepwell.outbound.callbacks import Call, Proved
from keepwell.outbound.connectors import RECEIVERS, Brought
from keepwell.outbound.models import Connection
from keepwell.vault.uploads import Spool


@dataclass(frozen=True, slots=True, repr=False)
class Came:
    """Something a proved call brings. `again`: it was taken in before."""

    what: Brought
    proved: Proved
    again: bool

    @property
    def channel(self) -> str:
        return str(self.proved.connection.channel)


def takes_files(connection: UUID) -> bool:
    """Whether a file may come with a call to here, asked before any is read: a standing connection that receives."""
    return _standing(connection) is not None


def brought(connection: UUID, call: Call, *, by: Actor) -> Came | None:
    """What a signed call brings; None for one that is about something else. Raises Refusal PAYLOAD_TAMPERED."""
    row = _standing(connection)
    if row is None:
        return None
    known = callbacks.proved(connection, call, by=by)
    what = RECEIVERS[row.connector].brought(call.fields, with_file=bool(call.files))
    if what is None:
        return None
    return Came(what, known, callbacks.heard_before(known))


def fetched(came: Came, most: int) -> Spool | None:
    """The file from the carrier's own host, outside any transaction; None when there is none to fetch.

    Raises Refusal MEDIA_ELSEWHERE, MEDIA_UNREADABLE, WEBHOOK_PRIVATE.
    """
    if not came.what.url:
        return None
    return RECEIVERS[came.proved.connection.connector].fetch(came.what, came.proved.secrets, most)


def mark(came: Came, *, by: Actor) -> bool:
    """Marks the call as taken in; False if it was meanwhile."""
    if callbacks.heard_before(came.proved):
        return False
    callbacks.mark(came.proved, by=by)
    return True


def _standing(connection: UUID) -> Connection | None:
    return Connection.objects.filter(id=connection, ended_at=None, connector__in=list(RECEIVERS)).first()
