"""Letters that lie ready: printed in one batch by somebody who may read them, then posted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from keepwell import charts
from keepwell.access import policy
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.charts.excerpts import plan
from keepwell.ledger.actions import action
from keepwell.outbound import composing, papers, reaching, wording
from keepwell.outbound.actions import ANSWER, answered, settle
from keepwell.outbound.clearance import Cleared
from keepwell.outbound.excerpts import Envelope, LetterContent
from keepwell.outbound.gate import Answer
from keepwell.outbound.letters import Paper
from keepwell.outbound.models import Message
from keepwell.outbound.papers import Sheet
from keepwell.outbound.wording import Filling

MOST = 50


def ready() -> QuerySet[Message]:
    """What was cleared to go by post and is not printed yet, oldest first."""
    return Message.objects.filter(channel=Channel.LETTER, status=Message.Status.SENT).order_by("sent_at", "id")


def batch(*, by: Actor) -> bytes:
    """Up to 50 letters as one PDF, each noted as printed. Raises Refusal NOTHING_TO_PRINT.

    Whoever prints sees them: a letter this person may not read stays for somebody who may. It may have lain for days:
    the gate is asked once more, as at every delivery. No bytes: all of them went back to the outbox.
    """
    rows = list(ready().select_for_update()[:MOST])
    opened = _opened(rows, by)
    writes = reaching.sender(by)
    filled = Filling(writes.neutral or writes.name, f"https://{writes.site}", writes.phone, writes.postal)
    clear = _still_clear([row for row in rows if row.id in opened], by)
    printable = [(row, sheet) for row in clear if (sheet := _sheet(row, opened.get(row.id), filled))]
    if not printable and len(clear) < len(opened):
        return b""
    if not printable:
        raise Refusal("NOTHING_TO_PRINT")
    _printed([row.whose for row, _ in printable], [row for row, _ in printable], by=by)
    return papers.printed([sheet for _, sheet in printable], filled, Channel.LETTER)


def _still_clear(rows: Sequence[Message], by: Actor) -> list[Message]:
    """Those that may go where they say. What is held now waits in the outbox; what moved goes round once more."""
    made = composing.again(rows, by=by) if rows else []
    clear = [
        isinstance(one.answer, Cleared) and one.channel is Channel.LETTER and one.point is not None
        and one.point.id == row.point
        for row, one in zip(rows, made, strict=True)
    ]  # fmt: skip
    back = [(row, one.answer) for row, one, yes in zip(rows, made, clear, strict=True) if not yes]
    if back:
        _put_back([row.whose for row, _ in back], back, by=by)
    return [row for row, yes in zip(rows, clear, strict=True) if yes]


@action("letters.put_back", about="whose")
def _put_back(whose: Iterable[UUID], back: Sequence[tuple[Message, Answer]], *, by: Actor) -> None:
    "Letters that lay ready are not printed: the gate holds them now, or they go to another address."
    for message, answer in back:
        answered(message, answer).sent_at = None
        message.save(update_fields=[*ANSWER, "sent_at"])


@action("letters.printed", about="whose")
def _printed(whose: Iterable[UUID], rows: list[Message], *, by: Actor) -> None:
    "Somebody printed letters, to be posted."
    settle(rows, Message.Status.DELIVERED)


def _opened(rows: Sequence[Message], by: Actor) -> dict[UUID, tuple[Envelope, dict[str, Any] | None]]:
    """Envelopes and, where this role and this person may read them, what letters say."""
    found: dict[UUID, tuple[Envelope, dict[str, Any] | None]] = {}
    for letters in (False, True):
        some = [row for row in rows if row.is_letter is letters]
        wanted = (Envelope, LetterContent) if letters else (Envelope,)
        if not some or any(not plan(e).classes <= policy.visible(by) for e in wanted):
            continue
        chart = charts.open({row.whose for row in some}, *wanted, by=by, partly=True)
        own = Message.objects.filter(id__in=[row.id for row in some]).order_by("id")
        said = chart.all(LetterContent, own) if letters else {}
        content = {each.pk: each.content for many in said.values() for each in many}
        for envelope in (each for many in chart.all(Envelope, own).values() for each in many):
            found[envelope.pk] = (envelope, content.get(envelope.pk))
    return found


def _sheet(row: Message, opened: tuple[Envelope, dict[str, Any] | None] | None, filled: Filling) -> Sheet | None:
    if opened is None:
        return None
    envelope, content = opened
    to = envelope.to or {}
    if content is not None:
        paper = Paper.of(content)
    else:
        said = wording.render(wording.of(row.template), envelope.values or {}, filled, Channel.LETTER)
        paper = Paper(said.subject, (said.text,))
    return Sheet(paper, str(to.get("name", "")), to.get("at"), row.language)
