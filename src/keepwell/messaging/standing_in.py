"""Out of office: what comes in for somebody who is covered goes to whoever covers them."""

from __future__ import annotations

from uuid import UUID

from keepwell.access import able
from keepwell.access.models import Duty
from keepwell.access.relations import lasting
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.messaging import rules
from keepwell.messaging.models import Thread
from keepwell.tasks import caring


def for_(owner: UUID) -> UUID | None:
    """Who covers a member now, if somebody does who can act."""
    duties = Duty.objects.filter(lasting(clock.now()), kind=Duty.Kind.COVER, of_id=owner)
    covering = able.among(duties.order_by("-starts_at", "id").values_list("member_id", flat=True))
    return covering[0] if covering else None


def named() -> list[UUID]:
    """Whom the rules name to be told of what nobody read, and whoever covers them: those of them who can act."""
    whom = rules.now().escalate_to_id
    return able.among([whom, for_(whom)]) if whom else []


def passed_on(thread: Thread, by: Actor) -> None:
    """The thread goes to whoever stands in for its owner; back to the pool when the owner left or is suspended."""
    if thread.owner_id is None:
        return
    cover = for_(thread.owner_id)
    gone = not able.among([thread.owner_id])
    if cover is None and not gone:
        return
    caring.ends(thread, by)
    thread.owner_id = cover
    if cover is None and not (thread.role or thread.team_id):
        thread.role = rules.now().pool
    caring.begins(thread, caring.KEEPWELL, by)
