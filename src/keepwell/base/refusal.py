"""A named refusal: what was refused, by which rule, and what to do next."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wording:
    """One row of the catalogue of refusals."""

    code: str
    status: int
    rule: str
    message: str
    next_step: str


@cache
def catalogue() -> dict[str, Wording]:
    """Every refusal Keepwell can give, by code."""
    with Path(__file__).with_name("refusals.csv").open(encoding="utf-8", newline="") as file:
        return {
            r["code"]: Wording(r["code"], int(r["status"]), r["rule"], r["message"], r["next_step"])
            for r in csv.DictReader(file)
        }


class Refusal(Exception):
    """Keepwell says no, by name. `facts` fill the message and hold no protected values.

    Tests look at `.code`; people read `.message` and `.next_step`; staff also see `.rule` (a citation).
    """

    def __init__(self, code: str, *, field: str | None = None, **facts: object) -> None:
        self.wording = catalogue()[code]
        self.code = code
        self.status = self.wording.status
        self.rule = self.wording.rule
        self.field = field
        self.facts = facts
        super().__init__(code)

    @property
    def message(self) -> str:
        return self.wording.message.format_map(_Blank(self.facts))

    @property
    def next_step(self) -> str:
        return self.wording.next_step.format_map(_Blank(self.facts))

    def __str__(self) -> str:
        return f"{self.code}: {self.message} {self.next_step}".strip()


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"
