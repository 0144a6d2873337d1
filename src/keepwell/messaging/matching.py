"""An unknown sender turns out to be a patient, or a message went to the wrong one: its words go under other keys."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from keepwell import charts
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.messaging.excerpts import Line, Sender, Words
from keepwell.messaging.lists import locked
from keepwell.messaging.models import Post, Thread
from keepwell.tasks import caring
from keepwell.tasks.actions import known_to
from keepwell.vault.phi import PhiClass
from keepwell.vault.values import LongText

Said = dict[UUID, LongText | None]


def match(thread: Thread, patient: UUID, *, by: Actor) -> Thread:
    """The sender is this patient. What they wrote becomes a message of theirs, and the desk's reading of it ends.

    Raises Refusal POLICY_DENY, THREAD_MATCHED, NOT_FOUND.
    """
    if thread.patient_id is not None:
        raise Refusal("THREAD_MATCHED")
    known_to(patient, by)
    chart = charts.open(thread.whose, Sender, Line, by=by, listed=False)
    said: Said = {one.pk: one.line for one in chart.all(Line, _posts(thread)).get(thread.whose, ())}
    return _matched((thread.whose, patient), thread, patient, chart.one(Sender).sender, said, by=by)


def unmatch(thread: Thread, *, by: Actor) -> Thread:
    """The sender is not this patient. Only somebody who may read the message can take it away from them.

    Raises Refusal POLICY_DENY, THREAD_UNKNOWN, NOT_FOUND.
    """
    if thread.patient_id is None:
        raise Refusal("THREAD_UNKNOWN")
    chart = charts.open(thread.whose, Sender, Words, by=by, listed=False)
    said: Said = {one.pk: one.words for one in chart.all(Words, _posts(thread)).get(thread.whose, ())}
    senders = {
        one.pk: one.sender
        for one in chart.all(Sender, Thread.objects.filter(id=thread.id).order_by("id"))[thread.whose]
    }
    return _unmatched((thread.whose, thread.id), thread, senders[thread.id], said, by=by)


@action("thread.matched", about="whose", seals={PhiClass.MESSAGE, PhiClass.CONTACT})
def _matched(
    whose: tuple[UUID, UUID], thread: Thread, patient: UUID, sender: str | None, said: Said, *, by: Actor
) -> Thread:
    "What an unknown sender wrote is from a patient: it is sealed anew as a message of theirs."
    row = locked(thread.pk, by)
    row.patient_id, row.whose, row.sender, row.began_by_id = patient, patient, sender, by.id
    _moved(row, "words", "line", said)
    if row.owner_id:
        caring.begins(row, by.id, by)
    row.save()
    return row


@action("thread.unmatched", about="whose", seals={PhiClass.MESSAGE, PhiClass.CONTACT})
def _unmatched(whose: tuple[UUID, UUID], thread: Thread, sender: str | None, said: Said, *, by: Actor) -> Thread:
    "A message is not from the patient it was kept with: it is from somebody unknown again."
    row = locked(thread.pk, by)
    caring.ends(row, by)
    row.patient_id, row.whose, row.sender = None, row.id, sender
    _moved(row, "line", "words", said)
    row.save()
    return row


def _moved(thread: Thread, into: str, out_of: str, said: Said) -> None:
    for post in _posts(thread):
        post.whose = thread.whose
        setattr(post, into, said.get(post.id))
        setattr(post, out_of, None)
        post.save(update_fields=["whose", into, out_of])


def _posts(thread: Thread) -> QuerySet[Post]:
    return Post.objects.filter(thread_id=thread.id).order_by("at", "id")
