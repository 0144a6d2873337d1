"""General adult reference ranges for the measurements a chart draws, and how they group.

They are for orientation only and are always labelled so: a range that came with the result stands before them, and
they are not shown for anyone under 18. The figures are in ranges.csv; where each comes from is in SOURCES.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCES = {
    "vitals": "MedlinePlus (NLM), Vital signs, average healthy adult at rest",
    "oxygen": "MedlinePlus (NLM), Pulse oximetry",
    "bmi": "CDC, Adult BMI categories: healthy weight",
    "glucose": "American Diabetes Association, Standards of Care: below prediabetes; fasting",
    "lipids": "NCEP ATP III (NHLBI): desirable levels for adults",
    "abim": "American Board of Internal Medicine, Laboratory reference ranges for adults (unsure: not read again)",
    "kidney": "KDIGO 2024: below 60 for three months suggests chronic kidney disease",
    "cbc": "MedlinePlus (NLM), CBC blood test",
    "platelets": "MedlinePlus (NLM), Platelet count",
}
GROUPS = ("vitals", "body", "sugar", "lipids", "metabolic", "blood", "other")
ADULT = 18
BLOOD_PRESSURE = frozenset({"55284-4", "85354-9"})
"""The panels whose two parts are drawn on one chart."""

# fmt: off
_SAME_UNIT = {"mm[Hg]": "mmHg", "Cel": "°C", "degC": "°C", "kg/m2": "kg/m²", "mL/min/{1.73_m2}": "mL/min/1.73 m²",
              "mL/min": "mL/min/1.73 m²", "{beats}/min": "/min", "{breaths}/min": "/min", "{score}": "", "{count}": "",
              "(score)": "", "{T-score}": "", "1": "", "mEq/L": "mmol/L", "10*9/L": "10*3/uL", "10*12/L": "10*6/uL"}
# fmt: on
_SHOWN = {"10*3/uL": "\N{MULTIPLICATION SIGN}10³/µL", "10*6/uL": "\N{MULTIPLICATION SIGN}10⁶/µL"}


@dataclass(frozen=True, slots=True)
class Range:
    """Between what an adult's value usually lies; open at either end. `source` says who says so."""

    low: float | None
    high: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A well-known measurement."""

    loinc: str
    name: str
    group: str
    unit: str
    ranges: dict[str, Range]

    def range_for(self, *, gender: str, age: int | None, unit: str) -> Range | None:
        """The general range for this person, if they are an adult and the value is in the unit the range is in."""
        if age is None or age < ADULT or same_unit(unit) != same_unit(self.unit):
            return None
        return self.ranges.get(gender) or self.ranges.get("")


def same_unit(unit: str) -> str:
    """One spelling for units that are the same here (UCUM codes and how people write them)."""
    return _SAME_UNIT.get(unit, unit)


def shown_unit(unit: str) -> str:
    """A unit as people read it."""
    plain = same_unit(unit)
    return _SHOWN.get(plain, plain.strip("{}"))


def measure(loinc: str) -> Measure | None:
    """What is known of a LOINC code, or None."""
    return _table().get(loinc)


@cache
def _table() -> dict[str, Measure]:
    with Path(__file__).with_name("ranges.csv").open(encoding="utf-8", newline="") as file:
        return {row["loinc"]: _measure(row) for row in csv.DictReader(file)}


def _measure(row: dict[str, str]) -> Measure:
    ranges = {}
    for gender, suffix in (("", ""), ("female", "_female"), ("male", "_male")):
        low, high = _number(row["low" + suffix]), _number(row["high" + suffix])
        if low is not None or high is not None:
            ranges[gender] = Range(low, high, SOURCES[row["source"]])
    return Measure(row["loinc"], row["name"], row["group"], row["unit"], ranges)


def _number(text: str) -> float | None:
    return float(text) if text else None


@cache
def order() -> tuple[str, ...]:
    """The codes in the order a chart shows them."""
    return tuple(sorted(_table(), key=lambda code: GROUPS.index(_table()[code].group)))
