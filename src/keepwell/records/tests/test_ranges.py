"""General ranges: only for adults, only in their own unit, always with who says so."""

from __future__ import annotations

import csv
from pathlib import Path

from keepwell.records import ranges
from keepwell.records.ranges import GROUPS, SOURCES, measure, shown_unit


def test_every_row_is_whole_and_every_source_is_used():
    with (Path(ranges.__file__).with_name("ranges.csv")).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({r["loinc"] for r in rows}) == len(rows)
    assert {r["group"] for r in rows} <= set(GROUPS)
    assert {r["source"] for r in rows} - {""} == set(SOURCES)
    for row in rows:
        found = measure(row["loinc"])
        assert found is not None
        assert bool(found.ranges) == bool(row["source"])
        for one in found.ranges.values():
            assert one.low is None or one.high is None or one.low < one.high


def test_a_range_is_for_adults_of_a_gender_where_it_matters():
    hemoglobin = measure("718-7")
    assert hemoglobin is not None
    woman = hemoglobin.range_for(gender="female", age=40, unit="g/dL")
    man = hemoglobin.range_for(gender="male", age=40, unit="g/dL")
    assert woman is not None
    assert man is not None
    assert (woman.low, woman.high, man.low) == (12.1, 15.1, 13.8)
    assert hemoglobin.range_for(gender="other", age=40, unit="g/dL") is None
    assert hemoglobin.range_for(gender="female", age=17, unit="g/dL") is None
    assert hemoglobin.range_for(gender="female", age=None, unit="g/dL") is None


def test_a_range_never_stands_beside_a_value_in_another_unit():
    temperature = measure("8310-5")
    assert temperature is not None
    assert temperature.range_for(gender="", age=40, unit="Cel") is not None
    assert temperature.range_for(gender="", age=40, unit="[degF]") is None


def test_units_read_as_people_write_them():
    assert [shown_unit(u) for u in ("mm[Hg]", "{score}", "kg/m2", "kU/L")] == ["mmHg", "", "kg/m²", "kU/L"]
    assert shown_unit("10*3/uL") == "\N{MULTIPLICATION SIGN}10³/µL"


def test_an_unknown_measurement_is_unknown():
    assert measure("0000-0") is None
