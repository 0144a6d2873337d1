"""What a business associate agreement has to say: 27 clauses, in clauses.csv in our own words, and who needs which."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from keepwell.vault.phi import PhiClass


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. `need`: required, if_used, recommended, proposed (not law yet), or part2 (with such records only)."""

    code: str
    need: str
    citation: str
    title: str
    words: str


@cache
def clauses() -> dict[str, Clause]:
    """Every clause, in the order of the list, by code."""
    with Path(__file__).with_name("clauses.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Clause(**row) for row in csv.DictReader(file)}


def needed(classes: Iterable[str]) -> list[Clause]:
    """The clauses without which an agreement over these classes does not count."""
    part2 = PhiClass.PART2 in frozenset(classes)
    return [c for c in clauses().values() if c.need == "required" or (part2 and c.need == "part2")]
