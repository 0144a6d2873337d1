"""Questions to the ledger of the present practice. Reading the ledger is itself an entry."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody, wire
from keepwell.ledger.entries import Entry, canonical

_COLUMNS = (
    "id, at, kind, verb, actor_id, role, purpose, session_id, request_id, classes, excerpts, subjects, listed, "
    "outcome, detail, note IS NOT NULL"
)
PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as it stands in the ledger. No names: whose they are is asked for apart."""

    id: UUID
    at: dt.datetime
    kind: str
    verb: str
    actor: UUID
    role: str
    purpose: str
    session: UUID | None
    request: UUID
    classes: list[str]
    excerpts: list[str]
    subjects: list[UUID]
    listed: bool
    outcome: str
    detail: dict[str, Any]
    has_note: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the ledger; every part narrows it."""

    actor: UUID | None = None
    subject: UUID | None = None
    kind: str = ""
    verb: str = ""
    before: dt.datetime | None = None
    since: dt.datetime | None = None

    def clauses(self) -> tuple[list[str], list[Any]]:
        asked = {
            "actor_id = %s": self.actor,
            "kind = %s": self.kind or None,
            "verb = %s": self.verb or None,
            "at < %s": self.before,
            "at >= %s": self.since,
        }
        said = {clause: value for clause, value in asked.items() if value is not None}
        return list(said), list(said.values())


def ask(question: Question, by: Actor) -> list[Row]:
    """The newest entries that answer, at most a page. Recorded as a reading of the ledger (ASTM E2147)."""
    clauses, values = question.clauses()
    if question.subject is not None:
        # Through the subject rows, whose plain equality an index answers under row security.
        clauses.append(
            "(id, at) IN (SELECT entry_id, at FROM custody.subject WHERE practice_id = %s AND subject_id = %s)"
        )
        values += [by.practice, question.subject]
    where = " AND ".join(["practice_id = %s", *clauses])
    found = wire.rows(
        "default",
        f"SELECT {_COLUMNS} FROM custody.entry WHERE {where} ORDER BY at DESC, id DESC LIMIT %s",
        by.practice,
        *values,
        PAGE + 1,
    )
    custody.record(
        Entry(
            "system",
            "ledger.read",
            detail=canonical({"asked": sorted(c.split()[0] for c in clauses), "found": len(found)}),
        ),
        by,
    )
    return [_row(r) for r in found]


def one(entry: UUID, by: Actor) -> Row:
    """One entry. Raises Refusal NOT_FOUND."""
    found = wire.rows(
        "default", f"SELECT {_COLUMNS} FROM custody.entry WHERE practice_id = %s AND id = %s", by.practice, entry
    )
    if not found:
        raise Refusal("NOT_FOUND")
    custody.record(Entry("system", "ledger.read", detail=canonical({"entry": entry})), by)
    return _row(found[0])


def opened_by(actor: UUID, by: Actor, limit: int = 10) -> list[UUID]:
    """The patients somebody opened last, newest first; not those only listed."""
    rows = wire.rows(
        "default",
        "SELECT subject_id FROM (SELECT subject_id, max(at) AS last FROM custody.subject"
        " WHERE practice_id = %s AND actor_id = %s AND kind = 'open' AND NOT listed AND at > now() - interval '90 days'"
        " GROUP BY subject_id) opened ORDER BY last DESC LIMIT %s",
        by.practice,
        actor,
        limit,
    )
    return [row[0] for row in rows]


def changed_since(at: dt.datetime, by: Actor, limit: int = 50) -> list[UUID]:
    """The subjects of actions since a moment, newest first: patients, and whatever else has rows of its own."""
    rows = wire.rows(
        "default",
        "SELECT s FROM (SELECT s, max(at) AS last FROM custody.entry, unnest(subjects) AS s"
        " WHERE practice_id = %s AND at >= %s AND kind = 'action' GROUP BY s) changed ORDER BY last DESC LIMIT %s",
        by.practice,
        at,
        limit,
    )
    return [row[0] for row in rows]


def _row(columns: tuple[Any, ...]) -> Row:
    values = list(columns)
    values[14] = json.loads(values[14])
    return Row(*values)
