"""What forgetting a patient for good costs: their keys destroyed and that recorded, beside one plain commit."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction

from benchmarks import house, stage
from benchmarks.measure import Row, row, timed
from keepwell.base.actor import Actor
from keepwell.ledger import custody
from keepwell.ledger.actions import action
from keepwell.ledger.doorway import present

AGAINST = "one insert, committed"
TABLE = "records_clinicalresource"


@action("benchmark.disposed", about="patient")
def dispose(patient: UUID, *, by: Actor, took: list[float]) -> None:
    "A patient's keys are destroyed, the way a disposal does it."
    took.append(timed(lambda: custody.shred(patient, by)) * 1000)


def run(tiny: bool) -> dict[str, Row]:
    """Patients with the record they came with, and patients with ten thousand rows more: it must not matter."""
    rounds, many = (1, 5) if tiny else (20, 10_000)
    clinic = house.build(2 * rounds)
    with stage.owner() as owner:
        owner.execute("CREATE TABLE plain_log (who uuid, at timestamptz DEFAULT now())")
        owner.execute("GRANT INSERT ON plain_log TO keepwell_app")
        owner.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        for patient in clinic.patients[rounds:]:
            _fill(owner, patient, many)
        owner.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")
    small, within = _shredded(clinic.patients[:rounds], clinic.system)
    large, _ = _shredded(clinic.patients[rounds:], clinic.system)
    return {
        "shred a patient: presence, action, keys gone, commit": small,
        f"a patient with {many:,} rows more": large,
        "within it, the keys gone and that recorded": within | {"target": "≤ 2×; 0.36 ms whatever the rows"},
    }


def _fill(owner: stage.Connection, patient: UUID, many: int) -> None:
    """Copies of one row of theirs: their number is the point, not what they say."""
    owner.execute(
        f"INSERT INTO {TABLE} SELECT copy.* FROM"
        f" (SELECT to_jsonb(t) AS made FROM {TABLE} t WHERE patient_id = %s LIMIT 1) r,"
        f" generate_series(1, %s) n, jsonb_populate_record(NULL::{TABLE},"
        " r.made || jsonb_build_object('id', md5(n || (r.made ->> 'id')))) copy",
        [patient, many],
    )


def _shredded(patients: list[UUID], by: Actor) -> tuple[Row, Row]:
    """All of it, and the one statement within it."""
    whole: list[float] = []
    within: list[float] = []
    plain: list[float] = []
    for patient in patients:
        whole.append(timed(lambda patient=patient: _disposal(patient, by, within)) * 1000)  # type: ignore[misc]
        plain.append(timed(_insert) * 1000)
    return row(whole, plain, "ms", AGAINST), row(within, plain, "ms", AGAINST)


def _disposal(patient: UUID, by: Actor, took: list[float]) -> None:
    with present(house.again(by)) as actor:
        dispose(patient, by=actor, took=took)


def _insert() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO plain_log (who) VALUES (gen_random_uuid())")
