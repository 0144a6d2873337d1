"""An answer goes out as a letter: by ordinary e-mail where the patient chose it, else on paper. Ten seconds to undo it.

What is typed is free text, so it never takes a channel that others read: the gate decides, here as for every message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from keepwell import charts
from keepwell.access import policy
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.actions import action
from keepwell.messaging import once
from keepwell.messaging.actions import UNDO, added
from keepwell.messaging.excerpts import Words
from keepwell.messaging.incoming import checked
from keepwell.messaging.lists import locked
from keepwell.messaging.models import Post, Thread
from keepwell.outbound import actions as outbound
from keepwell.outbound import planned, reaching
from keepwell.outbound.asks import Draft
from keepwell.outbound.letters import Paper, letter
from keepwell.outbound.models import Message
from keepwell.patients.excerpts import NameTag
from keepwell.vault.phi import PhiClass

ORIGIN = "message.answered"
REPLY = "inbox.reply"
WAYS = (Channel.EMAIL, Channel.LETTER)


def _made_up() -> Paper:
    return paper(gettext("Dear Ada, your form arrived. Please bring your insurance card to the visit."))


@letter(REPLY, _("Answer to your message"), NameTag, Words, sample=_made_up, by_hand=False)
def newest(chart: charts.Chart, patient: UUID) -> Paper:
    """The newest answer there is, as its letter says it."""
    sent = Post.objects.filter(whose=patient, kind=Post.Kind.SENT).order_by("-at", "-id")[:1]
    said = [one.words or "" for one in chart.all(Words, Post.objects.filter(id__in=sent.values("id"))).get(patient, [])]
    return paper("".join(said))


def paper(words: str) -> Paper:
    """What was typed, as a letter whose heading is in the language spoken now."""
    return Paper(gettext("Answer to your message"), tuple(line.strip() for line in words.splitlines() if line.strip()))


def paper_for(patient: UUID, words: str, by: Actor) -> Paper:
    """The same in the patient's language, not in that of whoever answers."""
    with override(reaching.language_of(patient, by=by)):
        return paper(words)


def draft(thread: Thread, words: str, ways: tuple[Channel, ...], post: UUID | None = None, *, by: Actor) -> Draft:
    """What would leave. Raises Refusal THREAD_UNKNOWN."""
    if thread.patient_id is None:
        raise Refusal("THREAD_UNKNOWN")
    return Draft(
        REPLY,
        thread.patient_id,
        ways=ways,
        paper=paper_for(thread.patient_id, words, by),
        topic=Topic.CARE,
        not_before=clock.now() + UNDO,
        key=f"reply:{post}" if post else "",
        origin=ORIGIN,
        origin_id=post,
    )


def reply(thread: Thread, words: str, ways: tuple[Channel, ...], *, by: Actor, key: str = "") -> Post:
    """Answers a thread. It leaves in ten seconds, or waits in the outbox with its reason. The same key is one answer.

    Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG, CHOICE_UNKNOWN, THREAD_UNKNOWN, THREAD_CLOSED, POLICY_DENY.
    """
    if answered := once.before(key):
        return answered
    checked(words)
    if not ways or set(ways) - set(WAYS):
        raise Refusal("CHOICE_UNKNOWN", field="way")
    if thread.patient_id is None:
        raise Refusal("THREAD_UNKNOWN")
    for refusal in policy.refused(by, {PhiClass.MESSAGE}, [thread.whose]).values():
        raise refusal
    post = _answered(thread, words, key, by=by)
    handed = outbound.send_each([draft(thread, words, ways, post.id, by=by)], by=by)[0]
    return _under_way(post, handed.message.id, by=by)


@action("message.answered", about="thread", seals={PhiClass.MESSAGE, PhiClass.CONTACT})
def _answered(thread: Thread, words: str, key: str, *, by: Actor) -> Post:
    "A patient's message was answered; the practice waits for them now."
    row = locked(thread.pk, by)
    if row.closed_at is not None:
        raise Refusal("THREAD_CLOSED")
    post = added(row, Post.Kind.SENT, words, by, outside=key)
    row.status, row.heard_at, row.last_at = Thread.Status.WAITING, None, post.at
    row.seen_at = row.seen_at or post.at
    row.save(update_fields=["status", "heard_at", "last_at", "seen_at"])
    return post


@action("message.answer_sent", about="post")
def _under_way(post: Post, message: UUID, *, by: Actor) -> Post:
    "Which message carries an answer."
    post.message = message
    post.save(update_fields=["message"])
    return post


def undo(post: Post, *, by: Actor) -> None:
    """Takes an answer back that has not left. Raises Refusal ANSWER_GONE when it has."""
    if post.kind != Post.Kind.SENT or not planned.withdraw(f"reply:{post.id}", by=by):
        raise Refusal("ANSWER_GONE")
    _undone(post, by=by)


@action("message.answer_undone", about="post")
def _undone(post: Post, *, by: Actor) -> None:
    "An answer was taken back before it left; the patient waits again."
    thread = locked(post.thread_id, by)
    post.withdrawn_at = clock.now()
    post.save(update_fields=["withdrawn_at"])
    if thread.closed_at is None:
        thread.status = Thread.Status.OPEN
    thread.heard_at = _waits_since(thread)
    thread.save(update_fields=["status", "heard_at"])


def _waits_since(thread: Thread) -> dt.datetime | None:
    posts = Post.objects.filter(thread=thread, withdrawn_at=None).order_by("at", "id").values_list("kind", "at")
    since = None
    for kind, at in posts:
        if kind == Post.Kind.SENT:
            since = None
        elif kind in (Post.Kind.RECEIVED, Post.Kind.PHONE, Post.Kind.VOICE):
            since = since or at
    return since


def fates(messages: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """What became of the messages that carry answers: status, and why one waits."""
    rows = Message.objects.filter(id__in=list(messages)).order_by("id").values_list("id", "status", "reason")
    return {id: (status, reason) for id, status, reason in rows}
