"""Letters that lie ready: asked about once more, printed in a batch by somebody who may read them, then posted.

Of what goes by post, printing is the delivery: the gate is asked again, and what it no longer clears goes back to
waiting. A batch can be printed again until somebody confirms that it was posted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from keepwell import charts
from keepwell.access import policy
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.charts.excerpts import plan
from keepwell.ledger.actions import action
from keepwell.outbound import composing, papers, reaching
from keepwell.outbound.actions import ANSWER, answered, settle
from keepwell.outbound.clearance import Cleared, spend
from keepwell.outbound.composing import Composed
from keepwell.outbound.excerpts import Envelope, LetterContent
from keepwell.outbound.gate import Answer
from keepwell.outbound.letters import Paper
from keepwell.outbound.models import Message, Sender
from keepwell.outbound.models.messages import CONTACT
from keepwell.outbound.papers import Sheet

MOST, LOOKED, BATCHES = 50, 2000, 20
"""Letters in one batch; how many are looked through for those this person may read; batches shown."""


@dataclass(frozen=True, slots=True, repr=False)
class Printed:
    """A batch as PDF, empty when nothing of it may leave any more, and how many went back to waiting."""

    pages: bytes
    many: int
    held: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters that were printed together and are not posted yet, as far as anybody said."""

    id: UUID
    printed_at: dt.datetime
    many: int


def ready() -> QuerySet[Message]:
    """What was cleared to go by post and is not printed yet, oldest first."""
    return _lying().filter(printed_at=None).order_by("sent_at", "id")


def readable(*, by: Actor) -> tuple[list[UUID], int]:
    """Up to 50 letters that this person may read, oldest first, and how many others lie ready for somebody else."""
    lie = list(ready().values_list("id", "whose", "is_letter")[:LOOKED])
    mine = _readable(lie, by)
    return mine[:MOST], len(lie) - len(mine)


def batches() -> list[Batch]:
    """What was printed and not posted, the oldest first: each that is posted brings the next into sight."""
    rows = _lying().filter(batch__isnull=False).order_by().values_list("batch")
    found = rows.annotate(at=Min("printed_at"), many=Count("id")).order_by("at", "batch")
    return [Batch(*each) for each in found[:BATCHES]]


def batch(*, by: Actor) -> Printed:
    """Up to 50 letters as one PDF, each noted as printed. Raises Refusal NOTHING_TO_PRINT.

    Whoever prints sees them: a letter this person may not read stays for somebody who may, and in nobody's way.
    """
    ids, _others = readable(by=by)
    return _print(list(ready().select_for_update().filter(id__in=ids)), new_id(), by)


def again(batch: UUID, *, by: Actor) -> Printed:
    """A batch once more, because the paper or its PDF was lost. Raises Refusal NOT_FOUND, NOTHING_TO_PRINT."""
    rows = _of(batch)
    mine = set(_readable([(row.id, row.whose, row.is_letter) for row in rows], by))
    return _print([row for row in rows if row.id in mine], batch, by)


def posted(batch: UUID, *, by: Actor) -> int:
    """Somebody put a batch in the mail. How many letters. Raises Refusal NOT_FOUND."""
    rows = _of(batch)
    _posted([row.whose for row in rows], rows, by=by)
    return len(rows)


@action("letters.posted", about="whose")
def _posted(whose: Iterable[UUID], rows: list[Message], *, by: Actor) -> None:
    "Somebody put printed letters in the mail."
    settle(rows, Message.Status.DELIVERED)


def _print(rows: Sequence[Message], batch: UUID, by: Actor) -> Printed:
    if not rows:
        raise Refusal("NOTHING_TO_PRINT")
    made = composing.again(rows, by=by, only=Channel.LETTER)
    clear: list[tuple[Message, Composed]] = []
    for row, one in zip(rows, made, strict=True):
        if isinstance(one.answer, Cleared):
            spend(one.answer, row.id, Channel.LETTER)
            clear.append((row, one))
    gone = {row.id for row, _one in clear}
    back = [(row, one.answer) for row, one in zip(rows, made, strict=True) if row.id not in gone]
    if back:
        _put_back([row.whose for row, _answer in back], back, by=by)
    if not clear:
        return Printed(b"", 0, len(rows))
    writes = reaching.sender(by)
    sheets = _sheets(clear, writes, by)
    _printed([row.whose for row, _one in clear], clear, {id: _words(s) for id, s in sheets.items()}, batch, by=by)
    filled = composing.filling(clear[0][1].reached, by=by, writes=writes)
    pages = papers.printed([sheets[row.id] for row, _one in clear], filled, Channel.LETTER)
    return Printed(pages, len(clear), len(rows) - len(clear))


@action("letters.put_back", about="whose")
def _put_back(whose: Iterable[UUID], back: Sequence[tuple[Message, Answer]], *, by: Actor) -> None:
    "Letters that lay ready are not printed: the gate holds them now. What was printed once may have left."
    for message, answer in back:
        message.sent_at = message.sent_at if message.printed_at else None
        message.batch = message.printed_at = None
        answered(message, answer).save(update_fields=[*ANSWER, "sent_at", "batch", "printed_at"])


@action("letters.printed", about="whose", seals={CONTACT})
def _printed(
    whose: Iterable[UUID], made: list[tuple[Message, Composed]], said: Mapping[UUID, str], batch: UUID, *, by: Actor
) -> None:
    "Somebody printed letters, to be posted; where each goes and what a notice said are kept as printed."
    now = clock.now()
    for row, one in made:
        to = {"name": one.reached.name, "at": one.point.value if one.point else None}
        row.to = to if row.is_letter else to | {"said": said[row.id]}
        row.point, row.language = one.point.id if one.point else None, one.reached.language
        row.batch, row.printed_at, row.sent_at = batch, now, now
        row.save(update_fields=["to", "point", "language", "batch", "printed_at", "sent_at"])


def _sheets(made: Sequence[tuple[Message, Composed]], writes: Sender, by: Actor) -> dict[UUID, Sheet]:
    """Each letter as it is printed, in the words the preview showed: from two openings, however many they are."""
    opened = _opened([row for row, _one in made], by)
    return {row.id: _sheet(row, one, opened[row.id], writes, by) for row, one in made}


def _sheet(row: Message, made: Composed, opened: dict[str, Any], writes: Sender, by: Actor) -> Sheet:
    if row.is_letter:
        paper = Paper.of(opened)
    else:
        said = composing.literal(row.template, opened, made.reached, Channel.LETTER, by=by, writes=writes)
        paper = Paper(said.subject, (said.text,))
    return Sheet(paper, made.reached.name, made.point.value if made.point else None, made.reached.language)


def _words(sheet: Sheet) -> str:
    return "\n\n".join(sheet.paper.paragraphs)


def _opened(rows: Sequence[Message], by: Actor) -> dict[UUID, dict[str, Any]]:
    """What fills each notice, and what each letter says."""
    found: dict[UUID, dict[str, Any]] = {}
    kinds: tuple[tuple[bool, type[Any], str], ...] = (
        (False, Envelope, "values"), (True, LetterContent, "content"),
    )  # fmt: skip
    for letters, excerpt, column in kinds:
        some = [row for row in rows if row.is_letter is letters]
        if not some:
            continue
        chart = charts.open({row.whose for row in some}, excerpt, by=by)
        own = Message.objects.filter(id__in=[row.id for row in some]).order_by("id")
        read = [each for many in chart.all(excerpt, own).values() for each in many]
        found |= {each.pk: getattr(each, column) or {} for each in read}
    return found


def _readable(lie: Sequence[tuple[UUID, UUID, bool]], by: Actor) -> list[UUID]:
    """Those whose patients this person may open for what is on the paper."""
    needs = reaching.CLASSES | plan(Envelope).classes
    closed = {
        letters: policy.refused(by, needs | (plan(LetterContent).classes if letters else frozenset()), whose)
        for letters in (False, True)
        if (whose := {patient for _id, patient, is_letter in lie if is_letter is letters})
    }
    return [id for id, patient, is_letter in lie if patient not in closed[is_letter]]


def _lying() -> QuerySet[Message]:
    return Message.objects.filter(channel=Channel.LETTER, status=Message.Status.SENT, patient__isnull=False)


def _of(batch: UUID) -> list[Message]:
    rows = list(_lying().select_for_update().filter(batch=batch).order_by("sent_at", "id"))
    if not rows:
        raise Refusal("NOT_FOUND")
    return rows
