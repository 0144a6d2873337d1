"""Which authorizations a form offers to rely on: those that count now, and that whoever fills it in may know of."""

from __future__ import annotations

from uuid import UUID

from keepwell.access import authorizations, policy
from keepwell.access.authorizations import PART2_KINDS
from keepwell.access.models import Authorization
from keepwell.access.persons import persons
from keepwell.base.actor import Actor


def usable(patient: UUID, *, by: Actor) -> list[Authorization]:
    """That there is a Part 2 consent says somebody is with a program (42 CFR § 2.13(c)): the desk is not offered it."""
    counting = [each for each in authorizations.of(patient) if authorizations.why_unusable(each) is None]
    closed = {each.id for each in counting if each.kind in PART2_KINDS}
    if not closed or policy.may_know_part2(by, persons([patient])[patient]):
        return counting
    return [each for each in counting if each.id not in closed]
