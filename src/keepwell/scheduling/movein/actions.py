"""What happens to a list of appointments: sent, matched, checked, booked, undone, taken off the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action, key_for_file
from keepwell.patients.movein.course import Course, taken
from keepwell.patients.movein.files import CONTENT, Shelf
from keepwell.patients.movein.peek import headers_said
from keepwell.scheduling import booking, changes
from keepwell.scheduling.models import Appointment, FreedTime, VisitList, VisitListRow
from keepwell.scheduling.movein.excerpts import ListMeaning
from keepwell.scheduling.movein.fields import LABELS, PATIENT
from keepwell.vault.marks import Marker
from keepwell.vault.uploads import SealedUpload

State, Outcome = VisitList.State, VisitListRow.Outcome
COURSE = Course(VisitList, VisitListRow, "visit_list.step", "appointments from another system")
Meant = Mapping[str, Mapping[str, str]]


def begin(upload: SealedUpload, head: dict[str, Any], columns: Sequence[str], order: str, *, by: Actor) -> VisitList:
    """A list is sent. What was said of the last one with the same headers is offered again."""
    return _sent(upload, head, list(columns), order, by=by)


@action("visit_list.sent", seals={CONTENT})
def _sent(upload: SealedUpload, head: dict[str, Any], columns: list[str], order: str, *, by: Actor) -> VisitList:
    "Somebody sends a list of appointments. It is sealed under the practice's own key; its first rows are kept to show."
    run, key = new_id(), key_for_file(by.practice, CONTENT)
    mark = Marker(key).mark(headers_said(tuple(head["headers"])))
    before = _before(mark, len(columns), by)
    row = VisitList(id=run, head=head, meant=before.meant if before else {}, mark=mark, columns=columns, order=order,
                    sent_by_id=by.id)  # fmt: skip
    if before is not None:
        row.columns, row.order = list(before.columns), before.order
    with upload, upload.spool.open() as plain:
        Shelf(by.practice, run, key).keep("list", plain)
    row.save(force_insert=True)
    return row


def _before(mark: bytes, width: int, by: Actor) -> ListMeaning | None:
    last = VisitList.objects.filter(mark=mark).exclude(state=State.SENT).order_by("-sent_at")
    row = last.values_list("id", flat=True).first()
    if row is None:
        return None
    chart = charts.open(by.practice, ListMeaning, by=by)
    (found,) = chart.all(ListMeaning, VisitList.objects.filter(id=row).order_by("pk"))[by.practice]
    return found if len(found.columns) == width else None


@action("visit_list.opened", seals={CONTENT})
def opened(run: UUID, *, by: Actor) -> Shelf:
    "Somebody, or a worker, reads a list of appointments."
    return Shelf(by.practice, run, key_for_file(by.practice, CONTENT))


@action("visit_list.matched", seals={CONTENT})
def match(run: UUID, columns: Sequence[str], order: str, meant: Meant, *, by: Actor) -> None:
    "Somebody says what each column holds and what its words for services and providers mean; every row is checked."
    row = COURSE.held(run, State.SENT, State.CHECKED)
    row.columns, row.order, row.refused = checked(columns, order), order, ""
    row.meant = {kind: dict(words) for kind, words in meant.items()}
    COURSE.go(row, State.READING, by)


@action("visit_list.started")
def start(run: UUID, *, by: Actor) -> None:
    "Somebody lets the visits of a list be booked: those that were found to be bookable."
    COURSE.go(COURSE.held(run, State.CHECKED, State.MOVED), State.MOVING, by)


@action("visit_list.undo_asked")
def undo(run: UUID, *, by: Actor) -> None:
    "Somebody takes a whole list back. Visits that anybody changed since stay."
    COURSE.undo(run, by)


@action("visit_list.continued")
def go_on(run: UUID, *, by: Actor) -> None:
    "Somebody sets a list going again whose work stopped half way; what is done stays done."
    COURSE.go_on(run, by)


@action("visit_list.discarded")
def discard(run: UUID, *, by: Actor) -> None:
    "A list is taken off the disk. The visits booked from it stay."
    COURSE.discard(run)


@action("visit_list.expired")
def expire(*, by: Actor) -> int:
    "Lists that were sent more than 30 days ago go off the disk by themselves."
    return COURSE.expire()


@action("visit_list.advanced")
def advance(run: VisitList, state: str, *, by: Actor) -> None:
    "One piece of a list is done, or all of it."
    COURSE.advance(run, state)


@action("visit_list.judged")
def judge(rows: Sequence[VisitListRow], *, by: Actor) -> None:
    "What each row of a piece was found to be."
    VisitListRow.objects.bulk_create(rows)


@action("visit_list.rechecked")
def forget_rows(run: VisitList, *, by: Actor) -> None:
    "A list is read again with other columns; what its rows were found to be no longer counts."
    VisitListRow.objects.filter(run=run).delete()


@action("visit_list.settled")
def settle(rows: Sequence[VisitListRow], *, by: Actor) -> None:
    "What became of each row of a piece."
    VisitListRow.objects.bulk_update(rows, ["outcome", "wrong", "appointment"])


def take_back(rows: Sequence[Appointment], *, by: Actor) -> None:
    """Visits nobody changed since they were moved in, as if they had not been."""
    if rows:
        _taken_back((*(row.patient_id for row in rows), by.practice), rows, by=by)


@action("visit_list.taken_back", about="whom")
def _taken_back(whom: Sequence[UUID], rows: Sequence[Appointment], *, by: Actor) -> None:
    "Visits of a list that is undone are noted as entered in error; their times are free, and offered to nobody."
    since = clock.now()
    for row in rows:
        was = changes.before(row)
        booking.give_back(row, by)
        row.status, row.version = Appointment.Status.ENTERED_IN_ERROR, row.version + 1
        row.save(update_fields=["status", "version"])
        changes.noted(row, "visit_list.taken_back", was, by)
    times = {(row.practitioner_id, row.starts_at) for row in rows}
    freed = FreedTime.objects.filter(freed_at__gte=since, practitioner_id__in={p for p, _ in times})
    none = [f.id for f in freed.order_by("id") if (f.practitioner_id, f.starts_at) in times]
    FreedTime.objects.filter(id__in=none).update(status=FreedTime.Status.GONE, settled_at=since)


def checked(columns: Sequence[str], order: str) -> list[str]:
    """Raises Refusal MOVEIN_COLUMN_TWICE, VISIT_COLUMNS_MISSING, CHOICE_UNKNOWN."""
    held = taken(columns, order, LABELS)
    if not any(set(needed) & held for needed in PATIENT):
        raise Refusal("VISIT_COLUMNS_MISSING", needed=LABELS["record_number"])
    for needed in ("service", "provider"):
        if needed not in held:
            raise Refusal("VISIT_COLUMNS_MISSING", needed=LABELS[needed])
    if "moment" not in held and not {"date", "time"} <= held:
        raise Refusal("VISIT_COLUMNS_MISSING", needed=LABELS["moment"])
    return list(columns)
