"""A ledger entry as a FHIR R4 AuditEvent, with the codes of IHE BALP where it has a profile for what happened.

No name and no word anybody wrote goes in: people and patients are ids, a reason is only said to exist.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from keepwell.base.actor import Role
from keepwell.ledger.queries import Row

Json = dict[str, Any]

DCM = "http://dicom.nema.org/resources/ontology/DCM"
REST = "http://hl7.org/fhir/restful-interaction"
TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
PURPOSES = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ENTITY_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
SOURCE = "http://terminology.hl7.org/CodeSystem/security-source-type"
OURS = "urn:keepwell:"
BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."

_RECIPIENT = ("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP", "information recipient")
_REST = (TYPES, "rest", "RESTful Operation")
_SECURITY = (DCM, "110113", "Security Alert")
_SIGN_IN = (DCM, "110114", "User Authentication")
_OBJECT = (ENTITY, "2", "System Object")
_LOG = (DCM, "110101", "Audit Log Used")
_EXPORT = (DCM, "110106", "Export")

Code = tuple[str, str, str]

KINDS: dict[str, tuple[Code, Code | None, str]] = {
    "open": (_REST, (REST, "read", "read"), "R"),
    "find": (_REST, (REST, "search", "search"), "E"),
    "deny": (_REST, (REST, "read", "read"), "R"),
    "action": (_REST, (REST, "update", "update"), "U"),
    "sealed": (_REST, (REST, "update", "update"), "U"),
    "disposal": (_REST, (REST, "delete", "delete"), "D"),
    "undone": (_REST, (REST, "operation", "operation"), "E"),
    "sign_in": (_SIGN_IN, None, "E"),
    "system": ((DCM, "110100", "Application Activity"), None, "E"),
}
"""Kind of entry → type, subtype, action (table G2 of the requirements)."""

VERBS: dict[str, tuple[Code, Code | None, str]] = {
    "activity.export_taken": (_EXPORT, None, "R"),
    "activity.exported": (_EXPORT, None, "R"),
    "ledger.checked": (_LOG, None, "R"),
    "ledger.read": (_LOG, None, "R"),
    "membership.ended": (_SECURITY, (DCM, "110137", "User Security Attributes Changed"), "U"),
    "membership.started": (_SECURITY, (DCM, "110137", "User Security Attributes Changed"), "U"),
    "password.set": (_SECURITY, (DCM, "110137", "User Security Attributes Changed"), "U"),
    "patient.registered": (_REST, (REST, "create", "create"), "C"),
    "resources.imported": ((DCM, "110107", "Import"), None, "C"),
    "second_factor.enrolled": (_SECURITY, (DCM, "110137", "User Security Attributes Changed"), "U"),
    "sign_in.ended": (_SIGN_IN, (DCM, "110123", "Logout"), "E"),
    "sign_in.failed": (_SIGN_IN, (DCM, "110122", "Login"), "E"),
    "sign_in.succeeded": (_SIGN_IN, (DCM, "110122", "Login"), "E"),
}
"""Verbs that have codes of their own, before their kind's."""

PROFILES = {
    "create": "PatientCreate",
    "read": "PatientRead",
    "update": "PatientUpdate",
    "delete": "PatientDelete",
    "search": "PatientQuery",
}
"""REST interaction → BALP profile. The profiles describe what succeeded, about a patient; anything else claims none."""


def of(row: Row, practice: UUID, patients: frozenset[UUID]) -> Json:
    """One entry. `patients` are those of its subjects that are patients."""
    own = VERBS if row.kind in ("action", "sign_in", "system") else {}
    kind, subtype, action = own.get(row.verb, KINDS[row.kind])
    event: Json = {"resourceType": "AuditEvent", "id": str(row.id), **_meta(row, subtype, patients)}
    event |= {"type": _coding(kind), "action": action, "recorded": _instant(row.at), "outcome": outcome(row)}
    if subtype:
        event["subtype"] = [_coding(subtype)]
    if row.outcome != "ok":
        event["outcomeDesc"] = row.outcome
    event["purposeOfEvent"] = [{"coding": [{"system": PURPOSES, "code": row.purpose}]}]
    event |= {"agent": list(_agents(row, action)), "source": _source(practice)}
    return event | {"entity": list(_entities(row, patients))}


def outcome(row: Row) -> str:
    """0 success, 4 refused or not finished, 8 a fault (FHIR R4 audit-event-outcome)."""
    if row.outcome in ("ok", "signed_out", "found"):
        return "0"
    fault = (row.outcome.isdecimal() and row.outcome >= "500") or row.outcome == "CHAIN_BROKEN"
    return "8" if fault else "4"


def _meta(row: Row, subtype: Code | None, patients: frozenset[UUID]) -> Json:
    about = patients.intersection(row.subjects)
    if subtype and subtype[0] == REST and subtype[1] in PROFILES and about and outcome(row) == "0":
        return {"meta": {"profile": [BALP + PROFILES[subtype[1]]]}}
    return {}


def _agents(row: Row, action: str) -> Iterator[Json]:
    """The person, and Keepwell as the other end: source of what is read, destination of what is written."""
    who: Json = {"who": {"identifier": {"system": OURS + "member", "value": str(row.actor)}}, "requestor": True}
    who["type"] = _concept((DCM, "110150", "Application") if row.role == Role.SYSTEM else _RECIPIENT)
    who["role"] = [_concept((OURS + "role", row.role, row.role))]
    who["purposeOfUse"] = [{"coding": [{"system": PURPOSES, "code": row.purpose}]}]
    if row.session:
        who["policy"] = [f"{OURS}session:{row.session}"]
    yield who
    end = (DCM, "110153", "Source Role ID") if action in ("R", "E") else (DCM, "110152", "Destination Role ID")
    yield {"type": _concept(end), "who": {"display": "Keepwell"}, "requestor": False}


def _source(practice: UUID) -> Json:
    observer = {"identifier": {"system": OURS + "practice", "value": str(practice)}, "display": "Keepwell"}
    return {"observer": observer, "type": [_coding((SOURCE, "4", "Application Server"))]}


def _entities(row: Row, patients: frozenset[UUID]) -> Iterator[Json]:
    labels = [{"system": OURS + "class", "code": phi} for phi in row.classes]
    for subject in row.subjects:
        patient = subject in patients
        system = OURS + ("patient" if patient else "subject")
        one: Json = {"what": {"identifier": {"system": system, "value": str(subject)}}}
        if patient:
            one |= {"type": _coding((ENTITY, "1", "Person")), "role": _coding((ENTITY_ROLE, "1", "Patient"))}
        else:
            one |= {"type": _coding(_OBJECT), "role": _coding((ENTITY_ROLE, "4", "Domain Resource"))}
        yield one | ({"securityLabel": labels} if labels else {})
    yield {
        "what": {"identifier": {"system": OURS + "request", "value": str(row.request)}},
        "type": _coding(_OBJECT),
        "detail": list(_details(row)),
    }


def _details(row: Row) -> Iterator[Json]:
    yield {"type": "verb", "valueString": row.verb}
    yield {"type": "shown", "valueString": "listed" if row.listed else "opened"}
    yield from ({"type": "excerpt", "valueString": name} for name in row.excerpts)
    yield from ({"type": "asked", "valueString": str(name)} for name in row.detail.get("asked", ()))
    if row.has_note:
        yield {"type": "reason", "valueString": "sealed"}


def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _coding(code: Code) -> Json:
    return dict(zip(("system", "code", "display"), code, strict=True))


def _concept(code: Code) -> Json:
    return {"coding": [_coding(code)]}
