"""Entries as text: a table for a spreadsheet, JSON, or FHIR R4 AuditEvents in one Bundle. Ids and codes, no names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell.base.tables import writing
from keepwell.compliance import audit_event
from keepwell.compliance.models import LogExport
from keepwell.ledger.queries import Row
from keepwell.patients.models import Patient

HEADERS = (
    "at", "id", "kind", "verb", "outcome", "actor", "role", "purpose", "session", "request", "classes", "excerpts",
    "shown", "subjects", "detail", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file begins, what stands between two pieces, how it ends, and how the rows of a piece are written."""

    begins: bytes
    between: bytes
    ends: bytes
    piece: Callable[[Sequence[Row], UUID], bytes]
    kind: str
    suffix: str


def _table(rows: Sequence[Row], practice: UUID) -> bytes:
    return writing.lines(_cells(row) for row in rows).encode()


def _cells(row: Row) -> list[str]:
    said = _facts(row) | {"detail": json.dumps(row.detail, sort_keys=True) if row.detail else ""}
    return [" ".join(v) if isinstance(v, list) else str(v or "") for v in (said[name] for name in HEADERS)]


def _facts(row: Row) -> dict[str, Any]:
    return {
        "at": row.at.isoformat(),
        "id": str(row.id),
        "kind": row.kind,
        "verb": row.verb,
        "outcome": row.outcome,
        "actor": str(row.actor),
        "role": row.role,
        "purpose": row.purpose,
        "session": row.session and str(row.session),
        "request": str(row.request),
        "classes": row.classes,
        "excerpts": row.excerpts,
        "shown": "listed" if row.listed else "opened",
        "subjects": [str(subject) for subject in row.subjects],
        "detail": row.detail,
        "reason": "sealed" if row.has_note else None,
    }


def _objects(rows: Sequence[Row], practice: UUID) -> bytes:
    return _joined(map(_facts, rows))


def _events(rows: Sequence[Row], practice: UUID) -> bytes:
    return _joined(_entries(rows, practice))


def _entries(rows: Sequence[Row], practice: UUID) -> Iterator[dict[str, Any]]:
    about = {subject for row in rows for subject in row.subjects}
    patients = frozenset(Patient.objects.filter(id__in=about).values_list("id", flat=True))
    for row in rows:
        yield {"fullUrl": f"urn:uuid:{row.id}", "resource": audit_event.of(row, practice, patients)}


def _joined(objects: Iterable[dict[str, Any]]) -> bytes:
    return ",\n".join(json.dumps(one, ensure_ascii=False) for one in objects).encode()


FORMS: dict[str, Shape] = {
    LogExport.Form.CSV: Shape(writing.write(HEADERS, ()), b"", b"", _table, "text/csv; charset=utf-8", "csv"),
    LogExport.Form.JSON: Shape(b"[\n", b",\n", b"\n]\n", _objects, "application/json", "json"),
    LogExport.Form.FHIR: Shape(
        b'{"resourceType": "Bundle", "type": "collection", "entry": [\n',
        b",\n", b"\n]}\n", _events, "application/fhir+json", "fhir.json",
    ),
}  # fmt: skip


def whole(shape: Shape, pieces: Iterable[bytes]) -> bytes:
    """The file of its pieces."""
    return shape.begins + shape.between.join(filter(None, pieces)) + shape.ends
