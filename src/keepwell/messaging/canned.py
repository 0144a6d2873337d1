"""Ready-made replies: kept, changed by keeping another, and ended."""

from __future__ import annotations

from uuid import UUID

from keepwell import charts
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.actions import action
from keepwell.messaging.excerpts import Canned
from keepwell.messaging.incoming import checked
from keepwell.messaging.models import CannedReply
from keepwell.vault.phi import PhiClass


@action("canned_reply.kept", seals={PhiClass.OFFICE})
def keep(name: str, words: str, language: str, *, by: Actor) -> CannedReply:
    "The practice has one more ready-made reply. Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG."
    reply = CannedReply(name=str(checked(name)), words=checked(words), language=language)
    reply.save(force_insert=True)
    return reply


@action("canned_reply.ended")
def end(reply: UUID, *, by: Actor) -> None:
    "A ready-made reply is offered no longer."
    CannedReply.objects.filter(id=reply, ended_at=None).update(ended_at=clock.now())


def offered(by: Actor) -> list[Canned]:
    """Those in use, by name: one opening of the practice's own words."""
    rows = CannedReply.objects.filter(ended_at=None).order_by("id")
    if not rows.exists():
        return []
    found = charts.open(by.practice, Canned, by=by, listed=True).all(Canned, rows).get(by.practice, [])
    return sorted(found, key=lambda one: one.name.casefold())
