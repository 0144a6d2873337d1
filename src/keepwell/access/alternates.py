"""Nobody judges their own case: whose it is, who looks at it instead, and the refusal when somebody tries.

Compared by person, never by membership: one person may hold several roles here, and changing hats changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Q, QuerySet

from keepwell.access.models import Alternate, Membership
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

OFFICERS = (Role.PRIVACY_OFFICER, Role.SECURITY_OFFICER, Role.ADMINISTRATOR)
"""The offices whose holders look at what others did."""


def person_of(by: Actor) -> UUID | None:
    """The person behind an actor; nobody's behind Keepwell itself."""
    return Membership.objects.filter(id=by.id).values_list("person_id", flat=True).first()


def refuse_own(person: UUID, by: Actor, *, approving: bool = False) -> None:
    """Raises Refusal REVIEW_OWN_ACTIVITY, or SELF_APPROVAL of an approval, when the actor is whom it is about."""
    if person_of(by) == person:
        raise Refusal("SELF_APPROVAL" if approving else "REVIEW_OWN_ACTIVITY")


def refuse_placing(members: Iterable[Membership], by: Actor) -> None:
    """Raises Refusal SELF_APPROVAL when somebody would give themselves patients while another could decide it.

    Where one person is all there is, they may, and the log says so.
    """
    own = person_of(by)
    if own is None or own not in {each.person_id for each in members}:
        return
    if reviewer_for(own, by, Role.ADMINISTRATOR) is not None:
        refuse_own(own, by, approving=True)


def reviewer_for(person: UUID, by: Actor, office: Role | None = None) -> Membership | None:
    """Who looks at a case about `person`: a holder of the office (by default the actor's, else the privacy officer's).

    A case about a holder of that office goes to its named alternate first. None when there is nobody but the person.
    """
    role = office or (by.role if by.role in OFFICERS else Role.PRIVACY_OFFICER)
    holders = list(_lasting(Membership.objects.filter(role=role)).order_by("starts_at", "id"))
    named = [each.member for each in standing(role)]
    own = any(each.person_id == person for each in holders)
    order = [*named, *holders] if own else [*holders, *named]
    return next((each for each in order if each.person_id != person), None)


def standing(role: Role | None = None) -> list[Alternate]:
    """The alternates named now whose membership lasts, by office, the earliest named first."""
    at = clock.now()
    lasts = Q(ends_at=None) & (Q(member__ends_at=None) | Q(member__ends_at__gt=at))
    found = Alternate.objects.filter(lasts).select_related("member").order_by("role", "starts_at", "id")
    return list(found if role is None else found.filter(role=role))


def unattended() -> Iterator[Role]:
    """The offices whose holder's own case would find nobody: a single person holds it and no alternate is named."""
    named = {each.role: each.member.person_id for each in standing()}
    for role in OFFICERS:
        persons = set(_lasting(Membership.objects.filter(role=role)).values_list("person_id", flat=True))
        if len(persons) == 1 and (role not in named or named[role] in persons):
            yield role


@action("alternate.named")
def name(role: Role, member: Membership, *, by: Actor) -> Alternate:
    "A member stands in for an office where its holder's own case is looked at."
    holders = _lasting(Membership.objects.filter(role=role)).values_list("person_id", flat=True)
    if role not in OFFICERS or member.role not in OFFICERS or member.person_id in set(holders):
        raise Refusal("ALTERNATE_UNSUITABLE", field="member")
    return Alternate.objects.create(role=role, member=member)


@action("alternate.ended")
def end(alternate: Alternate, *, by: Actor) -> Alternate:
    "A member no longer stands in for an office."
    alternate.ends_at = clock.now()
    alternate.save(update_fields=["ends_at"])
    return alternate


def _lasting(found: QuerySet[Membership]) -> QuerySet[Membership]:
    return found.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()))
