"""Updates of this installation, on record in the house: began, done, failed, taken back; who and why sealed beside."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from keepwell.base.actor import nobody
from keepwell.ledger import reasons, wire
from keepwell.practices import presence

BEGAN, DONE, FAILED, TAKEN_BACK, LOOKED_FOR = (
    "update.began", "update.done", "update.failed", "update.taken_back", "update.looked_for",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Update:
    """What became of one update, or that somebody looked whether there is one."""

    verb: str
    at: dt.datetime
    detail: Mapping[str, Any]


def record(verb: str, words: str, **facts: object) -> None:
    """Commits what happened, with the operator's words."""
    reasons.record(verb, words, nobody(), detail=facts)


def last(limit: int = 20) -> list[Update]:
    """The last ones, newest first; none where the database is older than this question."""
    try:
        rows = wire.rows(
            "recorder", "SELECT verb, at, detail FROM custody.updates(%s, %s)", presence.token(nobody()), limit
        )
    except psycopg.errors.UndefinedFunction:
        return []
    return [Update(verb, at, json.loads(detail)) for verb, at, detail in rows]
