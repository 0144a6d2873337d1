"""What must not be missed about whom one looks at: restrictions agreed to and, for those it concerns, a VIP mark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Value

from keepwell.access import policy, relations
from keepwell.access.models import Restriction, Vip
from keepwell.access.persons import persons
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor


@dataclass(frozen=True, slots=True)
class Flags:
    """Whether a patient has a restriction, and whether the reader is to know that they are a VIP."""

    restricted: bool
    vip: bool


def of(patient: UUID, *, by: Actor, records: Iterable[UUID] | None = None) -> Flags:
    """The flags of a person, in one statement. A VIP mark is known to who looks after them, and to officers."""
    whose = list(persons([patient])[patient] if records is None else records)
    agreed = Restriction.objects.filter(relations.lasting(clock.now()), patient_id__in=whose)
    marks = Vip.objects.filter(patient_id__in=whose, ends_at=None)
    there = set(agreed.values_list(Value("restricted")).union(marks.values_list(Value("vip"))))
    vip = ("vip",) in there and (policy.may(by, Can.REVIEW_ACCESS) or bool(policy.cared_for(by, whose)))
    return Flags(("restricted",) in there, vip)
