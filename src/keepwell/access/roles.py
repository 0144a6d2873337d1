"""How a membership's own difference and scope read, between the columns that keep them and the policy that decides."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import UUID

from keepwell.base.actor import Custom, Scope


def custom(said: str | None) -> Custom | None:
    """A practice's own role, as the door answers it."""
    if said is None:
        return None
    own = json.loads(said)
    return Custom(UUID(own["id"]), own["name"], frozenset(own["adds"]), frozenset(own["drops"]))


def scope(said: str | None) -> Scope | None:
    """What an auditor may look at, as the door answers it."""
    if said is None:
        return None
    kept = json.loads(said)
    return Scope(_day(kept["since"]), _day(kept["until"]), frozenset(map(UUID, kept["patients"])))


def spoken(limits: Scope) -> dict[str, Any]:
    """A scope, as a membership keeps it."""
    return {
        "since": limits.since and limits.since.isoformat(),
        "until": limits.until and limits.until.isoformat(),
        "patients": sorted(map(str, limits.patients)),
    }


def _day(said: str | None) -> dt.date | None:
    return dt.date.fromisoformat(said) if said else None
