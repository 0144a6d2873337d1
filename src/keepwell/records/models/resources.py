"""Clinical resources: one shape, a table for each class of protected information they are sealed under.

What a resource is called and shows in a list is its sealed `head`; the resource itself, as received, its sealed `body`.
So a page opens small heads and only the page of one resource opens a body.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.practices.models import Tenanted, subject
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass
from keepwell.vault.values import LongText


class Arrival(Tenanted):
    """A file somebody sent to be brought in: sealed on disk until a worker has read it, then only what became of it.

    The practice is its subject, for nobody knows yet whose it is. `facts` are counts and codes; a name may be anything.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"

    run = models.UUIDField(db_index=True)
    number = models.PositiveSmallIntegerField()
    name = SealedField(phi=PhiClass.IDENTITY)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    facts: Any = models.JSONField(null=True)
    team = models.ForeignKey("access.CareTeam", models.PROTECT, related_name="+", db_constraint=False, null=True)
    sent_by = models.ForeignKey("access.Membership", models.PROTECT, related_name="+", db_constraint=False)
    sent_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    plain = {"run", "number", "state", "facts", "sent_at", "done_at"}


class Resource(Tenanted):
    """A FHIR resource about a patient.

    In the clear: its type, the year it speaks of (45 CFR § 164.514(b)(2)(i)(C): a year identifies nobody under 90), and
    a keyed mark that tells whether the same text came again. `withdrawn`: it moved to another class and is empty here.
    """

    patient = subject(db_index=False)
    type = models.CharField(max_length=64)
    year = models.SmallIntegerField(null=True)
    mark = models.BinaryField(max_length=16)
    withdrawn = models.BooleanField(default=False)
    received_at = models.DateTimeField(auto_now_add=True)

    plain = {"type", "year", "mark", "withdrawn", "received_at"}

    class Meta:
        abstract = True


def _by_patient(name: str) -> models.Index:
    return models.Index("patient", models.F("year").desc(nulls_last=True), "type", name=f"records_{name}_patient")


class ClinicalResource(Resource):
    """What happened to the patient: conditions, medications, measurements, visits and every other clinical type."""

    head = SealedField(phi=PhiClass.CLINICAL, kind=dict)
    body = SealedField(phi=PhiClass.CLINICAL, kind=LongText)

    class Meta:
        indexes = [_by_patient("clinical")]


class FinancialResource(Resource):
    """FHIR's financial module: claims, explanations of benefits, coverage."""

    head = SealedField(phi=PhiClass.COVERAGE, kind=dict)
    body = SealedField(phi=PhiClass.COVERAGE, kind=LongText)

    class Meta:
        indexes = [_by_patient("financial")]


class Part2Resource(Resource):
    """Any resource labelled as a record of a substance use disorder program (42 CFR § 2.11)."""

    head = SealedField(phi=PhiClass.PART2, kind=dict)
    body = SealedField(phi=PhiClass.PART2, kind=LongText)

    class Meta:
        indexes = [_by_patient("part2")]


Kept = ClinicalResource | FinancialResource | Part2Resource
TABLES: dict[PhiClass, type[Kept]] = {
    PhiClass.CLINICAL: ClinicalResource,
    PhiClass.COVERAGE: FinancialResource,
    PhiClass.PART2: Part2Resource,
}
"""Where a resource of each class is kept."""
