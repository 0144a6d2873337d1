"""Accounts nobody used for ninety days are suspended each night, until somebody says they are needed."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import notices
from keepwell.access.models import Membership
from keepwell.access.policy import MAY_DO, Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.compliance.people import roster
from keepwell.ledger import queries
from keepwell.ledger.actions import action

SUSPENDED_AFTER = dt.timedelta(days=90)
SUSPENDED = notices.kind(
    "member.suspended", _("An account that nobody used for 90 days is suspended"), icon="user-x", page="person"
)


def suspend_unused(*, by: Actor) -> int:
    """Suspends whoever has worked here for ninety days and done nothing in them. How many those were."""
    before = clock.now() - SUSPENDED_AFTER
    old = Membership.objects.select_related("person").filter(ends_at=None, suspended_at=None, starts_at__lt=before)
    active = [member for member in old.order_by("id") if roster.state(member) == "active"]
    last = queries.last_active([member.id for member in active], by)
    unused = [m for m in active if max(last.get(m.id, m.starts_at), m.accepted_at or m.starts_at) < before]
    if not any(manages(m) for m in active if m not in unused):
        unused = [m for m in unused if not manages(m)]
    for member in unused:
        suspend(member, by=by)
        notices.tell(_managers(member), SUSPENDED, by=by, about=member.id)
    return len(unused)


def manages(member: Membership) -> bool:
    """Whether they could open an account again. The last who can is never suspended."""
    return Can.MANAGE_ACCESS in MAY_DO[Role(member.role)]


@action("membership.suspended", about="member")
def suspend(member: Membership, *, by: Actor) -> Membership:
    "A place to work is closed for now; whoever is signed in there is out with the next request."
    member.suspended_at = clock.now()
    member.save(update_fields=["suspended_at"])
    return member


@action("membership.resumed", about="member")
def resume(member: Membership, *, by: Actor) -> Membership:
    "A suspended place to work is needed after all; it is open to its person again."
    member.suspended_at = None
    member.save(update_fields=["suspended_at"])
    return member


def _managers(member: Membership) -> list[UUID]:
    roles = [role for role, can in MAY_DO.items() if Can.MANAGE_ACCESS in can]
    able = Membership.objects.filter(role__in=roles, ends_at=None, suspended_at=None).exclude(id=member.id)
    return list(able.order_by("name").values_list("id", flat=True))
