"""What of the ledger an auditor was let in to look at: some days, and entries about some patients, or all of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal


def clauses(by: Actor) -> tuple[list[str], list[Any]]:
    """What a question to the ledger is narrowed by, because of who asks. An auditor without a scope sees nothing."""
    if by.role is not Role.AUDITOR:
        return [], []
    if by.scope is None:
        raise Refusal("AUDITOR_SCOPE")
    asked: list[str] = []
    values: list[Any] = []
    if by.scope.since:
        asked, values = [*asked, "at >= %s"], [*values, _midnight(by.scope.since)]
    if by.scope.until:
        asked, values = [*asked, "at < %s"], [*values, _midnight(by.scope.until + dt.timedelta(days=1))]
    if by.scope.patients:
        asked, values = [*asked, "subjects && %s::uuid[]"], [*values, sorted(by.scope.patients)]
    return asked, values


def holds(by: Actor, at: dt.datetime, subjects: Iterable[UUID]) -> bool:
    """Whether an entry of this moment, about these, is among what somebody was let in to look at."""
    if by.role is not Role.AUDITOR:
        return True
    scope, day = by.scope, at.astimezone(dt.UTC).date()
    if scope is None or (scope.patients and scope.patients.isdisjoint(subjects)):
        return False
    return not ((scope.since and day < scope.since) or (scope.until and day > scope.until))


def refuse_beyond(by: Actor, at: dt.datetime, subjects: Iterable[UUID]) -> None:
    """Raises Refusal AUDITOR_SCOPE for an entry that an auditor was not let in to look at."""
    if not holds(by, at, subjects):
        raise Refusal("AUDITOR_SCOPE")


def refuse_patients(by: Actor, subjects: Iterable[UUID]) -> None:
    """Raises Refusal AUDITOR_SCOPE for a question about patients who are none of those named to an auditor."""
    asked = frozenset(subjects)
    if by.scope is not None and by.scope.patients and asked and asked.isdisjoint(by.scope.patients):
        raise Refusal("AUDITOR_SCOPE")


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
