"""Roles of a practice's own: a role everybody has, with something added within its ceiling, or taken away.

The policy decides with the difference on the very next request, and with the ceiling whatever a row says
(`policy.MAY_GROW`). The ledger keeps the role it is based on, and names this one in each entry's detail.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from keepwell.access import alternates, policy
from keepwell.access.models import CustomRole, Membership
from keepwell.access.policy import MAY_DO, MAY_GROW, MAY_SEE
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

LONGEST_NAME = 60


def droppable(base: Role) -> list[str]:
    """What a version of a role may be without: what it has, but for what everybody needs to work here at all."""
    seen = frozenset[str]().union(*(classes for (role, _), classes in MAY_SEE.items() if role == base))
    return [*sorted(MAY_DO.get(base, frozenset()) - policy.EVERYBODY), *sorted(seen)]


def addable(base: Role) -> list[str]:
    """What a version of a role may have besides."""
    return sorted(MAY_GROW.get(base, frozenset()))


@action("role.made")
def make(base: Role, name: str, adds: Iterable[str], drops: Iterable[str], *, by: Actor) -> CustomRole:
    "The practice makes a role of its own. Raises Refusal SAFEGUARD_FLOOR, FIELD_EMPTY, ROLE_NAME_TAKEN."
    more, less = _within(base, adds, drops)
    return CustomRole.objects.create(base=base, name=_free(name), adds=more, drops=less)


@action("role.changed")
def change(role: CustomRole, adds: Iterable[str], drops: Iterable[str], *, by: Actor) -> CustomRole:
    "What a role of the practice's own adds and takes away. Raises Refusal SAFEGUARD_FLOOR, SELF_APPROVAL."
    for person in _held(role).values_list("person_id", flat=True):
        alternates.refuse_own(person, by, approving=True)
    role.adds, role.drops = _within(Role(role.base), adds, drops)
    role.save(update_fields=["adds", "drops"])
    return role


@action("role.retired")
def retire(role: CustomRole, *, by: Actor) -> CustomRole:
    "Nobody is given this role any more. Raises Refusal ROLE_IN_USE while somebody has it."
    if _held(role).exists():
        raise Refusal("ROLE_IN_USE")
    role.retired_at = clock.now()
    role.save(update_fields=["retired_at"])
    return role


@action("role.given", about="member")
def give(member: Membership, role: CustomRole | None, *, by: Actor) -> Membership:
    """Somebody works in a role of the practice's own, or in its base again, from their next request on.

    Never oneself. Raises Refusal SELF_APPROVAL, SAFEGUARD_FLOOR.
    """
    alternates.refuse_own(member.person_id, by, approving=True)
    if role is not None and (role.base != member.role or role.retired_at is not None):
        raise Refusal("SAFEGUARD_FLOOR", field="member")
    member.custom = role
    member.save(update_fields=["custom"])
    return member


def standing() -> list[CustomRole]:
    """The practice's own roles."""
    return list(CustomRole.objects.filter(retired_at=None).order_by("name", "id"))


def _held(role: CustomRole) -> QuerySet[Membership]:
    return Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), custom=role)


def _within(base: Role, adds: Iterable[str], drops: Iterable[str]) -> tuple[list[str], list[str]]:
    more, less = sorted(set(adds)), sorted(set(drops))
    if base not in MAY_GROW or not set(more) <= set(addable(base)) or not set(less) <= set(droppable(base)):
        raise Refusal("SAFEGUARD_FLOOR")
    return more, less


def _free(name: str) -> str:
    tidy = " ".join(name.split())[:LONGEST_NAME]
    if not tidy:
        raise Refusal("FIELD_EMPTY", field="name")
    if CustomRole.objects.filter(name__iexact=tidy, retired_at=None).exists():
        raise Refusal("ROLE_NAME_TAKEN", field="name")
    return tidy
