"""An e-mail answered with STOP ends what a practice sends by e-mail of its own accord (16 CFR § 316.5), at once.

Whoever forges one only keeps news and offers from somebody; reminders, codes and letters are not touched by it.
"""

from __future__ import annotations

import re

from keepwell.access import consenting
from keepwell.access.consenting import Answer
from keepwell.access.models import Consent, How
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel, Topic
from keepwell.messaging.models import Thread
from keepwell.outbound.callbacks import STOP

COMMERCIAL = (Topic.PRACTICE, Topic.EDUCATION, Topic.MARKETING)


SIGNATURE = re.compile(r"(sent|get outlook|enviado|obtener outlook|obtén outlook)\b.*", re.IGNORECASE)
"""What a telephone writes under every message of its own accord."""


def asks_to_stop(words: str, subject: str = "") -> bool:
    """Whether the first line that somebody wrote themselves is the word STOP, or one that means it.

    Where they wrote nothing but a signature, the subject says it: that is how mail programs unsubscribe (RFC 2369
    § 3.2), by the address that stands in our messages.
    """
    own = _own(words)
    return (own[0] if own else _word(subject)) in STOP


def _own(words: str) -> list[str]:
    """What somebody wrote themselves, line by line: no signature (RFC 3676 § 4.3), no words of the message before."""
    found = []
    for line in words.splitlines():
        if line.rstrip() == "--":
            break
        if _word(line) and not line.startswith(">") and not SIGNATURE.fullmatch(line.strip()):
            found.append(_word(line))
    return [line for line in found if not line.startswith(("re:", "aw:", "rv:"))]


def _word(line: str) -> str:
    return " ".join(line.split()).strip(" .!\"'").casefold()


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
