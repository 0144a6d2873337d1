"""Files that were sent by a browser are brought in by a worker, one job each."""

from __future__ import annotations

from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.fhir.files import import_within
from keepwell.ledger.jobs import job
from keepwell.records import arrivals
from keepwell.records.models import Arrival


@job("import.file")
def import_file(*, by: Actor, file: UUID) -> None:
    """Brings in one file and writes down what became of it. A file that is done already stays as it is."""
    row = Arrival.objects.select_for_update().filter(id=file).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    if row.state == Arrival.State.WAITING:
        report = import_within(arrivals.opened(file, by=by), by, team=row.team_id)
        arrivals.finish(file, report.facts(), by=by)
