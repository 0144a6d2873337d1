"""Messages for later: planned under a key, changed under the same key, withdrawn under it. Nothing is sent twice.

A plan says when it may leave and when it is too late. The gate is asked when the time comes, and so is the floor it
comes from: `still(origin, function)` names who can say that the appointment a reminder speaks of still stands, so that
a worker that was down for a day reminds nobody of what was cancelled meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.outbound import actions, wording
from keepwell.outbound.asks import Draft
from keepwell.outbound.models import Message
from keepwell.outbound.models.messages import CONTACT

Status = Message.Status
CHANGES = (
    "ways", "channel", "topic", "template", "wording", "not_before", "not_after", "origin", "origin_id", "status",
    "next_at", "reason", "facts",
)  # fmt: skip
STILL: dict[str, Callable[[Iterable[UUID]], frozenset[UUID]]] = {}
"""Origin → of these things, the ones that still stand. A floor names its own with `still()`."""


def still(origin: str, standing: Callable[[Iterable[UUID]], frozenset[UUID]]) -> None:
    """Names who says whether what a planned message speaks of still stands."""
    STILL[origin] = standing


def plan(draft: Draft, *, by: Actor) -> Message:
    """A notice for later. The same key again changes what is planned, unless it has left. Returns the message."""
    return plan_each([draft], by=by)[0]


def plan_each(drafts: Sequence[Draft], *, by: Actor) -> list[Message]:
    """Many at once. Raises Refusal REMINDER_PHI, TEMPLATE_UNKNOWN; KEY_NEEDED without a key or a time."""
    for draft in drafts:
        draft.closed()
        if not draft.key or draft.not_before is None or draft.patient is None or draft.paper:
            raise Refusal("PLAN_INCOMPLETE")
    known = {m.key: m for m in _locked(d.key for d in drafts)}
    rows = [_row(known.get(d.key), d, by) for d in drafts]
    open_ones = [m for m in rows if m.status == Status.PLANNED]
    if open_ones:
        _planned([m.whose for m in open_ones], open_ones, set(known), by=by)
    return rows


def _row(message: Message | None, draft: Draft, by: Actor) -> Message:
    if message is not None and message.status not in actions.OPEN:
        return message
    message = message or Message(asked_by_id=None if by.role is Role.SYSTEM else by.id, key=draft.key)
    message.whose = message.patient_id = draft.patient  # type: ignore[assignment]
    message.ways, message.channel = list(draft.ways), draft.ways[0]
    message.topic, message.template = draft.about(), draft.template
    message.wording = wording.of(draft.template).version
    message.not_before, message.not_after = draft.not_before, draft.not_after
    message.origin, message.origin_id = draft.origin, draft.origin_id
    message.status, message.next_at, message.reason, message.facts = Status.PLANNED, draft.not_before, "", {}
    actions.words(message, draft, None)
    return message


@action("message.planned", about="whose", seals={CONTACT})
def _planned(whose: Iterable[UUID], rows: list[Message], known: set[str], *, by: Actor) -> None:
    "Notices to patients are planned for later, or what was planned changes."
    Message.objects.bulk_create([m for m in rows if m.key not in known])
    for message in rows:
        if message.key in known:
            message.save(update_fields=[*CHANGES, "to", "values"])


def withdraw(*keys: str, by: Actor) -> int:
    """Takes back what has not left. How many; what is already on its way or gone stays."""
    rows = [m for m in _locked(keys) if m.status in actions.OPEN]
    if rows:
        _withdrawn([m.whose for m in rows], rows, by=by)
    return len(rows)


@action("message.withdrawn", about="whose")
def _withdrawn(whose: Iterable[UUID], rows: list[Message], *, by: Actor) -> None:
    "What was planned does not leave: there is no reason for it any more."
    actions.settle(rows, Status.WITHDRAWN)


def _locked(keys: Iterable[str]) -> list[Message]:
    wanted = {key for key in keys if key}
    return list(Message.objects.select_for_update().filter(key__in=wanted).order_by("id")) if wanted else []
