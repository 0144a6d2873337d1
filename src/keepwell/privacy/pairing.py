"""Everything that was sent is a disclosure, or is on its way to be one: sources name what left, and each gets its row.

Lower floors know nothing of accounting: what they sent is named here by a `source`, exports name themselves. What has
no row yet gets one every few minutes, and an accounting is not given before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from uuid import UUID

from keepwell.access.persons import persons
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.privacy import actions
from keepwell.privacy.actions import Said

Left = tuple[UUID, Said]
"""A patient, and what left about them, with its origin."""

Source = Callable[[Actor, UUID | None], Iterable[Left]]
SOURCES: list[Source] = []
"""What knows of things that left and have no row yet: of everybody (None), a few hundred at most; of one patient only
that there is something, so that asking opens nothing."""


def source(found: Source) -> Source:
    """Names a source of what left."""
    SOURCES.append(found)
    return found


def run(*, by: Actor) -> int:
    """Gives each thing that left its row. How many."""
    left = [one for found in SOURCES for one in found(by, None)]
    if not left:
        return 0
    return sum(_paired(some, by) for some in ([o for o in left if not _named(o)], [o for o in left if _named(o)]))


def _named(one: Left) -> bool:
    return bool(one[1].recipient)


def _paired(left: list[Left], by: Actor) -> int:
    """Apart, because the names of those told are sealed under their patients' keys, and only theirs are asked for."""
    if not left:
        return 0
    patients, said = zip(*left, strict=True)
    return actions.pair(patients, [replace(one, classes=frozenset(one.classes)) for one in said], by=by)


def refuse_unpaired(patient: UUID, by: Actor) -> None:
    """Raises Refusal DISCLOSURE_UNPAIRED while something about this person, in any record, left without a row."""
    records = persons([patient])[patient]
    if any(True for record in records for found in SOURCES for _one in found(by, record)):
        raise Refusal("DISCLOSURE_UNPAIRED")
