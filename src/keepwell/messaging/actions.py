"""What happens to threads: taken, handed over, noted in, closed, taken up again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.messaging import once
from keepwell.messaging.incoming import checked
from keepwell.messaging.lists import locked
from keepwell.messaging.models import Post, Thread
from keepwell.tasks import caring
from keepwell.tasks.asks import For
from keepwell.vault.phi import PhiClass

UNDO = dt.timedelta(seconds=10)
CAUSES = ("answered", "no_answer", "not_ours", "spam")
"""Why a thread ends, as far as it may stand in the clear."""


@action("message.read", about="thread")
def read(thread: Thread, *, by: Actor) -> Thread:
    "Somebody saw what came in; until then it counts as unread and is told of."
    row = locked(thread.pk, by)
    row.seen_at = clock.now()
    return _kept(row, "seen_at")


@action("thread.claimed", about="thread")
def claim(thread: Thread, *, by: Actor) -> Thread:
    "Somebody of its pool takes a thread. Two at once: the second gets THREAD_TAKEN."
    row = _open(thread, by)
    if row.owner_id and row.owner_id != by.id:
        raise Refusal("THREAD_TAKEN")
    row.owner_id = by.id
    caring.begins(row, row.began_by_id, by)
    return _kept(row, "owner", "relation")


@action("thread.handed_over", about="thread")
def hand_over(thread: Thread, goes_to: For, *, by: Actor) -> Thread:
    "Somebody else is to answer it now, or a pool."
    row = _open(thread, by)
    chosen = goes_to.checked()
    caring.ends(row, by)
    row.owner_id = chosen.member
    if not chosen.member:
        row.role, row.team_id = chosen.role, chosen.team
    caring.begins(row, by.id, by)
    return _kept(row, "owner", "role", "team", "relation")


@action("thread.prioritized", about="thread")
def prioritize(thread: Thread, urgent: bool, *, by: Actor) -> Thread:
    "A thread is urgent, or is not after all."
    row = _open(thread, by)
    row.priority = Thread.Priority.URGENT if urgent else Thread.Priority.ROUTINE
    return _kept(row, "priority")


@action("thread.on_hold", about="thread")
def wait(thread: Thread, *, by: Actor) -> Thread:
    "The practice waits for the patient; the clock for the answer stops."
    row = _open(thread, by)
    row.status, row.heard_at = Thread.Status.WAITING, None
    return _kept(row, "status", "heard_at")


@action("thread.closed", about="thread")
def close(thread: Thread, cause: str, *, by: Actor) -> Thread:
    "It is done. Whoever looked after the patient because of it does so for a week more. Raises Refusal CHOICE_UNKNOWN."
    if cause not in CAUSES:
        raise Refusal("CHOICE_UNKNOWN", field="cause")
    row = _open(thread, by)
    row.status, row.cause = Thread.Status.CLOSED, cause
    row.closed_at, row.closed_by_id, row.seen_at = clock.now(), by.id, row.seen_at or clock.now()
    caring.fades(row, by)
    return _kept(row, "status", "cause", "closed_at", "closed_by", "seen_at")


@action("thread.reopened", about="thread")
def reopen(thread: Thread, *, by: Actor) -> Thread:
    "It is not done after all. Within ten seconds nothing has changed in between; later the care relation stays ended."
    row = locked(thread.pk, by)
    if row.closed_at is None:
        return row
    quick = clock.now() - row.closed_at <= UNDO
    row.status, row.cause, row.closed_at, row.closed_by_id = Thread.Status.OPEN, "", None, None
    caring.resumes(row, by) if quick else caring.begins(row, row.began_by_id or by.id, by)
    return _kept(row, "status", "cause", "closed_at", "closed_by", "relation")


def note(thread: Thread, words: str, *, by: Actor, key: str = "") -> Post:
    """Something for colleagues, that no way leads out of. Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG."""
    return once.before(key) or _noted(thread, words, key, by=by)


@action("thread.noted", about="thread", seals={PhiClass.MESSAGE, PhiClass.CONTACT})
def _noted(thread: Thread, words: str, key: str, *, by: Actor) -> Post:
    "Something was noted for colleagues, that no way leads out of."
    return added(locked(thread.pk, by), Post.Kind.NOTE, words, by, outside=key)


def added(thread: Thread, kind: str, words: str, by: Actor, **more: Any) -> Post:
    """One more post of a thread, inside an action about it that seals messages and contacts."""
    said = {"words" if thread.patient_id else "line": checked(words)}
    post = Post(whose=thread.whose, thread=thread, kind=kind, at=clock.now(), author_id=by.id, **said, **more)
    post.save(force_insert=True)
    return post


def _open(thread: Thread, by: Actor) -> Thread:
    row = locked(thread.pk, by)
    if row.closed_at is not None:
        raise Refusal("THREAD_CLOSED")
    return row


def _kept(row: Thread, *columns: str) -> Thread:
    row.save(update_fields=columns)
    return row
