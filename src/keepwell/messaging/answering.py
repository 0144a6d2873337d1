"""The answer that comes at once: where to go in an emergency or a crisis, and how to reach the practice. Never more.

Once a day to one sender, never to a machine, and only words that say nothing about anybody.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.actions import action
from keepwell.messaging import rules
from keepwell.messaging.models import Post, Thread
from keepwell.outbound import actions as outbound
from keepwell.outbound.asks import Draft
from keepwell.outbound.wording import notice

ONCE_IN = dt.timedelta(days=1)
WAY = {"sms": Channel.SMS, "email": Channel.EMAIL}

RECEIVED = notice(
    "message.received",
    Topic.ACCESS,
    _("Your message came in"),
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {
            "usual": "%(clinic)s has your message; we answer in our opening hours. In an emergency call 911. "
            "In a crisis call or text 988. To reach us call %(phone)s."
        },
        "es": {
            "usual": "%(clinic)s recibió su mensaje; contestamos en nuestro horario. En una emergencia llame al 911. "
            "En una crisis llame o escriba al 988. Para comunicarse llame al %(phone)s."
        },
    },
)


def answer_at_once(thread: Thread, *, by: Actor) -> UUID | None:
    """Sends it if the rules say so and the sender is a patient who got none today. The message's id."""
    way = WAY.get(thread.channel)
    if thread.patient_id is None or way is None or not rules.now().auto_answer:
        return None
    since = clock.now() - ONCE_IN
    if Post.objects.filter(whose=thread.whose, kind=Post.Kind.AUTO, at__gt=since).exists():
        return None
    handed = outbound.send_each(
        [Draft(RECEIVED.name, thread.patient_id, ways=(way,), origin="message.received")], by=by
    )
    message = handed[0].message.id
    _auto(thread, message, by=by)
    return message


@action("message.auto_answered", about="thread")
def _auto(thread: Thread, message: UUID, *, by: Actor) -> None:
    "Keepwell answered at once with the emergency and crisis numbers."
    post = Post(whose=thread.whose, thread=thread, kind=Post.Kind.AUTO, at=clock.now(), message=message)
    post.save(force_insert=True)
