"""A made-up patient as a FHIR R4 transaction bundle, so that the demo goes through the import like real records."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

from keepwell.cli.demo.names import FAMILY, GIVEN, STREETS
from keepwell.cli.demo.staff import Clinic

Resource = dict[str, Any]
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

CONDITIONS = (
    ("38341003", "Hypertension", "314076", "Lisinopril 10 MG Oral Tablet"),
    ("44054006", "Type 2 diabetes mellitus", "860975", "Metformin hydrochloride 500 MG Oral Tablet"),
    ("195967001", "Asthma", "745679", "Albuterol 0.09 MG/ACTUAT inhaler"),
    ("35489007", "Depressive disorder", "312938", "Sertraline 50 MG Oral Tablet"),
    ("55822004", "Hyperlipidemia", "617312", "Atorvastatin 20 MG Oral Tablet"),
    ("37796009", "Migraine", "313850", "Sumatriptan 50 MG Oral Tablet"),
)
ALLERGIES = (("91936005", "Allergy to penicillin"), ("91934008", "Allergy to nut"), ("300916003", "Latex allergy"))
VACCINES = (
    ("140", "Influenza, seasonal, injectable, preservative free"),
    ("115", "Tdap"),
    ("213", "SARS-COV-2 (COVID-19) vaccine"),
)
# LOINC code, words, unit, usual value, spread.
VITALS = (
    ("8867-4", "Heart rate", "/min", 74.0, 8.0),
    ("29463-7", "Body Weight", "kg", 78.0, 3.0),
    ("8310-5", "Body temperature", "Cel", 36.7, 0.3),
    ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", 6.1, 0.6),
    ("2339-0", "Glucose [Mass/volume] in Blood", "mg/dL", 104.0, 14.0),
)


def bundle(clinic: Clinic, number: int, today: dt.date) -> bytes:
    """The bundle of the clinic's patient `number`; the same number is the same person every time on the same day."""
    draw = Random(f"{clinic.slug}-{number}")  # noqa: S311 - made-up people, not secrets
    made = _Making(clinic, draw, today)
    resources = [made.patient(number), *made.record()]
    entries = [
        {"fullUrl": f"urn:uuid:{r['id']}", "resource": r, "request": {"method": "POST", "url": r["resourceType"]}}
        for r in resources
    ]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}, ensure_ascii=False).encode()


class _Making:
    def __init__(self, clinic: Clinic, draw: Random, today: dt.date) -> None:
        self.clinic, self.draw, self.today = clinic, draw, today
        self.id = self.new()
        self.about = {"reference": f"urn:uuid:{self.id}"}

    def new(self) -> str:
        return str(UUID(int=self.draw.getrandbits(128), version=4))

    def patient(self, number: int) -> Resource:
        gender = self.draw.choice(("female", "male"))
        given = GIVEN[gender][number % len(GIVEN[gender])].split()
        family = FAMILY[(number * 7 + self.draw.randrange(2) * 3) % len(FAMILY)]
        area = self.draw.choice(("617", "508") if self.clinic.state == "MA" else ("510", "408"))
        phone = f"{area}-555-{number + 100:04d}"
        born = self.today - dt.timedelta(days=self.draw.randrange(365 * 3, 365 * 88))
        return {
            "resourceType": "Patient",
            "id": self.id,
            "gender": gender,
            "birthDate": born.isoformat(),
            "name": [{"use": "official", "family": family, "given": given}],
            "telecom": [
                {"system": "phone", "value": phone, "use": "mobile"},
                {"system": "email", "value": f"patient{number}@{self.clinic.slug}.example"},
            ],
            "address": [
                {
                    "use": "home",
                    "line": [f"{self.draw.randrange(2, 400)} {self.draw.choice(STREETS)}"],
                    "city": self.draw.choice(self.clinic.cities),
                    "state": self.clinic.state,
                    "postalCode": f"{self.clinic.zip_prefix}{self.draw.randrange(10, 99)}",
                    "country": "US",
                }
            ],
            "communication": [
                {
                    "language": {
                        "coding": [{"system": "urn:ietf:bcp:47", "code": self.draw.choice(("en", "en", "en", "es"))}]
                    }
                }
            ],
        }

    def record(self) -> Iterator[Resource]:
        """Two years of visits, with what was found and given at each."""
        for code, words, drug, drug_words in self.draw.sample(CONDITIONS, self.draw.randrange(1, 4)):
            onset = self.ago(self.draw.randrange(200, 2000))
            yield self.of(
                "Condition",
                "subject",
                code=snomed(code, words),
                onsetDateTime=onset,
                recordedDate=onset,
                clinicalStatus=status("condition-clinical", "active"),
            )
            yield self.of(
                "MedicationRequest",
                "subject",
                status="active",
                intent="order",
                authoredOn=onset,
                medicationCodeableConcept=coded(RXNORM, drug, drug_words),
            )
        if self.draw.random() < 0.4:
            code, words = self.draw.choice(ALLERGIES)
            yield self.of(
                "AllergyIntolerance",
                "patient",
                code=snomed(code, words),
                criticality=self.draw.choice(("low", "high")),
                clinicalStatus=status("allergyintolerance-clinical", "active"),
                recordedDate=self.ago(900),
            )
        for days in sorted(self.draw.sample(range(5, 720), self.draw.randrange(3, 7)), reverse=True):
            yield from self.visit(days)
        code, words = self.draw.choice(VACCINES)
        yield self.of(
            "Immunization",
            "patient",
            status="completed",
            occurrenceDateTime=self.ago(self.draw.randrange(30, 600)),
            vaccineCode=coded("http://hl7.org/fhir/sid/cvx", code, words),
        )

    def visit(self, days: int) -> Iterator[Resource]:
        when = self.ago(days)
        yield self.of(
            "Encounter",
            "subject",
            status="finished",
            period={"start": when, "end": when},
            type=[snomed("448337001", "Telemedicine consultation with patient")],
            **{"class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "VR"}},
        )
        yield self.blood_pressure(when)
        for code, words, unit, usual, spread in VITALS:
            if self.draw.random() < 0.7:
                value = round(self.draw.gauss(usual, spread), 1)
                yield self.of(
                    "Observation",
                    "subject",
                    status="final",
                    effectiveDateTime=when,
                    category=[vital()],
                    code=loinc(code, words),
                    valueQuantity=quantity(value, unit),
                )

    def blood_pressure(self, when: str) -> Resource:
        upper, lower = round(self.draw.gauss(128, 11)), round(self.draw.gauss(81, 7))
        parts = [
            {"code": loinc("8480-6", "Systolic Blood Pressure"), "valueQuantity": quantity(upper, "mm[Hg]")},
            {"code": loinc("8462-4", "Diastolic Blood Pressure"), "valueQuantity": quantity(lower, "mm[Hg]")},
        ]
        return self.of(
            "Observation",
            "subject",
            status="final",
            effectiveDateTime=when,
            category=[vital()],
            code=loinc("85354-9", "Blood Pressure"),
            component=parts,
        )

    def of(self, resource_type: str, subject: str, **facts: Any) -> Resource:
        return {"resourceType": resource_type, "id": self.new(), subject: self.about, **facts}

    def ago(self, days: int) -> str:
        return f"{(self.today - dt.timedelta(days=days)).isoformat()}T14:{self.draw.randrange(60):02d}:00Z"


def coded(system: str, code: str, words: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": words}], "text": words}


def snomed(code: str, words: str) -> Resource:
    return coded("http://snomed.info/sct", code, words)


def loinc(code: str, words: str) -> Resource:
    return coded("http://loinc.org", code, words)


def status(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def vital() -> Resource:
    return coded("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs", "Vital signs")


def quantity(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
