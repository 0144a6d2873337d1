"""What the chart says of emergencies: who opened this record without a care relation, when and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.access import emergency
from keepwell.access.models import EmergencyAccess, Reason
from keepwell.records.excerpts import Disclosed
from keepwell.records.sight import Sight
from keepwell.vault.phi import PhiClass


def of(seen: Sight) -> list[EmergencyAccess]:
    """The newest emergencies with this person."""
    return emergency.of_patient(list(seen.records))


def excerpts(rows: list[EmergencyAccess], seen: Sight) -> list[type[Any]]:
    """What of them is protected, if there is any and this person may see it."""
    return [Disclosed] if PhiClass.PART2 in seen.open and any(row.part2_at for row in rows) else []


def shown(rows: list[EmergencyAccess], opening: charts.Chart, patient: UUID) -> dict[str, Any]:
    """Emergencies as lines, and the disclosures that 42 CFR § 2.51(c) has written down."""
    lines = [(row.member.name, row.starts_at, emergency.REASONS[Reason(row.reason)]) for row in rows]
    disclosed = opening.all(Disclosed).get(patient, []) if opening.reads(Disclosed) else []
    return {"opened_in_emergency": lines, "disclosed": disclosed}
