"""The worker's side: one piece of an export at a time, each in its own transaction, so that a kill costs one piece."""

from __future__ import annotations

import dataclasses
import json
from uuid import UUID

from keepwell.access import roles
from keepwell.access.models import Membership
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance.exports import actions
from keepwell.compliance.exports.actions import PIECE, State
from keepwell.compliance.models import LogExport
from keepwell.compliance.questions import Asked
from keepwell.ledger import jobs, queries
from keepwell.ledger.asking import Place, Question
from keepwell.ledger.jobs import job


@job("activity.export")
def step(*, by: Actor, export: UUID) -> None:
    """Writes the next piece, and queues the one after. Whoever comes late does nothing."""
    row = LogExport.objects.select_for_update().filter(id=export, asked_by_id=by.id).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    if row.state != State.MAKING:
        return
    asker = _as_let_in(by)
    if row.scope != actions.limits(asker):
        actions.stop(row, by=by)
        return
    actions.make(row, queries.all_of(_left(row), asker, PIECE), by=by)
    if row.state == State.MAKING:
        jobs.enqueue("activity.export", by=by, export=export)


def _left(row: LogExport) -> Question:
    """What was asked, as far as it is not written yet; without what came into the log since."""
    question = Asked(row.asked, row.zone).question()
    until = min(question.until or row.asked_at, row.asked_at)
    return dataclasses.replace(question, until=until, before=Place.read(row.last))


def _as_let_in(by: Actor) -> Actor:
    """An auditor with what they are let in to look at now: a job carries no scope."""
    if by.role is not Role.AUDITOR:
        return by
    kept = Membership.objects.get(id=by.id).scope
    return dataclasses.replace(by, scope=roles.scope(kept and json.dumps(kept)))
