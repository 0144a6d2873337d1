"""A phone message, taken down in twenty seconds. Whoever takes it may write what they could not read in the chart."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from keepwell.base import clock, text
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.actions import action
from keepwell.messaging import once
from keepwell.messaging.actions import added
from keepwell.messaging.models import Post, Thread
from keepwell.tasks import caring
from keepwell.tasks.actions import known_to
from keepwell.tasks.asks import For
from keepwell.vault.phi import PhiClass


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """Who called about whom, what they said, where to call back, whom it is for. The same `key` is the same call."""

    words: str
    goes_to: For
    callback: str = ""
    urgent: bool = False
    key: str = ""


def take(call: Call, patient: UUID | None, *, by: Actor) -> Thread:
    """Keeps a phone message, about a patient or about somebody not found yet.

    Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG, TASK_FOR_NOBODY, PHONE_UNREADABLE, POLICY_DENY.
    """
    if taken := once.before(call.key):
        return taken.thread
    call.goes_to.checked()
    if call.callback and text.phone(call.callback) is None:
        raise Refusal("PHONE_UNREADABLE", field="callback")
    if patient:
        known_to(patient, by)
    return _taken(patient, call, patient, by=by)


@action("phone_message.taken", about="whose", seals={PhiClass.MESSAGE, PhiClass.CONTACT})
def _taken(whose: UUID | None, call: Call, patient: UUID | None, *, by: Actor) -> Thread:
    "Somebody called, and what they said was written down for whoever is to call back."
    assert whose is not None
    at, goes = clock.now(), call.goes_to
    thread = Thread(whose=whose, patient_id=patient, channel=Channel.VOICE, sender=call.callback or None)
    if patient is None:
        thread.id = whose
    thread.owner_id, thread.role, thread.team_id = goes.member, goes.role, goes.team
    thread.began_by_id, thread.began_at, thread.last_at, thread.heard_at = by.id, at, at, at
    thread.priority = Thread.Priority.URGENT if call.urgent else Thread.Priority.ROUTINE
    caring.begins(thread, by.id, by)
    thread.save(force_insert=True)
    added(thread, Post.Kind.PHONE, call.words, by, outside=call.key)
    return thread
