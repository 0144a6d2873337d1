"""What the pages of every kind of list have in common: how far it is, what the form said, the file of rejects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from keepwell.base import clock
from keepwell.base.refusal import Refusal
from keepwell.base.tables import writing
from keepwell.base.tables.matching import LEFT_OUT
from keepwell.patients.models import ListState, SentList
from keepwell.patients.movein.course import REASON, STILL, WORKING
from keepwell.vault.uploads import SealedUpload

ORDER_WORDS = {"mdy": _("Month first: 01/31/1970"), "dmy": _("Day first: 31/01/1970")}
LEAVE_OUT = "leave"
"""What the form says for a column that is not taken."""

MOST_REJECTS = 20_000
"""Rows of one rejects file."""


def progress(row: SentList, steps: Mapping[ListState, Any]) -> dict[str, Any]:
    """How far the present step is."""
    working = row.state in WORKING
    return {
        "run": row.id,
        "row": row,
        "working": working,
        "step": steps.get(ListState(row.state), ""),
        "done": row.done,
        "total": row.pieces,
        "stopped": working and clock.now() - row.beat_at > STILL,
    }


def upload_of(request: HttpRequest) -> SealedUpload:
    """The list somebody chose. Raises Refusal FILES_MISSING."""
    upload = request.FILES.get("list")
    if not isinstance(upload, SealedUpload):
        raise Refusal("FILES_MISSING", field="list")
    return upload


def columns_typed(request: HttpRequest, width: int) -> tuple[list[str], str]:
    """What the form says each column holds, and the order of its dates."""
    said = [request.POST.get(f"c{n}", "") for n in range(width)]
    return [LEFT_OUT if one == LEAVE_OUT else one for one in said], request.POST.get("order", "mdy")


def columns_shown(
    headers: Sequence[str], held: Sequence[str], cells: Sequence[Sequence[str]]
) -> list[tuple[str, str, str, list[str]]]:
    """Each column's field in the form, its header, what it holds and a few of its cells."""
    return [
        (f"c{n}", header, held[n] or LEAVE_OUT, [row[n] for row in cells if row[n]][:3])
        for n, header in enumerate(headers)
    ]


def rejects_file(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """Rows in the columns they came in, each with what to fix: to be sent again."""
    answer = HttpResponse(writing.write([*headers, REASON], rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="rejects-{clock.now():%Y-%m-%d}.csv"'
    return answer
