"""Questions to the ledger of the present practice. Reading the ledger is itself an entry."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody, scope, wire
from keepwell.ledger.asking import Place, Question
from keepwell.ledger.entries import Entry, canonical

_COLUMNS = (
    "id, at, kind, verb, actor_id, role, purpose, session_id, request_id, classes, excerpts, subjects, listed, "
    "outcome, detail, note IS NOT NULL"
)
PAGE = 50
BESIDE = 40
"""How many other entries of the same request are shown with one."""


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

    @property
    def place(self) -> Place:
        return Place(self.at, self.id)


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of entries, newest first, and whether there are newer and older ones that answer too."""

    rows: tuple[Row, ...]
    newer: bool = False
    older: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry, what else its request did, and how the session it belongs to began."""

    row: Row
    beside: tuple[Row, ...]
    signed_in: Row | None


def ask(question: Question, by: Actor) -> Answer:
    """The entries that answer, at most a page. Recorded as a reading of the ledger (ASTM E2147)."""
    found = [_row(columns) for columns in _asked(question, by, PAGE + 1)]
    _read(by, asked=question.names(), found=len(found))
    more = len(found) > PAGE
    if question.after is not None:
        return Answer(tuple(reversed(found[:PAGE])), newer=more, older=bool(found))
    return Answer(tuple(found[:PAGE]), newer=question.before is not None, older=more)


def all_of(question: Question, by: Actor, most: int) -> list[Row]:
    """The entries that answer, newest first, one over `most` if there are more. Recorded as a reading for an export."""
    found = [_row(columns) for columns in _asked(question, by, most + 1)]
    _read(by, asked=question.names(), found=len(found[:most]), exported=True)
    return found


def count(question: Question, by: Actor, most: int) -> int:
    """How many entries answer, counted no further than one over `most`."""
    scope.refuse_patients(by, question.subjects)
    text, values = statement(question, by.practice, most + 1, scope.clauses(by))
    counted: int = wire.rows("default", f"SELECT count(*) FROM ({text}) AS asked", *values)[0][0]
    return counted


def one(entry: UUID, by: Actor, only: UUID | None = None) -> Seen:
    """One entry and what belongs to it, recorded as one reading. Raises Refusal NOT_FOUND.

    `only` is whose entry it has to be.
    """
    found = _rows("id = %s", by.practice, entry)
    if not found or only not in (None, found[0].actor):
        raise Refusal("NOT_FOUND")
    row = found[0]
    scope.refuse_beyond(by, row.at, row.subjects)
    beside = _rows("request_id = %s AND id <> %s ORDER BY at, id LIMIT %s", by.practice, row.request, entry, BESIDE)
    began = "session_id = %s AND verb = 'sign_in.succeeded' ORDER BY at LIMIT 1"
    signed_in = _rows(began, by.practice, row.session) if row.session else []
    _read(by, entry=entry)
    return Seen(
        row,
        tuple(each for each in beside if scope.holds(by, each.at, each.subjects)),
        signed_in[0] if signed_in else None,
    )


def reason(entry: UUID, by: Actor) -> str:
    """The sealed reason of an entry, in its writer's words. That it was read is on record before it is opened.

    Raises Refusal NOT_FOUND, INTEGRITY_FAILURE.
    """
    found = wire.rows(
        "default", "SELECT note, at, subjects FROM custody.entry WHERE practice_id = %s AND id = %s", by.practice, entry
    )
    if not found or found[0][0] is None:
        raise Refusal("NOT_FOUND")
    scope.refuse_beyond(by, *found[0][1:])
    _read(by, entry=entry, reason=True)
    return custody.read_note(bytes(found[0][0]), by)


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


def last_active(actors: Iterable[UUID], by: Actor) -> dict[UUID, dt.datetime]:
    """When each last did anything in this practice; who never did is missing. One row of an index each."""
    rows = wire.rows(
        "default",
        "SELECT a, last.at FROM unnest(%s::uuid[]) AS a, LATERAL (SELECT e.at FROM custody.entry e"
        " WHERE e.practice_id = %s AND e.actor_id = a ORDER BY e.at DESC LIMIT 1) AS last",
        list(actors),
        by.practice,
    )
    return dict(rows)


def made_by(requests: Iterable[UUID], subject: UUID, by: Actor) -> dict[tuple[UUID, str], UUID]:
    """The actions about somebody that some requests did: request and verb → entry. Ids only, to link to."""
    rows = wire.rows(
        "default",
        "SELECT request_id, verb, id FROM custody.entry WHERE practice_id = %s AND request_id = ANY (%s)"
        " AND kind = 'action' AND %s = ANY (subjects)",
        by.practice,
        list(requests),
        subject,
    )
    return {(request, verb): entry for request, verb, entry in rows}


def cited(subject: UUID, verb: str, name: str, value: str, by: Actor) -> UUID | None:
    """The action about somebody whose entry cites this value, if there is one."""
    asked = """SELECT e.id FROM custody.subject s JOIN custody.entry e ON e.id = s.entry_id AND e.at = s.at
      WHERE s.practice_id = %s AND s.subject_id = %s AND s.kind = 'action' AND e.verb = %s
        AND e.detail::jsonb ->> %s = %s ORDER BY e.at LIMIT 1"""
    rows = wire.rows("default", asked, by.practice, subject, verb, name, value)
    return rows[0][0] if rows else None


def all_cited(subject: UUID, verb: str, name: str, by: Actor) -> set[str]:
    """Everything the actions of this verb about somebody ever cited under this name."""
    asked = """SELECT DISTINCT e.detail::jsonb ->> %s FROM custody.subject s
      JOIN custody.entry e ON e.id = s.entry_id AND e.at = s.at
      WHERE s.practice_id = %s AND s.subject_id = %s AND s.kind = 'action' AND e.verb = %s"""
    return {row[0] for row in wire.rows("default", asked, name, by.practice, subject, verb) if row[0]}


def last(subject: UUID, verb: str, by: Actor) -> tuple[dt.datetime, dict[str, Any]] | None:
    """When an action about somebody was done last, and what its entry says beside that."""
    asked = """SELECT e.at, e.detail FROM custody.subject s JOIN custody.entry e ON e.id = s.entry_id AND e.at = s.at
      WHERE s.practice_id = %s AND s.subject_id = %s AND s.kind = 'action' AND e.verb = %s ORDER BY e.at DESC LIMIT 1"""
    rows = wire.rows("default", asked, by.practice, subject, verb)
    return (rows[0][0], json.loads(rows[0][1])) if rows else None


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


def statement(
    question: Question, practice: UUID, limit: int, within: tuple[list[str], list[Any]] | None = None
) -> tuple[str, list[Any]]:
    """The SQL of a question and its values. A page before a newer one is read backwards; `within` narrows it."""
    clauses, values = question.clauses(practice)
    if within is not None:
        clauses, values = clauses + within[0], values + within[1]
    way = "ASC" if question.after is not None else "DESC"
    text = (
        f"SELECT {_COLUMNS} FROM custody.entry WHERE {' AND '.join(['practice_id = %s', *clauses])}"
        f" ORDER BY at {way}, id {way} LIMIT %s"
    )
    return text, [practice, *values, limit]


def _asked(question: Question, by: Actor, limit: int) -> list[tuple[Any, ...]]:
    scope.refuse_patients(by, question.subjects)
    text, values = statement(question, by.practice, limit, scope.clauses(by))
    return wire.rows("default", text, *values)


def _rows(which: str, practice: UUID, *values: Any) -> list[Row]:
    text = f"SELECT {_COLUMNS} FROM custody.entry WHERE practice_id = %s AND {which}"
    return [_row(columns) for columns in wire.rows("default", text, practice, *values)]


def _read(by: Actor, **facts: Any) -> None:
    custody.record(Entry("system", "ledger.read", detail=canonical(facts)), by)


def _row(columns: Iterable[Any]) -> Row:
    values = list(columns)
    values[14] = json.loads(values[14])
    return Row(*values)


def touched(subjects: Iterable[UUID], by: Actor, *, apart_from: Iterable[str]) -> set[UUID]:
    """Those of the subjects whom somebody opened or changed, other than by these verbs. Being listed is no opening."""
    asked = """SELECT DISTINCT s.subject_id FROM custody.subject s
      JOIN custody.entry e ON e.id = s.entry_id AND e.at = s.at
      WHERE s.practice_id = %s AND s.subject_id = ANY (%s) AND (s.kind = 'action' OR s.kind = 'open' AND NOT s.listed)
        AND NOT (e.verb = ANY (%s))"""
    return {row[0] for row in wire.rows("default", asked, by.practice, list(subjects), list(apart_from))}
