"""What a person at the phone has to see: how to speak with somebody, what may be left or told, who called before."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from keepwell.charts import excerpt
from keepwell.patients.models import CallerCheck, CallRules, Handling, PaperLoad


@excerpt(Handling, sorted_by=("began_at", "pk"))
class Handlings:
    "What the front desk has to know at once, from a closed list, without clinical words."

    pk: UUID
    patient: UUID
    flag: str
    more: str | None
    ended_at: dt.datetime | None


@excerpt(CallRules, sorted_by=("-began_at", "pk"))
class CallManners:
    "Whether a message may be left, and the word somebody is known by on the phone."

    pk: UUID
    patient: UUID
    voicemail: str
    safe_word: str | None
    ended_at: dt.datetime | None


@excerpt(CallerCheck, sorted_by=("-at", "pk"))
class Checks:
    "Who called, what they were asked, and what they were told."

    pk: UUID
    patient: UUID
    passed: bool
    at: dt.datetime
    taken_by: UUID
    said: dict[str, Any]


@excerpt(PaperLoad)
class PaperRows:
    "The rows of a list of paper consents: record numbers and what became of each."

    pk: UUID
    rows: list[Any] | None
