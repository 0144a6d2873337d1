"""Bundles made for tests: one small good one, and ways to spoil it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from keepwell.fhir.bundle import Bundle
from keepwell.fhir.limits import STANDARD, Limits
from keepwell.fhir.sources import BytesSource
from keepwell.fhir.survey import read

SYNTHEA = Path(__file__).parents[5] / "shared" / "data" / "synthea"
LABEL = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "42CFRPart2"}]}
NOTE = {"security": [{"code": "PSYTHPN"}]}
ADA, BODY_TEMPERATURE, FEVER = (str(UUID(int=n)) for n in (1, 2, 3))


def entry(resource: dict[str, Any], *, url: str | None = None, method: str = "POST") -> dict[str, Any]:
    return {
        "fullUrl": url or f"urn:uuid:{resource['id']}",
        "resource": resource,
        "request": {"method": method, "url": resource["resourceType"]},
    }


def patient(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": ADA, "name": [{"family": "Lovelace", "given": ["Ada"]}],
            "gender": "female", "birthDate": "1985-12-10", **more}  # fmt: skip


def temperature(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": BODY_TEMPERATURE, "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "8310-5", "display": "Body temperature"}]},
            "subject": {"reference": f"urn:uuid:{ADA}"}, "effectiveDateTime": "2020-02-01T10:00:00-05:00",
            "valueQuantity": {"value": 38.5, "unit": "Cel"}, **more}  # fmt: skip


def fever(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "id": FEVER, "subject": {"reference": f"urn:uuid:{ADA}"},
            "clinicalStatus": {"coding": [{"code": "active"}]}, "code": {"text": "Fever (finding)"},
            "onsetDateTime": "2020-02-01", **more}  # fmt: skip


def bundle(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry(r) for r in resources], **more}


def good() -> dict[str, Any]:
    return bundle(patient(), temperature(), fever())


def surveyed(data: object, limits: Limits = STANDARD) -> Bundle:
    raw = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
    return read(BytesSource("test.json", raw), limits=limits)
