"""What of a patient the person present may see, class by class: the rest of the page is a closed bar that says why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell.access import policy
from keepwell.access.persons import persons
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.charts.excerpts import plan
from keepwell.vault.phi import PhiClass


@dataclass(frozen=True, slots=True)
class Sight:
    """A person's records, the classes of them that may be opened, and why each other one may not."""

    records: tuple[UUID, ...]
    open: frozenset[PhiClass]
    closed: dict[PhiClass, Refusal]

    def excerpts(self, *wanted: type[Any]) -> list[type[Any]]:
        """Those of the excerpts that may be opened."""
        return [excerpt for excerpt in wanted if plan(excerpt).classes <= self.open]


def of(patient: UUID, classes: Iterable[PhiClass], *, by: Actor) -> Sight:
    """Asks the policy what may be opened, before anything is; asking opens and records nothing."""
    people = persons([patient])
    wanted = frozenset(classes)
    beyond = wanted - policy.visible(by)

    def refusal(asked: Iterable[PhiClass]) -> Refusal | None:
        return policy.refused(by, asked, [patient], people).get(patient)

    closed = {phi: refusal({phi}) for phi in beyond}
    rest = wanted - beyond
    if rest and refusal(rest):
        closed |= {phi: refusal({phi}) for phi in rest}
    refusals = {phi: why for phi, why in closed.items() if why is not None}
    return Sight(people[patient], wanted - refusals.keys(), refusals)
