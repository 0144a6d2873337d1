"""What bringing in a FHIR file costs per resource: read, sealed, indexed, audited; beside a plain table of the same.

CPU of this process, because a busy machine changes that least. Real-shaped files are used when they are there
(../shared/data/synthea), made-up ones otherwise.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from benchmarks import stage
from benchmarks.measure import Row, row
from keepwell.access import actions as access
from keepwell.cli.demo import bundles, staff
from keepwell.fhir.files import import_file, importing
from keepwell.fhir.sources import BytesSource, FileSource, Source

SYNTHEA = Path(__file__).parents[2] / "shared" / "data" / "synthea"
AGAINST = "json.loads and one plain insert per file, without sealing or audit"
Counted = Callable[[Source], int]


def run(tiny: bool) -> dict[str, Row]:
    """The first time, and the same files again."""
    sources = _sources(tiny)
    practice = access.open_practice("Willow", "willow", time_zone="America/New_York", state="MA")
    staff.hire(staff.WILLOW, practice)
    staff.ready(staff.WILLOW, practice)
    by = importing(practice.id)
    with stage.owner() as owner:
        owner.execute("CREATE TABLE plain_resource (id text, type text, body text)")
        owner.execute("GRANT INSERT ON plain_resource TO keepwell_app")

    def ours(source: Source) -> int:
        report = import_file(source, by)
        assert report.outcome is not None, report.refusal
        return report.total

    return {
        "bring in, per resource": _per_resource(sources, ours, "≤ 1 ms; Medplum 9 ms"),
        "the same files again, per resource": _per_resource(sources, ours),
    }


def _sources(tiny: bool) -> Sequence[Source]:
    paths = sorted(SYNTHEA.glob("*.json"))
    if paths and not tiny:
        return [FileSource(path) for path in paths]
    today = dt.date(2026, 1, 1)
    return [BytesSource(f"{n}.json", bundles.bundle(staff.WILLOW, n, today)) for n in range(3 if tiny else 30)]


def _per_resource(sources: Sequence[Source], ours: Counted, target: str = "") -> Row:
    mine, plain = [], []
    for source in sources:
        mine.append(_cpu(ours, source))
        plain.append(_cpu(_plain, source))
    return row(mine, plain, "ms of CPU", AGAINST, target)


def _cpu(work: Counted, source: Source) -> float:
    """Milliseconds of CPU for one resource of this file."""
    began = time.process_time()
    count = work(source)
    return (time.process_time() - began) * 1000 / count


def _plain(source: Source) -> int:
    with source.open() as stream:
        entries: list[dict[str, Any]] = json.loads(stream.read())["entry"]
    rows = [(e["resource"].get("id"), e["resource"]["resourceType"], json.dumps(e["resource"])) for e in entries]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany("INSERT INTO plain_resource VALUES (%s, %s, %s)", rows)
    return len(rows)
