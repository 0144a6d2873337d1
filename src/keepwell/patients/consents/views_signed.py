"""One consent or authorization as it was given: the exact words, who signed how, and whether the log proves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keepwell import charts
from keepwell.access import authorizations, consenting, signatures, texts
from keepwell.access.authorizations import PART2_KINDS
from keepwell.access.consents import sentence
from keepwell.access.models import Authorization, Consent, ConsentText, Membership
from keepwell.access.pages import page
from keepwell.access.persons import persons
from keepwell.access.policy import Can, may
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger import queries
from keepwell.patients.consents import picture, signing
from keepwell.patients.consents.forms import REASONS
from keepwell.patients.excerpts import Header
from keepwell.patients.excerpts_consents import GivenConsent, SignedTerms, SignedWhat
from keepwell.patients.views import actor_of
from keepwell.patients.views_restrictions import header_of, known


@require_GET
@page(Can.FIND_PATIENTS, purpose=Purpose.HOPERAT)
def consent(request: HttpRequest, patient: UUID, consent: UUID) -> HttpResponse:
    """One yes or no."""
    by, records = actor_of(request), _records(patient)
    rows = Consent.objects.filter(id=consent, patient_id__in=records).select_related("text")
    row = rows.first()
    if row is None or (row.kind == Consent.Kind.ORDINARY_PART2 and not signing.sees_part2(patient, by)):
        raise Refusal("NOT_FOUND")
    chart = header_of(patient, by, GivenConsent)
    opened = _one(chart, GivenConsent, rows, patient)
    said = (opened.said or {}) if opened else {}
    evidence = consenting.proof(opened.said, row.digest, row.how) if opened and row.agreed else ""
    return _page(request, patient, chart, row, {
        "title": picture.words(row),
        "agreed": row.agreed,
        "given_at": row.given_at,
        "source": picture.SOURCES[Consent.Source(row.source)],
        "until": row.expires_at,
        "stale": row.agreed and row.ended_at is None and picture.stale(row),
        "sealed": opened is None,
        "said": said,
        "reason": REASONS.get(said.get("reason", ""), ""),
        "typed": said.get("signature", ""),
        "strokes": signatures.paths(said.get("strokes", [])),
        "who": said.get("who", ""),
        "facts": [],
        **_proved(evidence, "consent.given", records, by, "salt" in said),
    })  # fmt: skip


@require_GET
@page(Can.FIND_PATIENTS, purpose=Purpose.HOPERAT)
def authorization(request: HttpRequest, patient: UUID, signed: UUID) -> HttpResponse:
    """One authorization, with everything it says."""
    by, records = actor_of(request), _records(patient)
    rows = Authorization.objects.filter(id=signed, patient_id__in=records).select_related("text")
    row = rows.first()
    if row is None or (row.kind in PART2_KINDS and not signing.sees_part2(patient, by)):
        raise Refusal("NOT_FOUND")
    chart = header_of(patient, by, SignedTerms, SignedWhat)
    opened, what = _one(chart, SignedTerms, rows, patient), _one(chart, SignedWhat, rows, patient)
    terms = opened.terms if opened else {}
    signature = terms.get("signature", {})
    why_not = authorizations.why_unusable(row)
    return _page(request, patient, chart, row, {
        "title": signing.KINDS[Authorization.Kind(row.kind)],
        "agreed": True,
        "given_at": row.signed_at,
        "source": "",
        "until": row.expires_on,
        "stale": False,
        "why_not": sentence(why_not) if why_not else "",
        "sealed": opened is None,
        "said": terms,
        "reason": "",
        "typed": signature.get("signature", ""),
        "strokes": signatures.paths(signature.get("strokes", [])),
        "who": " ".join(filter(None, (terms.get("signer"), f"({terms['authority']})" if "authority" in terms else ""))),
        "facts": signing.elements(row, terms, what.what if what else None),
        **_proved(authorizations.proof(terms, row.digest, row), "authorization.signed", records, by, "salt" in terms),
    })  # fmt: skip


def _records(patient: UUID) -> Sequence[UUID]:
    known(patient)
    return persons([patient])[patient]


def _one(chart: charts.Chart | None, excerpt: type[Any], rows: Any, patient: UUID) -> Any:
    found = chart.all(excerpt, rows.order_by("id")).get(patient, []) if chart is not None and excerpt in chart else []
    return found[0] if found else None


def _proved(evidence: str, verb: str, records: Sequence[UUID], by: Actor, salted: bool) -> dict[str, Any]:
    """Whether the activity log holds the very hash of what is shown; None where it was written down without one."""
    if not evidence or not salted:
        return {"evidence": "", "proved": None, "entry": None}
    found = (queries.cited(record, verb, "evidence", evidence, by) for record in records)
    entry = next((one for one in found if one), None)
    return {"evidence": evidence, "proved": entry is not None, "entry": entry if may(by, Can.READ_LEDGER) else None}


def _page(
    request: HttpRequest, patient: UUID, chart: charts.Chart | None, row: Any, told: dict[str, Any]
) -> HttpResponse:
    text: ConsentText | None = row.text
    shown = {
        "patient": patient,
        "header": chart.one(Header) if chart else None,
        "row": row,
        "how": picture.HOWS[row.how],
        "text": text,
        "altered": text is not None and (row.digest != text.digest or not texts.genuine(text)),
        "taken_by": Membership.objects.filter(id=row.taken_by).values_list("name", flat=True).first() or "",
        "why_not": "",
    }
    return render(request, "patients/consents/given.html", shown | told)
