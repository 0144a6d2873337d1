"""What the ledger knows of one device: the sessions on it, who signed in there, whom they opened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.ledger import custody, wire
from keepwell.ledger.entries import Entry, canonical

MOST_SESSIONS = 5000
"""The last ones on a device that a question to the log goes through: several years of a busy desk."""


def sessions_on(device: UUID) -> list[UUID]:
    """The sessions that signed in on a device of the present practice, newest first."""
    rows = wire.rows("default", "SELECT session_id FROM custody.sessions_on(%s, %s)", device, MOST_SESSIONS)
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class Opened:
    """One patient whom somebody opened on a device."""

    patient: UUID
    actor: UUID
    last: dt.datetime


def opened_on(device: UUID, by: Actor, limit: int = 100) -> list[Opened]:
    """Whom the sessions on a device opened in the last 30 days, newest first. A reading of the ledger, and recorded."""
    rows = wire.rows(
        "default",
        "SELECT subject_id, actor_id, max(at) AS last FROM custody.subject WHERE practice_id = %s AND kind = 'open'"
        " AND at > now() - interval '30 days' AND session_id IN (SELECT i.session_id FROM custody.entry i"
        " WHERE i.practice_id = %s AND i.at > now() - interval '31 days' AND i.kind = 'sign_in'"
        " AND i.detail::jsonb ->> 'device' = %s) GROUP BY subject_id, actor_id ORDER BY last DESC LIMIT %s",
        by.practice,
        by.practice,
        str(device),
        limit,
    )
    detail = canonical({"asked": ["device"], "device": device, "found": len(rows)})
    custody.record(Entry("system", "ledger.read", detail=detail), by)
    return [Opened(*row) for row in rows]


def signed_in_on(device: UUID, hours: int, by: Actor) -> list[UUID]:
    """The members who signed in or went on working on a device within so many hours."""
    rows = wire.rows(
        "default",
        "SELECT DISTINCT actor_id FROM custody.entry WHERE practice_id = %s AND kind = 'sign_in'"
        " AND at > now() - make_interval(hours => %s) AND detail::jsonb ->> 'device' = %s",
        by.practice,
        hours,
        str(device),
    )
    return [row[0] for row in rows]
