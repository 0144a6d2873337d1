"""What comes in: sealed before anything else, matched to a patient by where it came from, or left with the unknown.

A number on file says whose it is, not who wrote: caller ID and mail addresses can be forged. So what comes in changes
nothing, tells nobody anything, and stands in the inbox as "from a number on file".
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.actions import action
from keepwell.messaging import recordings, rules, standing_in
from keepwell.messaging.models import Post, Thread
from keepwell.messaging.recordings import Sound
from keepwell.patients import owners
from keepwell.tasks import caring
from keepwell.vault.phi import PhiClass
from keepwell.vault.values import LongText

LONGEST = 20_000
"""Characters kept of one message; a longer one is a document."""
LONGEST_NUMBER = 80
GOES_ON = dt.timedelta(days=7)
"""How long after its end a thread is taken up again by the next message."""


@dataclass(frozen=True, slots=True, repr=False)
class Incoming:
    """A message as a carrier brought it. Without the carrier's own number of it (`outside`) it may come twice."""

    channel: Channel
    sender: str
    words: str
    outside: str = ""
    at: dt.datetime | None = None
    sound: Sound | None = None


def outside(way: str, number: str) -> str:
    """A carrier's own number of something, as it is kept; its hash where it is too long for that, or no plain text."""
    whole = f"{way}:{number}"
    fits = len(whole) <= LONGEST_NUMBER and whole.isprintable()
    return (whole if fits else f"{way}:{hashlib.sha256(number.encode()).hexdigest()}") if number else ""


def texted(words: str, *, pictures: bool) -> str:
    """What is kept of a text. One without words is a message too: somebody waits for an answer."""
    said = words.strip() or ("" if pictures else _("A text without words."))
    seen = _("A picture came with this text. It is not kept: ask for it another way.") if pictures else ""
    return "\n\n".join(filter(None, (said, seen)))


def receive(came: Incoming, *, by: Actor) -> Thread:
    """Keeps what came in; once, however often the carrier brings it. Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG."""
    checked(came.words)
    before = brought_before(came.outside)
    if before is not None:
        return before
    patient = who_has(came.sender, by=by)
    return _received(patient, came, patient, by=by)


def brought_before(outside: str) -> Thread | None:
    """The thread of what a carrier brought with this number, if it brought it before."""
    before = Post.objects.filter(outside=outside).select_related("thread").first() if outside else None
    return before.thread if before is not None else None


def checked(words: str) -> LongText:
    """Words that can be kept. Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG."""
    said = words.strip()
    if not said:
        raise Refusal("FIELD_EMPTY", field="words")
    if len(said) > LONGEST:
        raise Refusal("TEXT_TOO_LONG", field="words", most=LONGEST)
    return LongText(said)


def who_has(sender: str, *, by: Actor) -> UUID | None:
    """The one patient whose own this number or address is, as a recorded search; None for nobody or for several."""
    found = owners.of(sender, by=by).own
    return found[0] if len(found) == 1 else None


@action("message.received", about="whose", seals={PhiClass.MESSAGE, PhiClass.CONTACT})
def _received(whose: UUID | None, came: Incoming, patient: UUID | None, *, by: Actor) -> Thread:
    "A message came in. It goes to whoever has the patient's thread on this channel, else to the pool."
    assert whose is not None
    at = came.at or clock.now()
    thread = _going_on(patient, came.channel, at) if patient else None
    if thread is None:
        thread = _begun(whose, patient, came, at)
    else:
        _heard(thread, at, by)
    said = {"words" if patient else "line": checked(came.words)}
    kind = Post.Kind.VOICE if came.sound else Post.Kind.RECEIVED
    post = Post(whose=whose, thread=thread, kind=kind, at=at, outside=came.outside, **said)
    post.save(force_insert=True)
    if came.sound:
        recordings.put(post, came.sound, by)
    return thread


def _going_on(patient: UUID, channel: str, at: dt.datetime) -> Thread | None:
    theirs = Thread.objects.select_for_update().filter(patient_id=patient, channel=channel)
    newest = theirs.order_by("-last_at", "-id").first()
    ended = newest is not None and newest.closed_at is not None and newest.closed_at < at - GOES_ON
    return None if ended else newest


def _begun(whose: UUID, patient: UUID | None, came: Incoming, at: dt.datetime) -> Thread:
    thread = Thread(
        whose=whose, patient_id=patient, channel=came.channel, sender=came.sender or None, role=rules.now().pool
    )
    if patient is None:
        thread.id = whose
    thread.began_at = thread.last_at = thread.heard_at = at
    thread.save(force_insert=True)
    return thread


def _heard(thread: Thread, at: dt.datetime, by: Actor) -> None:
    """A thread goes on: it is open and unread again, and goes to whoever stands in for its owner.

    What was told of it stands until somebody has read it: who writes again and again must not start the clock anew.
    """
    thread.status, thread.closed_at, thread.closed_by_id, thread.cause = Thread.Status.OPEN, None, None, ""
    thread.heard_at = thread.heard_at or at
    thread.escalated_at = None if thread.seen_at else thread.escalated_at
    thread.last_at, thread.seen_at = at, None
    standing_in.passed_on(thread, by)
    if thread.owner_id and thread.relation_id:
        caring.resumes(thread, by)
    thread.save()
