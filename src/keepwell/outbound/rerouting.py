"""A message that waits takes another way than the one it was asked for, because somebody says so."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.actions import action
from keepwell.outbound import actions
from keepwell.outbound.composing import again
from keepwell.outbound.gate import Answer
from keepwell.outbound.models import Message

WAYS = frozenset({Channel.EMAIL, Channel.SMS, Channel.LETTER})


def by_way(id: UUID, way: str, *, by: Actor) -> Message:
    """Sends what waits by another way; the gate is asked about that one like about any.

    Raises Refusal NOT_FOUND, CHOICE_UNKNOWN: what goes to somebody else's fax, or to a colleague, takes no other way.
    """
    (message,) = actions.stuck([id], by)
    if way not in WAYS or message.patient_id is None or Channel.FAX in message.ways:
        raise Refusal("CHOICE_UNKNOWN", field="way")
    message.ways = [way]
    (made,) = again([message], by=by)
    _rerouted([message.whose], message, made.answer, by=by)
    actions.wake()
    return message


@action("message.rerouted", about="whose")
def _rerouted(whose: Iterable[UUID], message: Message, answer: Answer, *, by: Actor) -> None:
    "Somebody lets a message that waited take another way; what the gate says of that way counts."
    actions.answered(message, answer)
    message.attempts, message.settled_at = 0, None
    message.save(update_fields=[*actions.ANSWER, "ways", "attempts", "settled_at"])
