"""A business associate agreement drafted from our own clauses, as a PDF both sides can sign.

Keepwell is no law firm: the page says that counsel should read it. The clauses are clauses.csv.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.utils import translation

from keepwell.access.words import CLASSES
from keepwell.base import clock
from keepwell.base.pdf import pdf
from keepwell.outbound.models import Agreement, Coverage
from keepwell.outbound.vendors.clauses import clauses
from keepwell.outbound.vendors.words import KINDS
from keepwell.vault.phi import PhiClass

TEMPLATE = Path(__file__).with_name("draft.typ")


def document(agreement: Agreement) -> bytes:
    """The draft as a PDF, in English: a contract under United States law. The same terms give the same bytes."""
    with translation.override("en"):
        return pdf(TEMPLATE.read_text(encoding="utf-8"), facts(agreement), agreement.added_at)


def facts(agreement: Agreement) -> dict[str, Any]:
    """What fills the draft."""
    covered = Coverage.objects.filter(agreement=agreement, ended_at=None).select_related("service").order_by("id")
    rows = list(covered)
    classes = {c for row in rows for c in row.classes}
    return {
        "practice": agreement.practice.name,
        "vendor": agreement.vendor.name,
        "starts": _day(agreement.starts_on),
        "ends": _day(agreement.ends_on),
        "with_service": agreement.with_service,
        "report_days": agreement.report_days,
        "services": [
            {"name": row.service.name, "kind": str(KINDS[row.service.kind]), "classes": _classes(row.classes)}
            for row in rows
        ],
        "clauses": [
            {"title": c.title, "words": c.words, "citation": c.citation}
            for c in clauses().values()
            if c.need != "part2" or PhiClass.PART2 in classes
        ],
        "drafted": f"{agreement.added_at:%B %-d, %Y}",
    }


def _classes(said: list[str]) -> str:
    return ", ".join(str(CLASSES[PhiClass(c)]) for c in said)


def _day(on: dt.date | None) -> str:
    return f"{on:%B} {on.day}, {on.year}" if on else ""


def name_of(agreement: Agreement) -> str:
    """What the file is called: nothing of the vendor, a day and an id."""
    return f"agreement-{clock.now():%Y-%m-%d}-{str(agreement.id)[-6:]}.pdf"
