"""Out of office: what comes in for somebody who is covered goes to whoever covers them."""

from __future__ import annotations

from uuid import UUID

from keepwell.access.models import Duty, Membership
from keepwell.access.relations import lasting
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.messaging import rules
from keepwell.messaging.models import Thread
from keepwell.tasks import caring


def for_(owner: UUID) -> UUID | None:
    """Who covers a member now, if somebody does."""
    duties = Duty.objects.filter(lasting(clock.now()), kind=Duty.Kind.COVER, of_id=owner)
    return duties.order_by("-starts_at", "id").values_list("member_id", flat=True).first()


def passed_on(thread: Thread, by: Actor) -> None:
    """The thread goes to whoever stands in for its owner; back to the pool when the owner works here no longer."""
    if thread.owner_id is None:
        return
    cover = for_(thread.owner_id)
    gone = Membership.objects.filter(id=thread.owner_id, ends_at__lte=clock.now()).exists()
    if cover is None and not gone:
        return
    caring.ends(thread, by)
    thread.owner_id = cover
    if cover is None and not (thread.role or thread.team_id):
        thread.role = rules.now().pool
    caring.begins(thread, caring.KEEPWELL, by)
