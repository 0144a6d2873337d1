"""Maintenance that goes through the practices one by one, as Keepwell itself and with a reason on record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from keepwell.access.actions import system_actor
from keepwell.base.actor import Actor, nobody
from keepwell.base.refusal import Refusal
from keepwell.ledger import wire
from keepwell.practices import presence


@dataclass(frozen=True, slots=True)
class Known:
    """A practice of this installation."""

    id: UUID
    slug: str
    name: str
    since: dt.datetime

    def actor(self, reason: str) -> Actor:
        """Keepwell itself at work in this practice."""
        return system_actor(self.id, reason=reason)


def practices(slug: str = "") -> list[Known]:
    """Every practice, or the one with this slug. Raises Refusal PRACTICE_UNKNOWN."""
    rows = wire.rows(
        "recorder", "SELECT practice_id, slug, name, since FROM custody.practices(%s)", presence.token(nobody())
    )
    found = [Known(*row) for row in rows if not slug or row[1] == slug]
    if slug and not found:
        raise Refusal("PRACTICE_UNKNOWN", slug=slug)
    return found


def reconciled() -> list[tuple[Known, dt.datetime | None]]:
    """Every practice and when its protected values were last compared with its ledger."""
    rows = wire.rows("recorder", "SELECT practice_id, at FROM custody.reconciled(%s)", presence.token(nobody()))
    last = dict(rows)
    return [(practice, last.get(practice.id)) for practice in practices()]
