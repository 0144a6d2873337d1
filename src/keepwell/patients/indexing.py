"""What a patient is found by: gathered from facts that are about to be sealed, or from an opened chart."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from keepwell import charts
from keepwell.base.actor import Actor
from keepwell.charts import finding
from keepwell.patients.codes import PARENTS
from keepwell.patients.excerpts import Reach, Relations, Sought
from keepwell.patients.facts import Demographics
from keepwell.patients.reach import Contact, Kin, Said
from keepwell.vault.blind import Findable

Row = Said | Reach | Relations


def findable(who: Demographics | Sought, rows: Iterable[Row] = (), record_number: str = "") -> Findable:
    """`rows` are contacts and related persons, before sealing or after opening; ended ones find nobody.

    A parent's name and phone find the child.
    """
    now = [row for row in rows if row.ended_at is None]
    contacts = [row for row in now if isinstance(row, Contact | Reach)]
    parents = [row for row in now if isinstance(row, Kin | Relations) and row.relationship in PARENTS]
    numbers = [row.phone for row in parents]
    return Findable(
        given=who.given_name,
        family=who.family_name,
        middle=who.middle_name or "",
        preferred=who.preferred_name or "",
        former=tuple(who.former_names or ()),
        parents=tuple(row.name for row in parents),
        birth_date=who.birth_date,
        phones=tuple(row.value for row in contacts if row.system in ("phone", "sms")) + tuple(filter(None, numbers)),
        emails=tuple(row.value for row in contacts if row.system == "email"),
        record_number=record_number or who.record_number,
    )


def reindex(patient: UUID, *, by: Actor) -> None:
    """Opens what a record is found by and indexes it anew, inside an action about it. Merged ones keep their own."""
    chart = charts.open(patient, Sought, Reach, Relations, by=by)
    opened: tuple[Reach | Relations, ...] = (*chart.all(Reach).get(patient, ()), *chart.all(Relations).get(patient, ()))
    rows = [row for row in opened if row.patient == patient]
    finding.index(patient, findable(chart.one(Sought), rows), by=by)
