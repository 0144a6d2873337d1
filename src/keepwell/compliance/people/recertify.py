"""Access reviews (45 CFR § 164.308(a)(4)(ii)(C)): managers confirm who still needs what; what nobody confirms ends.

A round covers everybody who works here. Each place is looked at by its manager; a manager who is the same person, or is
no longer here, gives way to whoever looks at an officer's own cases (access/alternates.py). Nobody looks at their own.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from keepwell.access import actions as access
from keepwell.access import alternates, notices
from keepwell.access.models import AccessReview, Attestation, Departure, Membership
from keepwell.access.policy import MAY_DO, Can, may
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance.people import departures, roster
from keepwell.ledger.actions import action

GRACE = dt.timedelta(days=7)
"""After the due day, until what nobody decided ends by itself."""
DAYS = {"7": _("in a week"), "14": _("in two weeks"), "30": _("in 30 days")}
DECISIONS = {"keep": _("Keep"), "change": _("Ask for a change"), "remove": _("End this role")}
OUTCOMES = {
    "keep": _("kept"),
    "change": _("change asked"),
    "remove": _("ended"),
    "lapsed": _("lapsed"),
    "alone": _("nobody else to look"),
}
ALONE = "alone"
"""Outcome where nobody but the person themselves works here who could look."""
LAPSED = "not_recertified"
"""Why a membership ended that nobody confirmed: its person is answered RECERT_OVERDUE_REMOVED at the door."""

ASKED = notices.kind(
    "access_review.asked", _("An access review waits for you: %(n)s to look at, until %(day)s"), icon="clipboard-check",
    page="attest",
)  # fmt: skip
LATE = notices.kind(
    "access_review.late", _("An access review is overdue. What nobody confirms by %(day)s ends"), icon="clock-alert",
    page="attest", alarming=True,
)  # fmt: skip
CHANGE = notices.kind("access_review.change", _("A manager asks for another role here"), icon="user-cog", page="person")
ENDED = notices.kind(
    "access_review.ended", _("Access ended in an access review"), icon="user-x", page="person", alarming=True
)


def start(days: int, *, by: Actor) -> AccessReview:
    """Everybody's access is to be looked at. Raises Refusal REVIEW_UNDER_WAY, CHOICE_UNKNOWN."""
    if str(days) not in DAYS:
        raise Refusal("CHOICE_UNKNOWN", field="days")
    if AccessReview.objects.filter(closed_at=None).exists():
        raise Refusal("REVIEW_UNDER_WAY")
    review = _started(clock.now() + dt.timedelta(days=days), by=by)
    here = list(
        Membership.objects.select_related("person", "manager__person").filter(_standing()).order_by("name", "id")
    )
    waits = _listed(review, {m: reviewer_of(m, by) for m in here}, here, by=by)
    for reviewer, n in waits.items():
        notices.tell([reviewer], ASKED, by=by, about=review.id, n=n, day=f"{review.due_at:%Y-%m-%d}")
    _close(review, by)
    return review


@action("access_review.started")
def _started(due: dt.datetime, *, by: Actor) -> AccessReview:
    "An officer or administrator asked for everybody's access to be looked at by a day."
    return AccessReview.objects.create(started_by_id=by.id, due_at=due)


@action("access_review.listed", about="members")
def _listed(
    review: AccessReview, looks: dict[Membership, Membership | None], members: list[Membership], *, by: Actor
) -> Counter[UUID]:
    "Whose access is to be looked at, and by whom. How many each has."
    Attestation.objects.bulk_create(_line(review, m, looks[m]) for m in members)
    return Counter(reviewer.id for reviewer in looks.values() if reviewer is not None)


def _line(review: AccessReview, member: Membership, reviewer: Membership | None) -> Attestation:
    alone = reviewer is None
    return Attestation(review=review, member=member, reviewer=reviewer, outcome=ALONE if alone else "")


def reviewer_of(member: Membership, by: Actor) -> Membership | None:
    """Their manager, while that is somebody else who works here; otherwise who looks at officers' cases."""
    boss = member.manager
    if boss is not None and boss.person_id != member.person_id and roster.state(boss) == "active":
        return boss
    offices = [by.role, *alternates.OFFICERS] if by.role in alternates.OFFICERS else alternates.OFFICERS
    found = (alternates.reviewer_for(member.person_id, by, office) for office in offices)
    return next((each for each in found if each is not None), None)


def waiting(review: AccessReview, by: Actor) -> list[Attestation]:
    """What the actor may decide and nobody has: theirs first. Whoever approves access stands in for every manager."""
    me = alternates.person_of(by)
    near = ("member__person", "member__custom", "reviewer")
    still = [one for one in _open(review).select_related(*near) if one.member.person_id != me]
    if not may(by, Can.APPROVE_ACCESS):
        still = [one for one in still if one.reviewer is not None and one.reviewer.person_id == me]
    return sorted(still, key=lambda one: (one.reviewer is None or one.reviewer.person_id != me, one.member.name))


def decide(one: Attestation, outcome: str, *, by: Actor) -> Attestation:
    """Somebody's access is still needed, is to change, or ends at once.

    Raises Refusal REVIEW_OWN_ACTIVITY, NOT_FOUND, CHOICE_UNKNOWN, STALE_VERSION, LAST_OF_OFFICE.
    """
    alternates.refuse_own(one.member.person_id, by)
    mine = one.reviewer is not None and one.reviewer.person_id == alternates.person_of(by)
    if not mine and not may(by, Can.APPROVE_ACCESS):
        raise Refusal("NOT_FOUND")
    if outcome not in DECISIONS:
        raise Refusal("CHOICE_UNKNOWN")
    if one.outcome or one.review.closed_at is not None:
        raise Refusal("STALE_VERSION")
    if outcome == "remove" and last_of_office(one.member):
        raise Refusal("LAST_OF_OFFICE")
    _attested(one, outcome, by=by)
    if outcome == "remove":
        _end(one, "removed", by)
    elif outcome == "change":
        notices.tell(_managers(by), CHANGE, by=by, about=one.member_id)
    _close(one.review, by)
    return one


@action("access.attested", about="one")
def _attested(one: Attestation, outcome: str, *, by: Actor) -> Attestation:
    "A manager looked at somebody's access and says whether it is still needed."
    one.outcome, one.decided_by_id, one.decided_at = outcome, by.id, clock.now()
    one.save(update_fields=["outcome", "decided_by", "decided_at"])
    return one


@action("access.lapsed", about="one")
def _lapse(one: Attestation, *, by: Actor) -> Attestation:
    "Nobody confirmed somebody's access in time, so it ends (RECERT_OVERDUE_REMOVED)."
    one.outcome, one.decided_at = "lapsed", clock.now()
    one.save(update_fields=["outcome", "decided_at"])
    return one


def overdue(*, by: Actor) -> int:
    """Reminds of what is due, and ends what is past its grace. Never the last of an office. How many ended."""
    review = AccessReview.objects.filter(closed_at=None, due_at__lte=clock.now()).first()
    if review is None:
        return 0
    ends = review.due_at + GRACE
    open_still = list(_open(review).select_related("review", "member__person", "reviewer").order_by("id"))
    if review.reminded_at is None:
        whom = [one.reviewer_id for one in open_still if one.reviewer_id] + _managers(by)
        notices.tell(whom, LATE, by=by, about=review.id, day=f"{ends:%Y-%m-%d}")
        _reminded(review, by=by)
    lapsed = [one for one in open_still if ends <= clock.now() and _lapses(one, by)]
    _close(review, by)
    return len(lapsed)


def _lapses(one: Attestation, by: Actor) -> bool:
    if last_of_office(one.member):
        return False
    _lapse(one, by=by)
    _end(one, LAPSED, by)
    return True


@action("access_review.reminded")
def _reminded(review: AccessReview, *, by: Actor) -> None:
    "Keepwell told whoever has to decide that an access review is overdue."
    review.reminded_at = clock.now()
    review.save(update_fields=["reminded_at"])


def _close(review: AccessReview, by: Actor) -> None:
    if review.closed_at is None and not _open(review).exists():
        _closed(review, by=by)


@action("access_review.closed")
def _closed(review: AccessReview, *, by: Actor) -> None:
    "Everybody's access has been looked at, or ended."
    review.closed_at = clock.now()
    review.save(update_fields=["closed_at"])


def _open(review: AccessReview) -> QuerySet[Attestation]:
    """Undecided places that still stand; one that ended meanwhile has nothing left to decide."""
    standing = Q(member__ends_at=None) | Q(member__ends_at__gt=clock.now())
    return Attestation.objects.filter(standing, review=review, outcome="")


def last_of_office(member: Membership) -> bool:
    """Whether nobody else here could do what the holder of this office does. The last one never loses it."""
    if member.role not in alternates.OFFICERS:
        return False
    others = Membership.objects.select_related("person").filter(role=member.role).exclude(person_id=member.person_id)
    return not any(roster.state(other) == "active" for other in others)


def _end(one: Attestation, because: str, by: Actor) -> None:
    """This role; with the last one, everything else that gives access, as when somebody leaves."""
    member, asked_by = one.member, one.decided_by_id or one.review.started_by_id
    leaving = Departure.objects.filter(member=member, closed_at=None).exists()
    if leaving or len(departures.places(member)) > 1:
        access.leave(member, by=by, because=because)
    else:
        departures.begin(member, clock.now(), None, by=by, because=because, asked_by=asked_by)
    notices.tell(_managers(by), ENDED, by=by, about=member.id)


def _standing() -> Q:
    return Q(ends_at=None) | Q(ends_at__gt=clock.now())


def _managers(by: Actor) -> list[UUID]:
    roles = [role for role, can in MAY_DO.items() if Can.MANAGE_ACCESS in can and role is not Role.SYSTEM]
    able = Membership.objects.filter(_standing(), role__in=roles, suspended_at=None).exclude(id=by.id)
    return list(able.order_by("name").values_list("id", flat=True))
