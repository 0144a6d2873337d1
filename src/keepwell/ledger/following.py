"""Following the ledger: what came into its final order after a place, for whoever tells others what happened.

The order is that of the leaves: a leaf is written once its entry is committed, one after the other and never between
two others. So a place in it is a promise: nothing comes before it later, and nothing stands in it twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.ledger import wire


@dataclass(frozen=True, slots=True)
class Happened:
    """One action, and where it stands. No names, no words."""

    place: int
    entry: UUID
    at: dt.datetime
    verb: str


def last_place(by: Actor) -> int:
    """Where this practice's newest entry in the final order stands; -1 when there is none."""
    asked = "SELECT seq FROM custody.leaf WHERE practice_id = %s ORDER BY seq DESC LIMIT 1"
    found = wire.rows("default", asked, by.practice)
    return int(found[0][0]) if found else -1


def actions_between(after: int, until: int, verbs: Iterable[str], by: Actor, limit: int) -> list[Happened]:
    """The actions of these verbs after one place and up to another, in their order, at most so many."""
    asked = """SELECT l.seq, e.id, e.at, e.verb FROM custody.leaf l
      JOIN custody.entry e ON e.id = l.entry_id AND e.at = l.at AND e.practice_id = l.practice_id
      WHERE l.practice_id = %s AND l.seq > %s AND l.seq <= %s AND e.kind = 'action' AND e.verb = ANY (%s)
      ORDER BY l.seq LIMIT %s"""
    rows = wire.rows("default", asked, by.practice, after, until, list(verbs), limit)
    return [Happened(*row) for row in rows]


def subjects_of(entry: UUID, at: dt.datetime, by: Actor) -> list[UUID]:
    """Whose ids an entry names, the practice's own left out."""
    asked = "SELECT subjects FROM custody.entry WHERE practice_id = %s AND id = %s AND at = %s"
    found = wire.rows("default", asked, by.practice, entry, at)
    return [subject for subject in (found[0][0] if found else ()) if subject != by.practice]
