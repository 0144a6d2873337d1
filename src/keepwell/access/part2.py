"""Whether it is known here that somebody is with a substance use program (42 CFR § 2.11).

Whoever is told of such a person, by an id alone, is told a Part 2 fact. Nothing is opened to know it: that there is a
consent, an emergency or a record of that kind says it. A floor that keeps such records names them with `source()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from keepwell.access.authorizations import PART2_KINDS
from keepwell.access.models import Authorization, EmergencyAccess
from keepwell.access.persons import persons

Source = Callable[[Sequence[UUID]], Iterable[UUID]]
SOURCES: list[Source] = []
"""Of these records, those that hold something of a program."""


def source(found: Source) -> Source:
    """Names who else knows."""
    SOURCES.append(found)
    return found


def known(subjects: Iterable[UUID]) -> bool:
    """Whether any of these is a patient of a program, as far as the practice knows; ids of other things are none."""
    records = tuple({record for each in persons(tuple(subjects)).values() for record in each})
    return bool(records) and any(True for found in SOURCES for _one in found(records))


@source
def _here(records: Sequence[UUID]) -> Iterable[UUID]:
    """A consent to disclose such records, ended or not, or an emergency in which they were opened."""
    consents = Authorization.objects.filter(patient_id__in=records, kind__in=PART2_KINDS)
    emergencies = EmergencyAccess.objects.filter(patient_id__in=records, part2_at__isnull=False)
    return (
        consents.order_by()
        .values_list("patient_id", flat=True)
        .union(emergencies.order_by().values_list("patient_id", flat=True))
    )
