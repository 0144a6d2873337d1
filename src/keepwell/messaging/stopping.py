"""An e-mail answered with STOP ends what a practice sends by e-mail of its own accord (16 CFR § 316.5), at once.

Whoever forges one only keeps news and offers from somebody; reminders, codes and letters are not touched by it.
"""

from __future__ import annotations

from keepwell.access import consenting
from keepwell.access.consenting import Answer
from keepwell.access.models import Consent, How
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel, Topic
from keepwell.messaging.models import Thread
from keepwell.outbound.callbacks import STOP

COMMERCIAL = (Topic.PRACTICE, Topic.EDUCATION, Topic.MARKETING)


def asks_to_stop(words: str) -> bool:
    """Whether the first line that somebody wrote themselves is the word STOP, or one that means it."""
    lines = (" ".join(line.split()).strip(" .!\"'").casefold() for line in words.splitlines())
    return next((line for line in lines if line and not line.startswith(("re:", "aw:", "rv:"))), "") in STOP


def stop(thread: Thread, *, by: Actor) -> bool:
    """Writes down that a patient wants no more of these; False when nobody knows who wrote."""
    if thread.patient_id is None:
        return False
    consenting.answer(thread.patient_id, *map(_no, COMMERCIAL), by=by)
    return True


def _no(topic: Topic) -> Answer:
    source = Consent.Source.MESSAGE
    return Answer(
        kind=Consent.Kind.REACH, agreed=False, topic=topic, channel=Channel.EMAIL, how=How.TYPED, source=source
    )
