"""Voicemail: what somebody said on the machine, sealed, matched by the number like a text; its words when they come.

A carrier brings the recording and, where the practice asked for that, what was said in words: as a rule a little later,
sometimes before. Each joins the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.ledger.actions import action
from keepwell.messaging import incoming, recordings
from keepwell.messaging.incoming import LONGEST, Incoming
from keepwell.messaging.lists import locked
from keepwell.messaging.models import Post, Recording, Thread
from keepwell.messaging.recordings import Sound
from keepwell.vault.phi import PhiClass
from keepwell.vault.values import LongText


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """One call to the machine: the carrier's own number of its recording, who called, what was said, the recording."""

    reference: str
    number: str = ""
    words: str = ""
    seconds: int | None = None
    chunks: Callable[[], Iterable[bytes]] | None = field(default=None, repr=False)


def take(call: Call, *, by: Actor) -> Thread:
    """Keeps a voicemail, once; words and recording join each other. Raises what `recordings.check` raises."""
    outside, told = _known_by(call.reference)
    before = Post.objects.filter(outside__in=(outside, told)).order_by("at", "id").first() if outside else None
    if before is not None:
        return _joined(before, call, told, by)
    sound = recordings.check(call.chunks, call.seconds) if call.chunks else None
    words = call.words[:LONGEST].strip() or _("Voicemail, not written out.")
    mark = told if call.words and not sound else outside
    return incoming.receive(Incoming(Channel.VOICE, call.number, words, mark, sound=sound), by=by)


def heard(reference: str) -> bool:
    """Whether the recording of this call is kept."""
    return bool(reference) and Recording.objects.filter(post__outside__in=_known_by(reference)).exists()


def _known_by(reference: str) -> tuple[str, str]:
    """By what the post of a recording is known, and that of its words."""
    return (f"voice:{reference}"[:80], f"said:{reference}"[:80]) if reference else ("", "")


def _joined(before: Post, call: Call, told: str, by: Actor) -> Thread:
    """What there was none of yet joins what came before."""
    sound = recordings.check(call.chunks, call.seconds) if call.chunks and not heard(call.reference) else None
    thread = locked(before.thread_id, by)
    if sound:
        _recorded(thread, before.pk, sound, by=by)
    if call.words and not Post.objects.filter(outside=told).exists():
        _transcribed(thread, call.words, told, by=by)
    return thread


@action("voicemail.recorded", about="thread", seals={PhiClass.MESSAGE, PhiClass.CONTACT})
def _recorded(thread: Thread, before: UUID, sound: Sound, *, by: Actor) -> None:
    "The recording of a voicemail came in after its words."
    post = Post.objects.select_related("thread").get(id=before)
    post.kind = Post.Kind.VOICE
    post.save(update_fields=["kind"])
    recordings.put(post, sound, by)


@action("voicemail.transcribed", about="thread", seals={PhiClass.MESSAGE, PhiClass.CONTACT})
def _transcribed(thread: Thread, words: str, outside: str, *, by: Actor) -> Thread:
    "What was said on a voicemail came in, in words."
    said = {"words" if thread.patient_id else "line": LongText(words[:LONGEST])}
    post = Post(
        whose=thread.whose, thread=thread, kind=Post.Kind.RECEIVED, at=clock.now(), outside=outside, **said
    )  # fmt: skip
    post.save(force_insert=True)
    return thread
