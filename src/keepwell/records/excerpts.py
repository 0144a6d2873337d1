"""What pages read of clinical resources: a head for lists and pictures, a body for the page of one resource."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.access.models import EmergencyDisclosure
from keepwell.records.models import Arrival, ClinicalResource, Document, FinancialResource, Part2Resource
from keepwell.vault.phi import PhiClass

NEWEST = ("-year", "pk")


@charts.excerpt(ClinicalResource, sorted_by=NEWEST)
class ClinicalHead:
    "A line of the chart: what happened or was found, when, and how it stands."

    pk: UUID
    type: str
    head: dict[str, Any]


@charts.excerpt(FinancialResource, sorted_by=NEWEST)
class FinancialHead:
    "A line of the chart about money: a claim or what was paid."

    pk: UUID
    type: str
    head: dict[str, Any]


@charts.excerpt(Part2Resource, sorted_by=NEWEST)
class Part2Head:
    "A line of the chart from a substance use disorder program."

    pk: UUID
    type: str
    head: dict[str, Any]


@charts.excerpt(ClinicalResource, sorted_by=NEWEST)
class ClinicalBody:
    "One clinical resource, all of it, as it was received."

    pk: UUID
    type: str
    head: dict[str, Any]
    body: str


@charts.excerpt(FinancialResource, sorted_by=NEWEST)
class FinancialBody:
    "One matter of money, all of it, as it was received."

    pk: UUID
    type: str
    head: dict[str, Any]
    body: str


@charts.excerpt(Part2Resource, sorted_by=NEWEST)
class Part2Body:
    "One resource of a substance use disorder program, all of it, as it was received."

    pk: UUID
    type: str
    head: dict[str, Any]
    body: str


@charts.excerpt(Arrival, sorted_by=("number",))
class FileName:
    "What the files of an import are called, for the person who sent them."

    run: UUID
    number: int
    name: str


HEADS: dict[PhiClass, type[Any]] = {
    PhiClass.CLINICAL: ClinicalHead,
    PhiClass.COVERAGE: FinancialHead,
    PhiClass.PART2: Part2Head,
}
BODIES: dict[PhiClass, type[Any]] = {
    PhiClass.CLINICAL: ClinicalBody,
    PhiClass.COVERAGE: FinancialBody,
    PhiClass.PART2: Part2Body,
}


@charts.excerpt(EmergencyDisclosure, sorted_by=("-at",))
class Disclosed:
    "To whom substance use records were opened in an emergency, by whom and why (42 CFR § 2.51(c))."

    recipient: str
    facility: str
    discloser: str
    nature: str
    at: dt.datetime


@charts.excerpt(Document)
class Unsorted:
    "What a document that waits is called and where it came from, so that the desk can find out whose it is."

    pk: UUID
    label: str | None
    sender: str | None


@charts.excerpt(Document)
class CardHolder:
    "What a photo ID on file is called."

    pk: UUID
    holder: str | None


@charts.excerpt(Document)
class CardPayer:
    "What an insurance card on file is called."

    pk: UUID
    payer: str | None


@charts.excerpt(Document)
class DocumentTitle:
    "What a document of the chart is called."

    pk: UUID
    title: str | None


@charts.excerpt(Document)
class ProgramDocument:
    "What a document from a substance use disorder program is called."

    pk: UUID
    program: str | None


CALLED: dict[PhiClass, tuple[type[Any], str]] = {
    PhiClass.CONTACT: (Unsorted, "label"),
    PhiClass.IDENTITY: (CardHolder, "holder"),
    PhiClass.COVERAGE: (CardPayer, "payer"),
    PhiClass.CLINICAL: (DocumentTitle, "title"),
    PhiClass.PART2: (ProgramDocument, "program"),
}
"""Class of a document's content → the excerpt with what it is called, and its column there."""
