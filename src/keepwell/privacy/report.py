"""A patient's accounting: the lines it has, as CSV and as a PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, override

from keepwell.access.models import Practice
from keepwell.base import clock
from keepwell.base.pdf import pdf
from keepwell.base.tables import writing
from keepwell.privacy.accounting import COUNTING, RULES, since
from keepwell.privacy.excerpts import Told
from keepwell.privacy.models import Disclosure

TEMPLATE = Path(__file__).with_name("report.typ")
HEADERS = ("Day", "To whom", "Address", "What", "Why", "Rule")


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One disclosure of an accounting (45 CFR § 164.528(b)(2)). It prints nothing."""

    day: str
    recipient: str
    address: str
    what: str
    purpose: str
    rule: str

    def cells(self) -> tuple[str, ...]:
        return self.day, self.recipient, self.address, self.what, self.purpose, self.rule


def counting(patients: list[UUID], today: dt.date) -> list[Disclosure]:
    """What has to be accounted for in the last six years, newest first."""
    rows = Disclosure.objects.filter(
        patient_id__in=patients, right__in=COUNTING, withdrawn_at=None, disclosed_at__date__gte=since(today)
    )
    return list(rows.order_by("-disclosed_at", "id"))


def lines(
    rows: list[Disclosure], told: dict[UUID, Told], today: dt.date, uncertain: Mapping[UUID, Any] | None = None
) -> list[Line]:
    """The lines that may be given today: what an agency asked to leave out comes when its time is over.

    What may not have arrived is there, and says so.
    """
    shown = [row for row in rows if row.withheld_until is None or row.withheld_until < today]
    return [_line(row, told[row.id], (uncertain or {}).get(row.id)) for row in shown]


def _line(row: Disclosure, told: Told, fate: Any) -> Line:
    with override("en"):
        what = " · ".join(filter(None, (told.what, str(fate or ""))))
        rule = f"{RULES[row.right].words}, 45 CFR {RULES[row.right].citation}"
    return Line(
        f"{row.disclosed_at:%Y-%m-%d}",
        told.recipient or "",
        told.address or "",
        what,
        told.purpose or "",
        rule,
    )


def table(found: list[Line]) -> bytes:
    """For a spreadsheet."""
    return writing.write(HEADERS, [line.cells() for line in found])


def paper(found: list[Line], who: dict[str, str], practice: Practice, today: dt.date, *, withheld: bool) -> bytes:
    """To be handed to the patient."""
    data = who | {
        "practice": practice.name,
        "since": f"{since(today):%Y-%m-%d}",
        "until": f"{today:%Y-%m-%d}",
        "made": f"{today:%Y-%m-%d}",
        "rows": [
            {"day": o.day, "recipient": o.recipient, "address": o.address, "what": o.what, "purpose": o.purpose,
             "rule": o.rule}
            for o in found
        ],
        "withheld": withheld,
    }  # fmt: skip
    return pdf(TEMPLATE.read_text(encoding="utf-8"), data, clock.now())


def words(right: str) -> str:
    """A right in the words of the screen."""
    return gettext(str(RULES[right].words))
