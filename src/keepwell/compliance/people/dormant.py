"""Accounts nobody used for ninety days are suspended each night, until somebody says they are needed. Told at sixty."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import notices
from keepwell.access.models import Membership, Notice
from keepwell.access.policy import MAY_DO, Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.compliance.people import roster
from keepwell.ledger import queries
from keepwell.ledger.actions import action

WARNED_AFTER = dt.timedelta(days=60)
SUSPENDED_AFTER = dt.timedelta(days=90)
UNUSED = notices.kind(
    "member.unused",
    _("Nobody used an account for 60 days; after 90 it is suspended"),
    icon="user-round-x",
    page="person",
)
SUSPENDED = notices.kind(
    "member.suspended", _("An account that nobody used for 90 days is suspended"), icon="user-x", page="person"
)


def suspend_unused(*, by: Actor) -> int:
    """Suspends whoever did nothing here for ninety days, and tells of who did nothing for sixty. How many suspended."""
    used = _last_used(by)
    unused = _quiet_for(SUSPENDED_AFTER, used)
    if not any(manages(m) for m in used if m not in unused):
        unused = [m for m in unused if not manages(m)]
    for member in unused:
        suspend(member, by=by)
        notices.tell(_managers(member), SUSPENDED, by=by, about=member.id)
    for member in _quiet_for(WARNED_AFTER, used):
        if member not in unused and not _told(member, used[member]):
            boss = [member.manager_id] if member.manager_id else []
            notices.tell([*boss, *_managers(member)], UNUSED, by=by, about=member.id)
    return len(unused)


def _last_used(by: Actor) -> dict[Membership, dt.datetime]:
    """Who can work here, and when they last did, or could begin to."""
    here = Membership.objects.select_related("person").filter(ends_at=None, suspended_at=None).order_by("id")
    active = [member for member in here if roster.state(member) == "active"]
    last = queries.last_active([member.id for member in active], by)
    return {m: max(last.get(m.id, m.starts_at), m.accepted_at or m.starts_at) for m in active}


def _quiet_for(long: dt.timedelta, used: dict[Membership, dt.datetime]) -> list[Membership]:
    before = clock.now() - long
    return [member for member, last in used.items() if last < before]


def _told(member: Membership, since: dt.datetime) -> bool:
    return Notice.objects.filter(kind=UNUSED, about=member.id, made_at__gt=since).exists()


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
