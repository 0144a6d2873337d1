"""What can be asked of the ledger, as data, and the conditions it becomes. Every part narrows the answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

OPENS_AT, CLOSES_AT = 7, 19
"""Hours of a working day, Monday to Friday, by the clock of the practice; what is outside is off-hours."""

NOT_OK = "not_ok"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an entry stands in the order of the log: what a page begins after or ends before."""

    at: dt.datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.astimezone(dt.UTC):%Y%m%dT%H%M%S%fZ}.{self.id.hex}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """A place from its text; None for anything else."""
        moment, _, entry = text.partition(".")
        try:
            at = dt.datetime.strptime(moment, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=dt.UTC)
            return cls(at, UUID(hex=entry))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `subjects` are the records of one person; `off_hours` is the zone whose hours are meant."""

    actor: UUID | None = None
    subjects: tuple[UUID, ...] = ()
    kind: str = ""
    verb: str = ""
    purpose: str = ""
    phi: str = ""
    outcome: str = ""
    sessions: tuple[UUID, ...] | None = None
    request: UUID | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    off_hours: str = ""
    before: Place | None = None
    after: Place | None = None

    def names(self) -> list[str]:
        """Which parts were asked, for the ledger: never the values."""
        return sorted(name for name in self.__slots__ if getattr(self, name) not in (None, "", ()))

    def clauses(self, practice: UUID) -> tuple[list[str], list[Any]]:
        """SQL conditions and their values, in the same order."""
        asked: dict[str, list[Any] | None] = {
            "actor_id = %s": _if(self.actor),
            "kind = %s": _if(self.kind),
            "verb = %s": _if(self.verb),
            "purpose = %s": _if(self.purpose),
            "%s = ANY (classes)": _if(self.phi),
            "outcome = %s": _if(self.outcome if self.outcome != NOT_OK else None),
            "outcome <> %s": ["ok"] if self.outcome == NOT_OK else None,
            "session_id = ANY (%s)": None if self.sessions is None else [list(self.sessions)],
            "request_id = %s": _if(self.request),
            "at >= %s": _if(self.since),
            "at < %s": _if(self.until),
            _OFF_HOURS: [self.off_hours, OPENS_AT, CLOSES_AT - 1, self.off_hours] if self.off_hours else None,
            "(at, id) < (%s, %s)": [self.before.at, self.before.id] if self.before else None,
            "(at, id) > (%s, %s)": [self.after.at, self.after.id] if self.after else None,
        }
        if self.subjects:
            asked[_ABOUT] = [practice, list(self.subjects)]
        said = {clause: values for clause, values in asked.items() if values is not None}
        return list(said), [value for values in said.values() for value in values]


_OFF_HOURS = (
    "(extract(hour FROM at AT TIME ZONE %s) NOT BETWEEN %s AND %s OR extract(isodow FROM at AT TIME ZONE %s) > 5)"
)
_ABOUT = (
    # Through the subject rows, whose plain equality an index answers under row security.
    "(id, at) IN (SELECT entry_id, at FROM custody.subject WHERE practice_id = %s AND subject_id = ANY (%s))"
)


def _if(value: Any) -> list[Any] | None:
    return None if value in (None, "") else [value]
