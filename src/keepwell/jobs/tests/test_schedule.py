"""What Keepwell does by the clock."""

from __future__ import annotations

from uuid import UUID

import psycopg
from procrastinate.contrib.django import app

from keepwell.base.actor import Actor
from keepwell.jobs import schedule
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.outbound.tests.sending import dispatched, only
from keepwell.outbound.tests.servers import Desk
from keepwell.outbound.tests.test_fax import desk as desk  # a fixture
from keepwell.outbound.tests.test_fax import faxed
from keepwell.privacy.models import Disclosure, Right
from tests.cast import Clinic
from tests.rig.asking import value


def test_both_come_round_by_the_clock():
    named = {task.name for task in app.tasks.values()}
    assert {"keepwell.partitions", "keepwell.reconcile", "keepwell.job"} <= named
    assert {p.task.name for p in app.periodic_registry.periodic_tasks.values()} >= {
        "keepwell.partitions",
        "keepwell.reconcile",
    }


def test_the_ledger_has_room_for_the_months_to_come(database: None, owner_sql: psycopg.Connection):
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'custody.entry'::regclass"
    before = value(owner_sql, months)
    owner_sql.execute("SET ROLE keepwell_custodian")
    newest = value(
        owner_sql,
        "SELECT max(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'custody.entry'::regclass"
        " AND inhrelid::regclass::text ~ '[0-9]$'",
    )
    owner_sql.execute(f"DROP TABLE {newest}")
    assert schedule.partitions() == 1
    assert schedule.partitions() == 0
    assert value(owner_sql, months) == before


def test_the_nightly_reconciliation_leaves_its_finding_in_the_ledger(
    willow: Clinic, ada: UUID, rig, owner_sql: psycopg.Connection
):
    before = schedule.reconcile_all()
    with rig.admin(owner_sql.info.dbname) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE patients_patient SET state = NULL WHERE id = %s", [ada])
    assert schedule.reconcile_all() == before + 1
    with present(willow.system):
        outcomes = wire.rows(
            "default", "SELECT outcome FROM custody.entry WHERE verb = 'ledger.reconciled' ORDER BY at"
        )
    assert outcomes[-1] == ("found",)


def test_a_fax_gets_its_row_of_disclosure_by_the_clock(willow: Clinic, cleo: Actor, ada: UUID, desk: Desk):
    faxed(cleo, ada)
    dispatched(willow)
    assert schedule.pair_disclosures() >= 1
    sent = only(willow)
    with present(willow.system):
        row = Disclosure.objects.get(origin_id=sent.id)
    assert row.right == Right.TREATMENT
