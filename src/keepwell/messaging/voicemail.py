"""Voicemail: what somebody said on the machine, sealed, matched by the number like a text; its words when they come.

A carrier brings the recording first and, where the practice asked for that, what was said in words a little later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.ledger.actions import action
from keepwell.messaging import incoming, recordings
from keepwell.messaging.incoming import LONGEST, Incoming
from keepwell.messaging.lists import locked
from keepwell.messaging.models import Post, Thread
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
    """Keeps a voicemail, once; words that come after their recording join it. Raises what `recordings.check` raises."""
    outside = f"voice:{call.reference}"[:80] if call.reference else ""
    before = Post.objects.filter(outside=outside).select_related("thread").first() if outside else None
    if before is not None:
        told = f"said:{call.reference}"[:80]
        known = not call.words or Post.objects.filter(outside=told).exists()
        return before.thread if known else _transcribed(locked(before.thread_id, by), call.words, told, by=by)
    sound = recordings.check(call.chunks, call.seconds) if call.chunks else None
    words = call.words[:LONGEST].strip() or _("Voicemail, not written out.")
    return incoming.receive(Incoming(Channel.VOICE, call.number, words, outside, sound=sound), by=by)


@action("voicemail.transcribed", about="thread", seals={PhiClass.MESSAGE, PhiClass.CONTACT})
def _transcribed(thread: Thread, words: str, outside: str, *, by: Actor) -> Thread:
    "What was said on a voicemail came in, in words."
    said = {"words" if thread.patient_id else "line": LongText(words[:LONGEST])}
    post = Post(
        whose=thread.whose, thread=thread, kind=Post.Kind.RECEIVED, at=clock.now(), outside=outside, **said
    )  # fmt: skip
    post.save(force_insert=True)
    return thread
