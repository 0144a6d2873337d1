"""What happens to an export of the activity log: asked for, made piece by piece, downloaded, taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from keepwell.access import notices, roles
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance.exports import files, shapes
from keepwell.compliance.exports.files import CONTENT, Shelf
from keepwell.compliance.models import LogExport
from keepwell.compliance.questions import Asked
from keepwell.ledger import jobs, queries
from keepwell.ledger.actions import action, key_for_file
from keepwell.ledger.queries import Row

State = LogExport.State
PIECE = 1000
"""Entries of one step: one transaction, one entry."""
MOST = 50_000
"""Entries of one file."""
KEPT = dt.timedelta(hours=24)

READY = notices.kind(
    "activity.exported",
    _("Your export of the activity log is ready: %(entries)s entries. It can be downloaded for a day."),
    icon="download",
    page="activity-export",
)


@action("activity.export_asked")
def ask(asked: Asked, form: str, *, by: Actor) -> LogExport:
    """Somebody asks for entries of the activity log as a file.

    Raises Refusal CHOICE_UNKNOWN, EXPORT_TOO_LARGE, AUDITOR_SCOPE.
    """
    if form not in shapes.FORMS:
        raise Refusal("CHOICE_UNKNOWN", field="form")
    total = queries.count(asked.question(), by, MOST)
    if total > MOST:
        raise Refusal("EXPORT_TOO_LARGE", most=MOST)
    now = clock.now()
    row = LogExport(form=form, asked=dict(asked.parts), zone=asked.zone, scope=limits(by), total=total,
                    asked_by_id=by.id, asked_at=now, ends_at=now + KEPT)  # fmt: skip
    row.save(force_insert=True)
    jobs.enqueue("activity.export", by=by, export=row.id)
    return row


@action("activity.exported", seals={CONTENT})
def make(row: LogExport, rows: Sequence[Row], *, by: Actor) -> None:
    "Entries of the activity log are written to the file that somebody asked for."
    here = rows[:PIECE]
    Shelf(by.practice, row.id, key_for_file(by.practice, CONTENT)).keep(
        row.pieces, shapes.FORMS[row.form].piece(here, by.practice)
    )
    row.pieces, row.done = row.pieces + 1, row.done + len(here)
    if len(rows) > len(here):
        row.last = str(here[-1].place)
    else:
        row.state, row.ends_at = State.READY, clock.now() + KEPT
        notices.tell([by.id], READY, by=by, about=row.id, entries=row.done)
    row.save()


@action("activity.export_taken", seals={CONTENT})
def take(export: UUID, *, by: Actor) -> tuple[LogExport, bytes]:
    """Whoever asked for an export downloads it.

    Raises Refusal NOT_FOUND, EXPORT_EXPIRED, AUDITOR_SCOPE.
    """
    row = own(export, by)
    refuse_gone(row)
    if row.state != State.READY:
        raise Refusal("NOT_FOUND")
    if row.scope != limits(by):
        raise Refusal("AUDITOR_SCOPE")
    shelf = Shelf(by.practice, row.id, key_for_file(by.practice, CONTENT))
    return row, shapes.whole(shapes.FORMS[row.form], map(shelf.read, range(row.pieces)))


@action("activity.export_stopped")
def stop(row: LogExport, *, by: Actor) -> None:
    "An export is not finished: what its auditor was let in to look at has changed meanwhile."
    row.state = State.STOPPED
    row.save()
    transaction.on_commit(files.remove(row.id))


@action("activity.exports_expired")
def expire(*, by: Actor) -> int:
    "Exports go off the disk by themselves a day after they were made."
    gone = list(LogExport.objects.filter(ends_at__lte=clock.now()).exclude(state=State.GONE))
    LogExport.objects.filter(id__in=[row.id for row in gone]).update(state=State.GONE)
    for row in gone:
        transaction.on_commit(files.remove(row.id))
    return len(gone)


def own(export: UUID, by: Actor) -> LogExport:
    """An export of one's own. Raises Refusal NOT_FOUND for anybody else's."""
    row = LogExport.objects.filter(id=export, asked_by_id=by.id).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def refuse_gone(row: LogExport) -> None:
    """Raises Refusal EXPORT_EXPIRED when its day is over."""
    if row.state == State.GONE or row.ends_at <= clock.now():
        raise Refusal("EXPORT_EXPIRED")


def limits(by: Actor) -> dict[str, object] | None:
    """What an auditor was let in to look at, as it is kept with an export; nothing for everybody else."""
    return roles.spoken(by.scope) if by.role is Role.AUDITOR and by.scope else None
