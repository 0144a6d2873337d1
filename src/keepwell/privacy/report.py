"""A patient's accounting: the lines it has, as CSV and as a PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, override

from keepwell.access.models import Practice
from keepwell.base import clock
from keepwell.base.pdf import pdf
from keepwell.base.tables import writing
from keepwell.privacy.accounting import COUNTING, RULES, SUMMED, since
from keepwell.privacy.excerpts import Told
from keepwell.privacy.models import Disclosure
from keepwell.scheduling import wall

TEMPLATE = Path(__file__).with_name("report.typ")
HEADERS = ("Day", "To whom", "Address", "What", "Why", "Rule", "Times", "Last day")


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One disclosure of an accounting, or several to the same recipient for one purpose (45 CFR § 164.528(b)(2)-(3)).

    Of several `day` is the first and `last` the last one. It prints nothing.
    """

    day: str
    recipient: str
    address: str
    what: str
    purpose: str
    rule: str
    times: int = 1
    last: str = ""

    def cells(self) -> tuple[str, ...]:
        times = (str(self.times), self.last) if self.times > 1 else ("", "")
        return self.day, self.recipient, self.address, self.what, self.purpose, self.rule, *times


def counting(patients: list[UUID], today: dt.date, where: ZoneInfo) -> list[Disclosure]:
    """What has to be accounted for in the last six years of the practice's own days, newest first."""
    first = wall.reading(since(today), dt.time(), where)
    rows = Disclosure.objects.filter(
        patient_id__in=patients, right__in=COUNTING, withdrawn_at=None, disclosed_at__gte=first
    )
    return list(rows.order_by("-disclosed_at", "id"))


def lines(
    rows: list[Disclosure],
    told: dict[UUID, Told],
    today: dt.date,
    where: ZoneInfo,
    uncertain: Mapping[UUID, Any] | None = None,
) -> list[Line]:
    """The lines that may be given today: what an agency asked to leave out comes when its time is over.

    What may not have arrived is there, and says so. What went to the same recipient for one purpose again is one line:
    the first time in full, how often, and the last day (§ 164.528(b)(3)).
    """
    fates = uncertain or {}
    shown = [row for row in rows if row.withheld_until is None or row.withheld_until < today]
    found: dict[object, list[Disclosure]] = {}
    for row in shown:
        found.setdefault(row.id if row.id in fates else _alike(row, told[row.id]), []).append(row)
    return [
        _summed([_line(row, told[row.id], where, fates.get(row.id)) for row in reversed(same)])
        for same in found.values()
    ]


def _alike(row: Disclosure, told: Told) -> object:
    """What repeated disclosures have in common; a disclosure that may not be summed up is like no other."""
    if row.right not in SUMMED:
        return row.id
    return row.right, *(" ".join((text or "").casefold().split()) for text in (told.recipient, told.purpose))


def _summed(lines: list[Line]) -> Line:
    """Lines of one recipient and purpose, the oldest first, as one."""
    first, last = lines[0], lines[-1]
    if len(lines) == 1:
        return first
    return replace(first, what="; ".join(dict.fromkeys(o.what for o in lines)), times=len(lines), last=last.day)


def _line(row: Disclosure, told: Told, where: ZoneInfo, fate: Any) -> Line:
    with override("en"):
        what = " · ".join(filter(None, (told.what, str(fate or ""))))
        rule = f"{RULES[row.right].words}, 45 CFR {RULES[row.right].citation}"
    return Line(
        wall.day_of(row.disclosed_at, where).isoformat(),
        told.recipient or "",
        told.address or "",
        what,
        told.purpose or "",
        rule,
    )


def table(found: list[Line]) -> bytes:
    """For a spreadsheet."""
    return writing.write(HEADERS, [line.cells() for line in found])


def paper(found: list[Line], who: dict[str, str], practice: Practice, today: dt.date) -> bytes:
    """To be handed to the patient."""
    data = who | {
        "practice": practice.name,
        "since": f"{since(today):%Y-%m-%d}",
        "until": f"{today:%Y-%m-%d}",
        "made": f"{today:%Y-%m-%d}",
        "rows": [
            {"day": o.day, "recipient": o.recipient, "address": o.address, "what": o.what, "purpose": o.purpose,
             "rule": o.rule, "times": o.times, "last": o.last}
            for o in found
        ],
    }  # fmt: skip
    return pdf(TEMPLATE.read_text(encoding="utf-8"), data, clock.now())


def words(right: str) -> str:
    """A right in the words of the screen."""
    return gettext(str(RULES[right].words))
