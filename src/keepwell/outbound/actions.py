"""What happens to messages: asked for, held or cleared, released, discarded, and what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from procrastinate.contrib.django import app

from keepwell.access import policy
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.outbound import wording
from keepwell.outbound.asks import Draft
from keepwell.outbound.clearance import Cleared, Held
from keepwell.outbound.composing import Composed, again, compose
from keepwell.outbound.gate import Answer
from keepwell.outbound.letters import LETTERS
from keepwell.outbound.models import Message
from keepwell.outbound.models.messages import CONTACT, MESSAGE, OFFICE

Status = Message.Status
DISPATCH = "keepwell.dispatch"
OPEN = (Status.PLANNED, Status.WAITING, Status.CLEARED)
STUCK = (Status.WAITING, Status.FAILED, Status.BOUNCED, Status.UNKNOWN)
"""What a person can decide about."""
ANSWER = ("channel", "status", "reason", "facts", "next_at", "carrier")
"""The columns the gate's answer is written to."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A message and what the gate said of it; `message` alone when it was asked for before under the same key."""

    message: Message
    answer: Answer | None


def send(draft: Draft, *, by: Actor) -> Answer:
    """One message, now: sealed, asked about, and on its way or waiting in the outbox with a reason.

    Raises Refusal REMINDER_PHI, TEMPLATE_UNKNOWN, CHOICE_UNKNOWN, POLICY_DENY, RESTRICTION_BLOCK.
    """
    handed = send_each([draft], by=by)[0]
    if handed.answer is not None:
        return handed.answer
    return Held("ASKED_ALREADY_SENT", handed.message.channel)  # type: ignore[arg-type]


def send_each(drafts: Sequence[Draft], *, by: Actor) -> list[Handed]:
    """Many at once, each with its own answer. The same key again gives the message there is."""
    for draft in drafts:
        draft.closed()
    known = standing({d.key for d in drafts if d.key})
    fresh = [d for d in drafts if d.key not in known]
    made = {id(c.draft): c for c in compose(fresh, by=by)} if fresh else {}
    rows = {id(d): (row(made[id(d)], by), made[id(d)].answer) for d in fresh}
    _write([r for r, _ in rows.values()], by)
    if any(r.status == Status.CLEARED for r, _ in rows.values()):
        wake()
    return [Handed(*rows[id(d)]) if id(d) in rows else Handed(known[d.key], None) for d in drafts]


def send_if_clear(draft: Draft, *, by: Actor) -> bool:
    """Sends what is clear now, and says so; of what the gate would hold nothing is written down and nothing waits."""
    return isinstance(compose([draft], by=by)[0].answer, Cleared) and isinstance(send(draft, by=by), Cleared)


def standing(keys: Iterable[str]) -> dict[str, Message]:
    """The messages that were asked for under these keys."""
    wanted = set(keys)
    return {m.key: m for m in Message.objects.filter(key__in=wanted).order_by("id")} if wanted else {}


def row(made: Composed, by: Actor) -> Message:
    """A draft as the row it becomes, with the gate's answer on it."""
    draft, to = made.draft, made.point
    notice = None if draft.paper else wording.of(draft.template)
    version = notice.version if notice else LETTERS[draft.template].version if draft.template in LETTERS else 1
    message = Message(
        id=made.id,
        whose=draft.patient or draft.member or made.id,
        patient_id=draft.patient,
        member_id=draft.member,
        ways=list(draft.ways),
        topic=draft.about(),
        template=draft.template,
        wording=version,
        is_letter=draft.paper is not None,
        language=made.reached.language,
        right=draft.elsewhere.right if draft.elsewhere else "",
        authorization_id=draft.elsewhere.authorization if draft.elsewhere else None,
        not_before=draft.not_before,
        not_after=draft.not_after,
        key=draft.key,
        mark=draft.mark,
        origin=draft.origin,
        origin_id=draft.origin_id,
        asked_by_id=None if by.role is Role.SYSTEM else by.id,
    )
    words(message, draft, {"name": made.reached.name, "at": to.value} if to else None)
    message.point = to.id if to else None
    return answered(message, made.answer, draft.not_before)


def words(message: Message, draft: Draft, to: dict[str, Any] | None) -> None:
    """What is sealed of it, in the columns of whoever it is for."""
    values = draft.closed()
    if draft.member:
        message.office = {"to": to, "values": values}
        return
    message.to, message.values = to, values
    if draft.elsewhere:
        message.to = draft.elsewhere.kept()
    if draft.paper:
        message.content = draft.paper.kept()


def answered(message: Message, answer: Answer, at: dt.datetime | None = None) -> Message:
    """The gate's answer, written on the row."""
    message.channel = answer.channel
    if isinstance(answer, Held):
        message.status, message.reason, message.facts = Status.WAITING, answer.code, answer.facts
        message.next_at, message.carrier = answer.until, None
    else:
        message.status, message.reason, message.facts = Status.CLEARED, "", {}
        message.next_at, message.carrier = at or clock.now(), answer.carrier.service
    return message


def _write(rows: Sequence[Message], by: Actor) -> None:
    staff = [m for m in rows if m.member_id]
    letters = [m for m in rows if m.patient_id and m.is_letter]
    notices = [m for m in rows if m.patient_id and not m.is_letter]
    unknown = [m for m in rows if m.to_unknown]
    for write, some in ((_notices, notices), (_letters, letters), (_to_staff, staff), (_to_unknown, unknown)):
        if some:
            write([m.whose for m in some], some, by=by)


@action("message.asked", about="whose", seals={CONTACT})
def _notices(whose: Iterable[UUID], rows: list[Message], *, by: Actor) -> None:
    "A notice to a patient is to leave; the gate has answered."
    Message.objects.bulk_create(rows)


@action("letter.asked", about="whose", seals={CONTACT, MESSAGE})
def _letters(whose: Iterable[UUID], rows: list[Message], *, by: Actor) -> None:
    "A letter to or about a patient is to leave; the gate has answered."
    Message.objects.bulk_create(rows)


@action("staff_message.asked", about="whose", seals={OFFICE})
def _to_staff(whose: Iterable[UUID], rows: list[Message], *, by: Actor) -> None:
    "A message to a colleague is to leave; the gate has answered."
    Message.objects.bulk_create(rows)


@action("unknown_message.asked", about="whose", seals={CONTACT})
def _to_unknown(whose: Iterable[UUID], rows: list[Message], *, by: Actor) -> None:
    "A fixed answer to a number or address nobody is known by is to leave; the gate has answered."
    Message.objects.bulk_create(rows)


def release(ids: Iterable[UUID], *, by: Actor) -> list[Message]:
    """Asks the gate again about messages that wait, failed or are unknown; those it clears leave now.

    Raises Refusal NOT_FOUND when none of them can be released.
    """
    rows = stuck(ids, by)
    answers = [made.answer for made in again(rows, by=by)]
    _released([m.whose for m in rows], rows, answers, by=by)
    wake()
    return rows


@action("message.released", about="whose")
def _released(whose: Iterable[UUID], rows: list[Message], answers: list[Answer], *, by: Actor) -> None:
    "Somebody looked at messages that waited and sends them; what the gate still holds goes on waiting."
    for message, answer in zip(rows, answers, strict=True):
        answered(message, answer)
        message.attempts, message.settled_at = 0, None
    _kept(rows, *ANSWER, "attempts", "settled_at")


def discard(ids: Iterable[UUID], *, by: Actor) -> list[Message]:
    """These messages never leave. Raises Refusal NOT_FOUND."""
    rows = stuck(ids, by)
    _discarded([m.whose for m in rows], rows, by=by)
    return rows


@action("message.discarded", about="whose")
def _discarded(whose: Iterable[UUID], rows: list[Message], *, by: Actor) -> None:
    "Somebody decided that messages do not leave."
    settle(rows, Status.DISCARDED)


@action("message.arrived", about="message")
def arrived(message: Message, *, by: Actor) -> Message:
    "Somebody found out that a message whose fate was unknown did arrive. Raises Refusal NOT_FOUND, FATE_KNOWN."
    (found,) = stuck([message.id], by)
    if found.status != Status.UNKNOWN:
        raise Refusal("FATE_KNOWN")
    found.sent_at = left_at(found)
    _kept([found], "sent_at")
    settle([found], Status.DELIVERED)
    return found


def left_at(message: Message) -> dt.datetime | None:
    """When a message left, or may have left: what may have arrived is accounted for too (45 CFR § 164.528)."""
    return message.sent_at or message.sending_at


def settle(rows: Sequence[Message], status: str) -> None:
    """Nothing more happens to these by themselves."""
    for message in rows:
        message.status, message.next_at, message.settled_at = status, None, clock.now()
    _kept(rows, "status", "next_at", "settled_at")


def waiting(by: Actor) -> QuerySet[Message]:
    """What waits for a person, oldest first."""
    return Message.objects.filter(status__in=STUCK).order_by("asked_at", "id")


def wake() -> None:
    """The dispatcher looks at once instead of within a minute. The job says nothing but that there is work."""
    app.configure_task(DISPATCH, queue="keepwell").defer()


def stuck(ids: Iterable[UUID], by: Actor) -> list[Message]:
    """These messages, if a person can decide about them. Raises Refusal ACCESS_DENIED, NOT_FOUND."""
    if not policy.may(by, Can.USE_OUTBOX):
        raise Refusal("ACCESS_DENIED", permission=Can.USE_OUTBOX)
    rows = list(Message.objects.select_for_update().filter(id__in=set(ids), status__in=STUCK).order_by("id"))
    if not rows:
        raise Refusal("NOT_FOUND")
    return rows


def _kept(rows: Sequence[Message], *columns: str) -> None:
    for message in rows:
        message.save(update_fields=columns)
