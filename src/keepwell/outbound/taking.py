"""Taking a message that is due: still wanted, still cleared, within what its carrier takes a minute; then `sending`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.sending import Channel
from keepwell.ledger.actions import action
from keepwell.outbound import callbacks, papers, planned, wording
from keepwell.outbound.actions import ANSWER, answered, settle
from keepwell.outbound.clearance import Cleared
from keepwell.outbound.composing import Composed, again, filling, literal
from keepwell.outbound.connectors.base import Parcel
from keepwell.outbound.excerpts import Envelope, LetterContent, OfficeEnvelope, Secrets
from keepwell.outbound.letters import Paper
from keepwell.outbound.models import Connection, Message
from keepwell.outbound.models.messages import CONTACT

Status = Message.Status
DUE = (Status.PLANNED, Status.WAITING, Status.CLEARED)
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, repr=False)
class Taken:
    """A message that this process alone may send now, once."""

    attempt: UUID
    cleared: Cleared
    connector: str
    parcel: Parcel


def take(id: UUID, *, by: Actor) -> Taken | bool | None:
    """The message, ready to send; True if it was put to rest instead, None if somebody else has it."""
    due = Message.objects.select_for_update(skip_locked=True).filter(id=id, status__in=DUE, next_at__lte=clock.now())
    message = due.first()
    if message is None:
        return None
    if _too_late(message) or _pointless(message):
        _given_up(message, "TOO_LATE" if _too_late(message) else "POINTLESS", by=by)
        return True
    made = again([message], by=by)[0]
    if not isinstance(made.answer, Cleared):
        _held(message, made, by=by)
        return True
    connection = Connection.objects.get(id=made.answer.connection)
    if (free := _rate(connection)) is not None:
        _postponed(message, free, by=by)
        return True
    return _taken(message, made, made.answer, connection, by)


def _taken(message: Message, made: Composed, cleared: Cleared, connection: Connection, by: Actor) -> Taken:
    parcel = _parcel(message, made, connection, by)
    attempt = new_id()
    there = {"name": made.reached.name, "at": made.point.value if made.point else None}
    to = made.draft.elsewhere.kept() if made.draft.elsewhere else there
    to |= {} if message.is_letter else {"said": parcel.text}
    begin = _sending_to_staff if message.member_id else _sending
    begin(message, made, to, attempt, connection, by=by)
    return Taken(attempt, cleared, connection.connector, parcel)


def _parcel(message: Message, made: Composed, connection: Connection, by: Actor) -> Parcel:
    """Everything in the clear, from one opening."""
    excerpts: list[type[Any]] = [Secrets, OfficeEnvelope if message.member_id else Envelope]
    excerpts += [LetterContent] if message.is_letter else []
    chart = charts.open([message.whose, by.practice], *excerpts, by=by, listed=False)
    rows = Message.objects.filter(id=message.id).order_by("id")
    secrets = chart.all(Secrets, Connection.objects.filter(id=connection.id).order_by("id"))[by.practice][0].secrets
    filled = filling(made.reached, by=by)
    common: dict[str, Any] = {"message": message.id, "message_id": message.message_id, "channel": made.channel,
              "to": made.point.value if made.point else None, "name": made.reached.name, "sender": filled.clinic,
              "language": filled.language, "secrets": secrets,
              "callback": callbacks.address(connection.id, by=by)}  # fmt: skip
    if message.is_letter:
        paper = Paper.of(chart.all(LetterContent, rows)[message.whose][0].content or {})
        text = papers.COVER[filled.language] % {"clinic": filled.clinic, "phone": filled.phone}
        pages = papers.printed([_sheet(paper, made)], filled, made.channel)
        return Parcel(
            subject=papers.SUBJECT[filled.language] % filled.clinic, text=text, paper=paper, pages=pages, **common
        )
    opened: Any = chart.all(excerpts[1], rows)[message.whose][0]
    values = (opened.office or {}).get("values", {}) if message.member_id else opened.values
    notice = wording.of(message.template)
    said = literal(message.template, values or {}, made.reached, made.channel, by=by)
    pages = b""
    if made.channel is Channel.LETTER:
        pages = papers.printed([_sheet(Paper(said.subject, (said.text,)), made)], filled, made.channel)
    return Parcel(subject=said.subject, text=said.text, commercial=notice.unsubscribe, pages=pages, **common)


def _sheet(paper: Paper, made: Composed) -> papers.Sheet:
    home = made.point.value if made.point and made.channel is Channel.LETTER else None
    return papers.Sheet(paper, made.reached.name, home, made.reached.language)


def _sent_by(message: Message, made: Composed, attempt: UUID, connection: Connection, *sealed: str) -> None:
    answered(message, made.answer)
    message.status, message.next_at = Status.SENDING, None
    message.attempt, message.sending_at, message.attempts = attempt, clock.now(), message.attempts + 1
    message.point, message.language = made.point.id if made.point else None, made.reached.language
    message.connection = connection.id
    message.save(
        update_fields=[*ANSWER, "connection", "attempt", "sending_at", "attempts", "point", "language", *sealed]
    )


@action("message.sending", about="message", seals={CONTACT})
def _sending(
    message: Message, made: Composed, to: dict[str, Any], attempt: UUID, connection: Connection, *, by: Actor
) -> None:
    "A message to or about a patient is handed to its carrier, to the address it says."
    message.to = to
    _sent_by(message, made, attempt, connection, "to")


@action("staff_message.sending", about="message")
def _sending_to_staff(
    message: Message, made: Composed, to: dict[str, Any], attempt: UUID, connection: Connection, *, by: Actor
) -> None:
    "A message to a colleague is handed to its carrier."
    _sent_by(message, made, attempt, connection)


@action("message.held", about="message")
def _held(message: Message, made: Composed, *, by: Actor) -> None:
    "The gate holds a message that was to leave; it waits in the outbox with its reason."
    answered(message, made.answer)
    message.save(update_fields=list(ANSWER))


@action("message.postponed", about="message")
def _postponed(message: Message, until: dt.datetime, *, by: Actor) -> None:
    "A message leaves a little later: its carrier takes so many a minute."
    message.next_at = until
    message.save(update_fields=["next_at"])


@action("message.given_up", about="message")
def _given_up(message: Message, code: str, *, by: Actor) -> None:
    "A planned message does not leave: it is too late for it, or what it speaks of no longer stands."
    message.reason = code
    message.save(update_fields=["reason"])
    settle([message], Status.WITHDRAWN)


def _too_late(message: Message) -> bool:
    return message.not_after is not None and message.not_after < clock.now()


def _pointless(message: Message) -> bool:
    standing = planned.STILL.get(message.origin)
    about: Iterable[UUID] = [message.origin_id] if message.origin_id else []
    return standing is not None and bool(about) and not standing(about)


def _rate(connection: Connection) -> dt.datetime | None:
    """When the carrier takes the next one; None is now."""
    since = clock.now() - MINUTE
    recent = Message.objects.filter(connection=connection.id, sending_at__gt=since).order_by("-sending_at")
    times = list(recent.values_list("sending_at", flat=True)[: connection.a_minute])
    return times[-1] + MINUTE if len(times) >= connection.a_minute and times[-1] else None
