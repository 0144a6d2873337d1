"""Who can act for a practice now: their time here has begun and not ended, they accepted it, and it is not suspended.

Whoever is to be told of something is asked of this: news that only reaches somebody who cannot sign in reaches nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from keepwell.access.models import Membership
from keepwell.access.policy import MAY_DO, Can
from keepwell.access.relations import lasting
from keepwell.base import clock
from keepwell.base.actor import Role


def members() -> QuerySet[Membership]:
    """Everybody who can."""
    here = Membership.objects.filter(lasting(clock.now()), suspended_at=None, accepted_at__isnull=False)
    return here.order_by("id")


def among(asked: Iterable[UUID | None]) -> list[UUID]:
    """Those of these who can, in their order."""
    wanted = [one for one in dict.fromkeys(asked) if one is not None]
    able = set(members().filter(id__in=wanted).values_list("id", flat=True)) if wanted else set()
    return [one for one in wanted if one in able]


def of_roles(roles: Iterable[Role]) -> list[UUID]:
    """Those who hold one of these roles."""
    return list(members().filter(role__in=list(roles)).values_list("id", flat=True))


def who_may(can: Can) -> list[UUID]:
    """Those whose role includes this."""
    return of_roles(role for role, held in MAY_DO.items() if can in held and role is not Role.SYSTEM)
