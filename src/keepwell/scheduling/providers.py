"""Who gives visits: those whose role may, and whoever has a calendar already."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Role
from keepwell.base.refusal import Refusal
from keepwell.scheduling.models import Schedule

ROLES = (Role.PRACTITIONER, Role.TRAINEE, Role.COORDINATOR)


def providers() -> QuerySet[Membership]:
    """Everybody who works here now and may give visits, by name."""
    has_calendar = Exists(Schedule.objects.filter(practitioner_id=OuterRef("pk")))
    lasting = Q(ends_at=None) | Q(ends_at__gt=clock.now())
    return Membership.objects.filter(lasting, Q(role__in=ROLES) | has_calendar).order_by("name", "id")


def provider(member: UUID) -> Membership:
    """One of them. Raises Refusal NOT_FOUND."""
    found = providers().filter(id=member).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found
