"""A lost factor: an administrator and an officer vouch for somebody, and a pass for a day sets them up anew.

Two persons, neither of them the one concerned, within a day of each other; each says how they knew who it is. Using the
pass ends everything the person signed in with before. For a day after that nothing dangerous is done in their name.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keepwell.access import alerts, alternates, credentials, door, factors, notices
from keepwell.access.models import Membership, Passkey, Person, Recovery, Session, SignInLink
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger import reasons
from keepwell.ledger.actions import action

WITHIN = dt.timedelta(hours=24)
"""How long one voucher waits for the other, and how long the pass lasts."""

HOLD = credentials.HOLD
HELD = frozenset({Can.MANAGE_ACCESS, Can.APPROVE_ACCESS, Can.MANAGE_OWN_SIGN_IN})
"""What waits after a recovery, on the pages that ask once more who it is. Emergencies do not wait."""

LEAST = 10
"""Characters of the line that says how somebody was known."""

HOW = {
    "in_person": _("Photo ID seen in person"),
    "by_video": _("Photo ID seen by video"),
    "called_back": _("Called back on a number we had before"),
}
"""How a voucher knew who it is. That somebody asked, by mail or telephone, is no way to know."""

VOUCHED = notices.kind(
    "recovery.vouched", _("%(who)s vouched that %(whom)s lost what they sign in with. A second person must vouch too."),
    icon="life-buoy", page="recover", alarming=True,
)  # fmt: skip
PASSED = notices.kind(
    "recovery.passed", _("Two people vouched for %(whom)s, who can now set up their sign-in anew for a day."),
    icon="life-buoy", page="recover", alarming=True,
)  # fmt: skip
USED = notices.kind(
    "recovery.used", _("%(whom)s used the pass: what they signed in with before is over."),
    icon="life-buoy", page="recover", alarming=True,
)  # fmt: skip


def vouch(member: Membership, how: str, line: str, *, by: Actor) -> Recovery:
    """One of two vouches for a member. Raises Refusal SELF_APPROVAL, MFA_RESET_VERIFY, STALE_VERSION."""
    alternates.refuse_own(member.person_id, by, approving=True)
    if how not in HOW or len(line.strip()) < LEAST:
        raise Refusal("MFA_RESET_VERIFY", field="how" if how not in HOW else "line")
    me = Membership.objects.get(id=by.id)
    if not (member.accepted_at and door.place_of(member).lasts):
        raise Refusal("STALE_VERSION")
    waiting = open_of(member)
    if waiting is None:
        _refuse_unable(offices(me, member))
    else:
        _refuse_second(waiting, me, member)
    said = reasons.record("recovery.verified", line, by, about=[member.id], detail={"how": how})
    return _first(member, how, said, by=by) if waiting is None else _pass(waiting, how, said, by=by)


@action("recovery.vouched", about="member")
def _first(member: Membership, how: str, said: UUID, *, by: Actor) -> Recovery:
    "Somebody vouched that a member lost what they sign in with, and says how they knew who it is."
    at = clock.now()
    Recovery.objects.filter(member=member, closed_at=None).update(closed_at=at, outcome="lapsed")
    row = Recovery.objects.create(member=member, first_id=by.id, first_at=at, first_how=how, first_said=said)
    who = Membership.objects.get(id=by.id).name
    notices.tell(_everybody(member, by), VOUCHED, by=by, about=member.id, who=who, whom=member.name)
    return row


def _pass(recovery: Recovery, how: str, said: UUID, *, by: Actor) -> Recovery:
    link = credentials.new_link(recovery.member.person, recovery.member, by=by, vouched=True)
    alerts.later(recovery.member.person_id, alerts.VOUCHED, by=by)
    return _passed(recovery, link, how, said, by=by)


@action("recovery.passed", about="recovery")
def _passed(recovery: Recovery, link: SignInLink, how: str, said: UUID, *, by: Actor) -> Recovery:
    "A second person vouched for a member; a pass for a day was made."
    alone = Recovery.objects.filter(id=recovery.id, closed_at=None, second=None)
    if not alone.update(second_id=by.id, second_at=clock.now(), second_how=how, second_said=said, link=link):
        raise Refusal("STALE_VERSION")
    member = recovery.member
    notices.tell(_everybody(member, by), PASSED, by=by, about=member.id, whom=member.name)
    recovery.refresh_from_db()
    return recovery


@action("recovery.stopped", about="recovery")
def stop(recovery: Recovery, *, by: Actor) -> Recovery:
    "A recovery is not wanted, or not believed: its pass no longer works."
    if recovery.closed_at is not None:
        raise Refusal("STALE_VERSION")
    recovery.closed_at, recovery.outcome = clock.now(), "stopped"
    recovery.save(update_fields=["closed_at", "outcome"])
    return recovery


def taken_up(link: SignInLink, *, by: Actor) -> None:
    """A one-time link is being used: if it is a pass, what its person signed in with ends. Raises LINK_REFUSED."""
    row = Recovery.objects.select_related("member").filter(link_id=link.id).first()
    if row is None:
        return
    if row.closed_at is not None:
        raise Refusal("LINK_REFUSED")
    _end_factors(link.person, by=by)
    _used(row, by=by)


@action("recovery.used", about="recovery")
def _used(recovery: Recovery, *, by: Actor) -> None:
    "A pass was used by whoever held it."
    recovery.used_at = recovery.closed_at = clock.now()
    recovery.outcome = "used"
    recovery.save(update_fields=["used_at", "closed_at", "outcome"])
    member = recovery.member
    notices.tell(_everybody(member, by), USED, by=by, about=member.id, whom=member.name)


@action("factors.ended", about="person")
def _end_factors(person: Person, *, by: Actor) -> None:
    "Everything a person signed in with ends, and every browser they were signed in with."
    at = clock.now()
    Passkey.objects.filter(person=person, ended_at=None).update(ended_at=at, sealed="")
    factors.end_totp(person.id)
    factors.end_recovery_codes(person.id)
    person.set_unusable_password()
    person.save(update_fields=["password"])
    Session.objects.filter(person=person, ended_at=None).update(ended_at=at, data="")


def offices(voucher: Membership, member: Membership) -> frozenset[str]:
    """As what somebody can vouch for a member: administrator, officer, both, or neither.

    Where the member holds the office of administrator, its named alternate vouches in their place.
    """
    able = {"officer"} if voucher.role in (Role.PRIVACY_OFFICER, Role.SECURITY_OFFICER) else set()
    named = [each.member_id for each in alternates.standing(Role.ADMINISTRATOR)]
    if voucher.role == Role.ADMINISTRATOR or (member.role == Role.ADMINISTRATOR and voucher.id in named):
        able.add("administrator")
    return frozenset(able)


def open_of(member: Membership) -> Recovery | None:
    """The recovery under way: one vouched, or both and the pass is good. One whose day is over is none."""
    near = ("member__person", "first", "second")
    row = Recovery.objects.select_related(*near).filter(member=member, closed_at=None).first()
    if row is None or clock.now() - (row.second_at or row.first_at) > WITHIN:
        return None
    voucher = row.first
    return row if voucher is None or (voucher.ends_at is None and voucher.suspended_at is None) else None


def held(permission: Can, by: Actor) -> Refusal | None:
    """The refusal of a dangerous page for a day after a recovery here, whichever role its person wears."""
    if permission not in HELD:
        return None
    since = clock.now() - HOLD
    own = Membership.objects.filter(id=by.id).values("person_id")
    recent = Recovery.objects.filter(member__person_id__in=own, used_at__gt=since).exists()
    return Refusal("RECOVERY_HOLD") if recent else None


def _refuse_unable(able: frozenset[str]) -> None:
    if not able:
        raise Refusal("MFA_RESET_VERIFY")


def _refuse_second(waiting: Recovery, me: Membership, member: Membership) -> None:
    """The second is another person, for the other of the two offices."""
    if waiting.link_id is not None:
        raise Refusal("STALE_VERSION")
    if waiting.first.person_id == me.person_id:
        raise Refusal("SELF_APPROVAL")
    pairs = {(a, b) for a in offices(waiting.first, member) for b in offices(me, member) if a != b}
    if not pairs:
        raise Refusal("MFA_RESET_VERIFY")


def _everybody(member: Membership, by: Actor) -> list[UUID]:
    """Administrators, officers and the member themselves; not who does it."""
    at = clock.now()
    here = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), suspended_at=None)
    told = here.filter(Q(role__in=alternates.OFFICERS) | Q(id=member.id)).exclude(id=by.id)
    return list(told.order_by("id").values_list("id", flat=True))
