"""What the record of somebody's leaving shows: names of things and of partners, in the practice's own words."""

from __future__ import annotations

from uuid import UUID

from keepwell.charts import excerpt
from keepwell.compliance.people.models import Equipment, PartnerNotice


@excerpt(Equipment, sorted_by=("pk",))
class Carried:
    "What a thing is called that should come back."

    pk: UUID
    name: str | None


@excerpt(PartnerNotice, sorted_by=("pk",))
class Partner:
    "Who outside is to be told that somebody's access ended."

    pk: UUID
    name: str
