"""An unknown sender turns out to be a patient, or a message went to the wrong one: its words go under other keys."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from keepwell import charts
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.charts import Chart
from keepwell.ledger.actions import action
from keepwell.messaging import recordings
from keepwell.messaging.excerpts import Line, Sender, Words
from keepwell.messaging.lists import locked
from keepwell.messaging.models import Post, Recording, Thread
from keepwell.tasks import caring
from keepwell.tasks.actions import known_to
from keepwell.vault.phi import PhiClass
from keepwell.vault.values import LongText

Said = dict[UUID, LongText | None]


@dataclass(frozen=True, slots=True, repr=False)
class Moving:
    """What goes under other keys: where it came from, what was written, what was recorded."""

    sender: str | None
    said: Said
    sounds: dict[UUID, bytes]


def match(thread: Thread, patient: UUID, *, by: Actor) -> Thread:
    """The sender is this patient. What they wrote becomes a message of theirs, and the desk's reading of it ends.

    Held from before its posts are read: what arrives meanwhile waits. Raises Refusal POLICY_DENY, THREAD_MATCHED,
    NOT_FOUND.
    """
    thread = locked(thread.pk, by)
    if thread.patient_id is not None:
        raise Refusal("THREAD_MATCHED")
    known_to(patient, by)
    chart = charts.open(thread.whose, Sender, Line, by=by, listed=False)
    said: Said = {one.pk: one.line for one in chart.all(Line, _posts(thread)).get(thread.whose, ())}
    moving = Moving(chart.one(Sender).sender, said, _heard(thread, chart))
    return _matched((thread.whose, patient), thread, patient, moving, by=by)


def unmatch(thread: Thread, *, by: Actor) -> Thread:
    """The sender is not this patient. Only somebody who may read the message can take it away from them.

    Held from before its posts are read: what arrives meanwhile waits. Raises Refusal POLICY_DENY, THREAD_UNKNOWN,
    NOT_FOUND.
    """
    thread = locked(thread.pk, by)
    if thread.patient_id is None:
        raise Refusal("THREAD_UNKNOWN")
    chart = charts.open(thread.whose, Sender, Words, by=by, listed=False)
    said: Said = {one.pk: one.words for one in chart.all(Words, _posts(thread)).get(thread.whose, ())}
    senders = {
        one.pk: one.sender
        for one in chart.all(Sender, Thread.objects.filter(id=thread.id).order_by("id"))[thread.whose]
    }
    moving = Moving(senders[thread.id], said, _heard(thread, chart))
    return _unmatched((thread.whose, thread.id), thread, moving, by=by)


@action("thread.matched", about="whose", seals={PhiClass.MESSAGE, PhiClass.CONTACT})
def _matched(whose: tuple[UUID, UUID], thread: Thread, patient: UUID, moving: Moving, *, by: Actor) -> Thread:
    "What an unknown sender wrote is from a patient: it is sealed anew as a message of theirs."
    row = locked(thread.pk, by)
    row.patient_id, row.whose, row.sender, row.began_by_id = patient, patient, moving.sender, by.id
    _moved(row, "words", "line", moving, by)
    if row.owner_id:
        caring.begins(row, by.id, by)
    row.save()
    return row


@action("thread.unmatched", about="whose", seals={PhiClass.MESSAGE, PhiClass.CONTACT})
def _unmatched(whose: tuple[UUID, UUID], thread: Thread, moving: Moving, *, by: Actor) -> Thread:
    "A message is not from the patient it was kept with: it is from somebody unknown again."
    row = locked(thread.pk, by)
    caring.ends(row, by)
    row.patient_id, row.whose, row.sender = None, row.id, moving.sender
    _moved(row, "line", "words", moving, by)
    row.save()
    return row


def _heard(thread: Thread, chart: Chart) -> dict[UUID, bytes]:
    """Recordings of a thread in the clear, for the moment of sealing them anew."""
    rows = Recording.objects.filter(post__thread_id=thread.id).order_by("id")
    return {row.id: recordings.opened(row, chart, thread.patient_id) for row in rows}


def _moved(thread: Thread, into: str, out_of: str, moving: Moving, by: Actor) -> None:
    sounds = {row.post_id: row for row in Recording.objects.filter(id__in=list(moving.sounds))}
    for post in _posts(thread).filter(id__in=list(moving.said)):  # never one whose words were not read
        post.whose = thread.whose
        if sound := sounds.get(post.id):
            recordings.moved(sound, post, moving.sounds[sound.id], thread.patient_id, by)
        setattr(post, into, moving.said[post.id])
        setattr(post, out_of, None)
        post.save(update_fields=["whose", into, out_of])


def _posts(thread: Thread) -> QuerySet[Post]:
    return Post.objects.filter(thread_id=thread.id).order_by("at", "id")
