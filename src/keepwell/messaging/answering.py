"""The answer that comes at once: where to go in an emergency or a crisis, and how to reach the practice. Never more.

Once a day to one sender, to strangers no more than a clinic's day holds, never to a machine (RFC 3834 § 2), never to a
number abroad or one that texted STOP, and only words that say nothing about anybody. A known patient gets it in their
language; anybody else in both, so that it tells neither that they are a patient nor that they are not.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import texting
from keepwell.base import clock, text
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.actions import action
from keepwell.messaging import rules
from keepwell.messaging.models import InboxRules, Post, Thread
from keepwell.outbound import actions as outbound
from keepwell.outbound import composing, numbers, reaching
from keepwell.outbound.asks import Draft
from keepwell.outbound.wording import Kind, Notice, notice

ONCE_IN, GOOD_FOR = dt.timedelta(days=1), dt.timedelta(hours=1)
AN_HOUR, MOST_AN_HOUR, MOST_OF_A_DOMAIN = dt.timedelta(hours=1), 60, 20
"""Answers to unknown senders: of one practice in an hour, and to one domain of e-mail in a day."""
HERE_ABOUTS = "+1"
"""Where automatic texts go (North America): what a text elsewhere costs, a stranger would decide."""
WAY = {"sms": Channel.SMS, "email": Channel.EMAIL}
MACHINES = re.compile(
    r"(no|do[-_.]?not|dont)[-_.]?reply.*|mailer-daemon|postmaster|(auto|notifications?|alerts?|bounces?)([-+_.].*)?|"
    r"root|daemon|abuse|listserv|majordomo|.*-(request|owner|bounces?)"
)
SUBJECT = {"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"}
EN = "In an emergency call 911. In a crisis call or text 988. To reach us call %(number)s."
ES = "En una emergencia llame al 911. En una crisis llame o escriba al 988. Para comunicarse llame al %(number)s."
HERE = {
    "en": "%(clinic)s has your message; we answer in our opening hours. " + EN,
    "es": "%(clinic)s recibió su mensaje; contestamos en nuestro horario. " + ES,
}
AWAY = {
    "en": "%(clinic)s has your message. We are closed until %(until)s and answer after that. " + EN,
    "es": "%(clinic)s recibió su mensaje. Está cerrado hasta el %(until)s y contestamos después. " + ES,
}
NUMBER = {"number": Kind.PHONE}


def _both(english: str, spanish: str) -> dict[str, dict[str, str]]:
    return {language: {"usual": f"{english} / {spanish}"} for language in ("en", "es")}


RECEIVED = notice(
    "message.received",
    Topic.ACCESS,
    _("Your message came in"),
    version=2,
    subject=SUBJECT,
    variables=NUMBER,
    words={language: {"usual": words} for language, words in HERE.items()},
)
RECEIVED_AWAY = notice(
    "message.received_away",
    Topic.ACCESS,
    _("Your message came in, and we are closed"),
    subject=SUBJECT,
    variables=NUMBER | {"until": Kind.DAY},
    words={language: {"usual": words} for language, words in AWAY.items()},
)
ANYBODYS = notice(
    "message.received_anybody",
    Topic.ACCESS,
    _("A message came in from somebody unknown"),
    for_anybody=True,
    subject=SUBJECT,
    variables=NUMBER,
    words=_both(HERE["en"], ES),
)
ANYBODYS_AWAY = notice(
    "message.received_anybody_away",
    Topic.ACCESS,
    _("A message came in from somebody unknown, and we are closed"),
    for_anybody=True,
    subject=SUBJECT,
    variables=NUMBER,
    words=_both("%(clinic)s has your message. We are closed now and answer when we open again. " + EN, ES),
)
EVERY = (RECEIVED, RECEIVED_AWAY, ANYBODYS, ANYBODYS_AWAY)


def answer_at_once(thread: Thread, sender: str, *, by: Actor) -> UUID | None:
    """Sends it if the rules say so, and the sender is no machine and got none today. The message's id."""
    way, kept = WAY.get(thread.channel), rules.now()
    number = rules.number(kept, by)
    if way is None or not kept.auto_answer or not number or not _somebody(sender, way):
        return None
    mark = numbers.mark_of(sender, by=by)
    if _stopped(sender, way, by) or _answered(thread, mark):
        return None
    if thread.patient_id is None and _enough(mark, way):
        return None
    handed = outbound.send_each([draft(kept, number, way, thread.patient_id, sender, mark)], by=by)
    message = handed[0].message.id
    _auto(thread, message, by=by)
    return message


def draft(
    kept: InboxRules, number: str, way: Channel, patient: UUID | None, sender: str = "", mark: bytes | None = None
) -> Draft:
    """What would leave now, to a patient or to whoever has this number or address."""
    away = rules.closed(kept)
    made: Notice = (RECEIVED_AWAY if away else RECEIVED) if patient else (ANYBODYS_AWAY if away else ANYBODYS)
    values = {"number": number} | ({"until": kept.opens_on} if "until" in made.variables else {})
    return Draft(
        made.name,
        patient,
        address="" if patient else sender,
        ways=(way,),
        values=values,
        mark=mark,
        not_after=clock.now() + GOOD_FOR,
        origin="message.received",
    )


def words(made: Draft, language: str, by: Actor) -> str:
    """The literal words of it in one language, for whoever sets the rules."""
    reached = replace(reaching.somebody("", made.ways, by=by), language=language)
    return composing.said(made, reached, made.ways[0], by=by).text


def _somebody(sender: str, way: Channel) -> bool:
    """Whether a person near may read what goes there: a whole phone number, or an address that is no machine's."""
    if way is Channel.SMS:
        return (text.phone(sender) or "").startswith(HERE_ABOUTS)
    known = text.email(sender)
    return known is not None and not MACHINES.fullmatch(known.partition("@")[0].casefold())


def _stopped(sender: str, way: Channel, by: Actor) -> bool:
    digest = texting.digest_of(text.phone(sender) or sender, by=by) if way is Channel.SMS else None
    return digest is not None and bool(texting.standing([digest]))


def _answered(thread: Thread, mark: bytes) -> bool:
    """Whether this number or address, or this patient from another one, got an answer within a day."""
    if numbers.answered_today(mark, *(each.name for each in EVERY)):
        return True
    since = clock.now() - ONCE_IN
    return Post.objects.filter(whose=thread.whose, kind=Post.Kind.AUTO, at__gt=since).exists()


def _enough(mark: bytes, way: Channel) -> bool:
    """Whether strangers got as many as they get: senders can be forged, and a machine has an address for each mail."""
    names = (ANYBODYS.name, ANYBODYS_AWAY.name)
    if numbers.asked(AN_HOUR, *names) >= MOST_AN_HOUR:
        return True
    domain = mark[: numbers.HALF]
    return way is Channel.EMAIL and numbers.asked(ONCE_IN, *names, domain=domain) >= MOST_OF_A_DOMAIN


@action("message.auto_answered", about="thread")
def _auto(thread: Thread, message: UUID, *, by: Actor) -> None:
    "Keepwell answered at once with the emergency and crisis numbers."
    post = Post(whose=thread.whose, thread=thread, kind=Post.Kind.AUTO, at=clock.now(), message=message)
    post.save(force_insert=True)
