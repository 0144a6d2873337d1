"""How much was opened in an emergency or by an operator, counted in the ledger for those who look at it afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell.base.actor import Actor, Purpose
from keepwell.ledger import custody, wire
from keepwell.ledger.entries import Entry, canonical

_IN_EMERGENCIES = """
  SELECT t.id, count(DISTINCT e.id), count(DISTINCT s.subject_id), array_agg(DISTINCT c) FILTER (WHERE c IS NOT NULL)
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[])
    AS t(id, actor, subject, since, till)
  JOIN custody.subject s ON s.practice_id = %s AND s.subject_id = t.subject AND s.actor_id = t.actor
    AND s.at >= t.since AND s.at <= t.till AND s.kind = 'open'
  JOIN custody.entry e ON e.id = s.entry_id AND e.at = s.at AND e.purpose = %s
  LEFT JOIN LATERAL unnest(e.classes) c ON true GROUP BY t.id"""
_IN_SESSIONS = """
  SELECT e.session_id, count(DISTINCT e.id), count(DISTINCT s), array_agg(DISTINCT c) FILTER (WHERE c IS NOT NULL)
  FROM custody.entry e LEFT JOIN LATERAL unnest(e.subjects) s ON true LEFT JOIN LATERAL unnest(e.classes) c ON true
  WHERE e.practice_id = %s AND e.session_id = ANY (%s) AND e.kind = 'open' GROUP BY e.session_id"""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was opened: in how many entries, of how many subjects, which classes."""

    entries: int = 0
    subjects: int = 0
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """One emergency: who opened whose record, from when until when."""

    id: UUID
    actor: UUID
    subject: UUID
    since: dt.datetime
    till: dt.datetime


def in_emergencies(spans: Iterable[Span], by: Actor) -> dict[UUID, Looked]:
    """What was opened in each of these emergencies, in one question. Recorded as a reading of the ledger."""
    asked = list(spans)
    columns = [[getattr(s, name) for s in asked] for name in ("id", "actor", "subject", "since", "till")]
    return _counted(wire.rows("default", _IN_EMERGENCIES, *columns, by.practice, Purpose.BTG), by) if asked else {}


def in_sessions(sessions: Iterable[UUID], by: Actor) -> dict[UUID, Looked]:
    """What was opened in each of these sessions, in one question. Recorded as a reading of the ledger."""
    asked = list(sessions)
    return _counted(wire.rows("default", _IN_SESSIONS, by.practice, asked), by) if asked else {}


def _counted(rows: list[tuple[Any, ...]], by: Actor) -> dict[UUID, Looked]:
    custody.record(Entry("system", "ledger.read", detail=canonical({"counted": [row[0] for row in rows]})), by)
    return {row[0]: Looked(row[1], row[2], tuple(row[3] or ())) for row in rows}
