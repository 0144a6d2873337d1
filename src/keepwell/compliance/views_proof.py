"""The proof of an entry: as a file, checked on the server, and the program that checks it anywhere else."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.compliance import audit_event, proving
from keepwell.compliance.views import actor_of, entry_page
from keepwell.ledger import evidence, queries, verify_offline
from keepwell.patients.models import Patient


@require_GET
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def proof(request: HttpRequest, entry: UUID) -> HttpResponse:
    "An entry and all that proves it, as a file that can be checked without Keepwell."
    return _proof(request, entry, None)


@require_GET
@page(Can.READ_OWN_ACTIVITY, purpose=Purpose.HOPERAT)
def own_proof(request: HttpRequest, entry: UUID) -> HttpResponse:
    "The same of one of my own entries."
    return _proof(request, entry, actor_of(request).id)


@require_POST
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def verify(request: HttpRequest, entry: UUID) -> HttpResponse:
    "Check an entry on the server, step by step; officers are told if it does not hold."
    return _verify(request, entry, None)


@require_POST
@page(Can.READ_OWN_ACTIVITY, purpose=Purpose.HOPERAT)
def own_verify(request: HttpRequest, entry: UUID) -> HttpResponse:
    "The same of one of my own entries."
    return _verify(request, entry, actor_of(request).id)


@require_GET
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def fhir(request: HttpRequest, entry: UUID) -> HttpResponse:
    "An entry as a FHIR R4 AuditEvent: ids and codes, no names."
    by = actor_of(request)
    row = queries.one(entry, by).row
    patients = frozenset(Patient.objects.filter(id__in=row.subjects).values_list("id", flat=True))
    kept = {"Content-Disposition": f'attachment; filename="AuditEvent-{row.id}.json"'}
    event = audit_event.of(row, by.practice, patients)
    return JsonResponse(event, json_dumps_params={"indent": 1}, content_type="application/fhir+json", headers=kept)


@require_GET
@page(Can.READ_OWN_ACTIVITY, purpose=Purpose.HOPERAT)
def verifier(request: HttpRequest) -> HttpResponse:
    "The one-file program that checks entries and exports anywhere."
    source = Path(verify_offline.__file__).read_bytes()
    kept = {"Content-Disposition": 'attachment; filename="verify.py"'}
    return HttpResponse(source, content_type="text/x-python; charset=utf-8", headers=kept)


def _proof(request: HttpRequest, entry: UUID, only: UUID | None) -> HttpResponse:
    row = queries.one(entry, actor_of(request), only).row
    kept = {"Content-Disposition": f'attachment; filename="keepwell-entry-{row.id}.json"'}
    return JsonResponse(evidence.gather(row.id).as_data(), json_dumps_params={"indent": 1}, headers=kept)


def _verify(request: HttpRequest, entry: UUID, only: UUID | None) -> HttpResponse:
    row = queries.one(entry, actor_of(request), only).row
    steps, refusal = proving.check(row, actor_of(request))
    return entry_page(request, entry, only, checked=steps, refusal=refusal)
