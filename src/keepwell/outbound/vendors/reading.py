"""What the page of one vendor and the page of one agreement show, each from one opening."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.outbound import agreements, soundness
from keepwell.outbound.models import (
    Agreement,
    Assurance,
    ClauseCheck,
    Coverage,
    Paper,
    Subcontractor,
    Vendor,
    VendorService,
    VettingAnswer,
)
from keepwell.outbound.vendors import safeguards, showing, vetting
from keepwell.outbound.vendors.actions import KEEPERS
from keepwell.outbound.vendors.clauses import clauses, needed
from keepwell.outbound.vendors.excerpts import (
    AgreementWords,
    AssuranceWords,
    ClausePlace,
    Evidence,
    PaperName,
    ServiceReason,
    SubcontractorWork,
    VendorNotes,
)


def vendor(vendor: UUID) -> Vendor:
    """Raises Refusal NOT_FOUND."""
    row = Vendor.objects.filter(id=vendor).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def service(service: UUID) -> VendorService:
    """Raises Refusal NOT_FOUND."""
    row = VendorService.objects.filter(id=service, ended_at=None).select_related("vendor", "practice").first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def agreement(agreement: UUID) -> Agreement:
    """Raises Refusal NOT_FOUND."""
    row = Agreement.objects.filter(id=agreement).select_related("vendor", "file", "practice").first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def assurance(assurance: UUID) -> Assurance:
    """Raises Refusal NOT_FOUND."""
    row = Assurance.objects.filter(id=assurance).select_related("vendor").first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def subcontractor(subcontractor: UUID) -> Subcontractor:
    """Raises Refusal NOT_FOUND."""
    row = Subcontractor.objects.filter(id=subcontractor).select_related("vendor").first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def of_vendor(row: Vendor, by: Actor) -> dict[str, Any]:
    """Everything about one vendor: rows in the clear, and what is sealed of them by row."""
    today = agreements.today_at(showing.practice_of(by))
    chart = charts.open(
        by.practice, VendorNotes, ServiceReason, AssuranceWords, SubcontractorWork, PaperName, by=by, listed=False
    )

    def words(excerpt: type[Any], rows: Any) -> dict[UUID, Any]:
        return {one.pk: one for found in chart.all(excerpt, rows).values() for one in found}

    assurances = Assurance.objects.filter(vendor=row).order_by("-ends_on", "id")
    subcontractors = Subcontractor.objects.filter(vendor=row).order_by("name", "id")
    vouched, named = list(assurances), list(subcontractors)
    answers = list(VettingAnswer.objects.filter(vendor=row).order_by("id"))
    facts = soundness.of(_covered(agreement__vendor=row), today)
    standings = showing.standings(by, [row.id]).get(row.id, [])
    return {
        "vendor": row,
        "today": today,
        "notes": words(VendorNotes, Vendor.objects.filter(id=row.id)).get(row.id),
        "standings": standings,
        "reasons": words(ServiceReason, VendorService.objects.filter(vendor=row)),
        "agreements": [(a, agreements.trouble(a, today, facts), _days(a, today)) for a in _agreements(row)],
        "assurances": [one for one in vouched if one.withdrawn_at is None],
        "withdrawn": [one for one in vouched if one.withdrawn_at is not None],
        "attested": words(AssuranceWords, assurances),
        "uncovered": safeguards.uncovered(row, today),
        "keeps_data": any(one.service.kind in KEEPERS for one in standings),
        "verification_days": (safeguards.verification_due(row) - today).days,
        "subcontractors": [one for one in named if one.ended_at is None],
        "let_go": [one for one in named if one.ended_at is not None],
        "work": words(SubcontractorWork, subcontractors),
        "papers": list(Paper.objects.filter(vendor=row).order_by("-kept_at", "id")[:50]),
        "names": words(PaperName, Paper.objects.filter(vendor=row)),
        "score": vetting.score(row, answers),
    }


def of_agreement(row: Agreement, by: Actor) -> dict[str, Any]:
    """One agreement: what it covers, its clauses as they were checked, its signatures, and how it goes on."""
    today = agreements.today_at(showing.practice_of(by))
    chart = charts.open(by.practice, AgreementWords, ClausePlace, PaperName, by=by, listed=False)
    checks = {c.clause: c for c in ClauseCheck.objects.filter(agreement=row).select_related("confirmed_by")}
    places = chart.all(ClausePlace, ClauseCheck.objects.filter(agreement=row)).get(by.practice, [])
    where = {one.pk: one.where for one in places}
    covered = list(_covered(agreement=row).select_related("service", "agreement__vendor"))
    facts = soundness.of(covered, today)
    wanted = {c.code for c in needed({name for one in covered for name in one.classes})}
    words = chart.all(AgreementWords, Agreement.objects.filter(id=row.id)).get(by.practice, [])
    return {
        "agreement": row,
        "vendor": row.vendor,
        "today": today,
        "trouble": (trouble := agreements.trouble(row, today, facts)),
        "why": agreements.refusal(trouble, row.vendor, row, facts) if trouble else None,
        "days": _days(row, today),
        "covered": covered,
        "clauses": [
            (c, checks[c.code], where.get(checks[c.code].pk) or "", c.code in wanted) for c in clauses().values()
        ],
        "left": sum(1 for code in wanted if not (checks[code].found and checks[code].confirmed_at)),
        "wanted": len(wanted),
        "words": words[0] if words else None,
        "file_name": _file_name(chart, row),
    }


def of_vetting(row: Vendor, by: Actor) -> dict[str, Any]:
    """A vendor's answers to our questions, by area."""
    answers = {a.question: a for a in VettingAnswer.objects.filter(vendor=row).select_related("noted_by")}
    chart = charts.open(by.practice, Evidence, PaperName, by=by, listed=False)
    said = chart.all(Evidence, VettingAnswer.objects.filter(vendor=row)).get(by.practice, [])
    return {
        "vendor": row,
        "questions": list(vetting.questions().values()),
        "answers": answers,
        "evidence": {one.pk: one.evidence or "" for one in said},
        "score": vetting.score(row, answers.values()),
    }


def _agreements(row: Vendor) -> list[Agreement]:
    return list(Agreement.objects.filter(vendor=row).select_related("vendor").order_by("-starts_on", "-added_at"))


def _covered(**of: Any) -> Any:
    return Coverage.objects.filter(ended_at=None, **of).select_related("agreement__vendor").order_by("id")


def _days(row: Agreement, today: Any) -> int | None:
    end = agreements.ended_on(row)
    return (end - today).days if end and row.active_at else None


def _file_name(chart: charts.Chart, row: Agreement) -> str:
    found = chart.all(PaperName, Paper.objects.filter(id=row.file_id)) if row.file_id else {}
    return next((one.name for rows in found.values() for one in rows), "")
