"""What happens to a list that somebody moves in: sent, matched, checked, chosen from, moved in, undone, redone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action, key_for_file
from keepwell.patients.models import MoveIn, MoveInRow
from keepwell.patients.movein.course import Course, taken
from keepwell.patients.movein.fields import LABELS, NEEDED
from keepwell.patients.movein.files import CONTENT, Shelf
from keepwell.patients.movein.peek import Peek, headers_said
from keepwell.vault.marks import Marker
from keepwell.vault.phi import PhiClass
from keepwell.vault.uploads import SealedUpload

State, Choice, Outcome = MoveIn.State, MoveInRow.Choice, MoveInRow.Outcome
COURSE = Course(MoveIn, MoveInRow, "movein.step", "patient list from another system")


@action("movein.sent", seals={PhiClass.IDENTITY, CONTENT})
def send(upload: SealedUpload, peek: Peek, *, by: Actor) -> MoveIn:
    "Somebody sends a patient list. It is sealed under the practice's own key; its first rows are kept to be shown."
    run, key = new_id(), key_for_file(by.practice, CONTENT)
    mark = Marker(key).mark(headers_said(peek.headers))
    before = MoveIn.objects.filter(mark=mark).exclude(state=State.SENT).order_by("-sent_at").first()
    columns = before.columns if before and len(before.columns) == len(peek.headers) else list(peek.columns)
    row = MoveIn(id=run, name=upload.name or "", head=peek.kept(remembered=before is not None), mark=mark,
                 columns=columns, order=before.order if before else peek.order, sent_by_id=by.id)  # fmt: skip
    with upload, upload.spool.open() as plain:
        Shelf(by.practice, run, key).keep("list", plain)
    row.save(force_insert=True)
    return row


@action("movein.opened", seals={CONTENT})
def opened(run: UUID, *, by: Actor) -> Shelf:
    "Somebody, or a worker, reads a list that was sent."
    return Shelf(by.practice, run, key_for_file(by.practice, CONTENT))


@action("movein.matched")
def match(run: UUID, columns: Sequence[str], order: str, *, by: Actor) -> None:
    "Somebody says what each column of a list holds; it is read and everybody on it is looked for."
    row = COURSE.held(run, State.SENT, State.CHECKED)
    row.columns, row.order, row.refused = checked_columns(columns, order), order, ""
    COURSE.go(row, State.READING, by)


@action("movein.chosen")
def choose(run: UUID, choices: Mapping[UUID, str], *, by: Actor) -> None:
    "Somebody compared people on a list with patients who look alike, and says what to do with each."
    COURSE.held(run, State.CHECKED, State.MOVED)
    rows = MoveInRow.objects.filter(run_id=run, id__in=list(choices), verdict=MoveInRow.Verdict.DOUBTFUL, outcome="")
    for choice in (Choice.SKIP, Choice.REGISTER, Choice.ADD):
        rows.filter(id__in=[i for i, said in choices.items() if said == choice]).update(choice=choice)


@action("movein.started")
def start(run: UUID, *, by: Actor) -> None:
    "Somebody lets a list move in: those who are new, and of the doubtful ones those who were chosen."
    COURSE.go(COURSE.held(run, State.CHECKED, State.MOVED), State.MOVING, by)


@action("movein.undo_asked")
def undo(run: UUID, *, by: Actor) -> None:
    """Somebody takes a whole list back. Those whom anybody has opened or changed since stay.

    Raises Refusal MOVEIN_UNDO_OVER after 30 days.
    """
    COURSE.undo(run, by)


@action("movein.redo_asked")
def redo(run: UUID, *, by: Actor) -> None:
    "Somebody brings back a list that was undone."
    COURSE.go(COURSE.held(run, State.UNDONE), State.REDOING, by)


@action("movein.continued")
def go_on(run: UUID, *, by: Actor) -> None:
    "Somebody sets a list going again whose work stopped half way; what is done stays done."
    COURSE.go_on(run, by)


@action("movein.discarded")
def discard(run: UUID, *, by: Actor) -> None:
    "A list and its rows are taken off the disk. Who moved in with it stays."
    COURSE.discard(run)


@action("movein.expired")
def expire(*, by: Actor) -> int:
    "Lists that were sent more than 30 days ago go off the disk by themselves. Who moved in with them stays."
    return COURSE.expire()


@action("movein.advanced")
def advance(run: MoveIn, state: str, *, by: Actor) -> None:
    "One piece of a list is done, or all of it."
    COURSE.advance(run, state)


@action("movein.rows_judged")
def judge(rows: Iterable[MoveInRow], *, by: Actor) -> None:
    "What each row of a piece was found to be."
    MoveInRow.objects.bulk_create(rows)


@action("movein.rows_settled")
def settle(rows: Sequence[MoveInRow], *, by: Actor) -> None:
    "What became of each row of a piece."
    MoveInRow.objects.bulk_update(rows, ["verdict", "choice", "outcome", "wrong", "alike", "patient"])


@action("movein.rechecked")
def forget_rows(run: MoveIn, *, by: Actor) -> None:
    "A list is read again with other columns; what its rows were found to be before no longer counts."
    MoveInRow.objects.filter(run=run).delete()


def checked_columns(columns: Sequence[str], order: str) -> list[str]:
    """Raises Refusal MOVEIN_COLUMN_TWICE, MOVEIN_COLUMNS_MISSING, CHOICE_UNKNOWN."""
    held = taken(columns, order, LABELS)
    for needed in NEEDED:
        if not set(needed) & held:
            raise Refusal("MOVEIN_COLUMNS_MISSING", needed=LABELS[needed[0]])
    return list(columns)
