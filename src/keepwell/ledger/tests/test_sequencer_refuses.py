"""When the sequencer stops or complains, and who may write the sequence at all."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
import pytest

from keepwell.base.refusal import Refusal
from keepwell.ledger.sequencer import Pace, Sequencer
from keepwell.ledger.tests.desk import Desk, checkpoints


def refused_code(desk: Desk) -> str:
    with pytest.raises(Refusal) as refused, desk.connect() as connection:
        desk.sequencer().start(connection)
    assert desk.all("SELECT state, code FROM custody.sequencer") == [("refused", refused.value.code)]
    return refused.value.code


def test_it_does_not_go_on_when_the_anchor_knows_a_larger_tree(desk: Desk):
    desk.write(20)
    desk.sequence()
    short = desk.one("SELECT max(number) FROM custody.checkpoint")
    desk.write(20)
    desk.sequence()
    desk.tamper(f"DELETE FROM custody.anchored WHERE checkpoint > {short}",
                f"DELETE FROM custody.checkpoint WHERE number > {short}",
                "DELETE FROM custody.entry WHERE id IN (SELECT entry_id FROM custody.leaf WHERE seq >= 20)",
                "DELETE FROM custody.leaf WHERE seq >= 20")  # fmt: skip
    assert refused_code(desk) == "LEDGER_TRUNCATED"


def test_it_does_not_go_on_from_leaves_that_are_not_the_signed_ones(desk: Desk):
    desk.write(20)
    desk.sequence()
    desk.tamper("UPDATE custody.leaf SET leaf = sha256('another') WHERE seq = 3")
    assert refused_code(desk) == "LEDGER_REWRITTEN"


def test_it_does_not_go_on_beside_the_anchor_of_another_ledger(desk: Desk):
    desk.write(2)
    desk.sequence()
    desk.tamper(*(f"TRUNCATE custody.{t} CASCADE" for t in ("leaf", "node", "checkpoint", "ledger_key", "generation")))
    assert refused_code(desk) == "LEDGER_REPLACED"


def test_a_leaf_that_vanishes_under_a_running_sequencer_ends_it(desk: Desk):
    sequencer = desk.sequencer()
    desk.write(20)
    with desk.connect() as connection:
        sequencer.start(connection)
        steps_until(sequencer, lambda: desk.waiting() == 0)
        desk.tamper("DELETE FROM custody.leaf WHERE seq = 19")
        desk.write(2)
        with pytest.raises(psycopg.Error) as refused:
            steps_until(sequencer, lambda: False)
    assert refused.value.sqlstate == "KW004"


@pytest.mark.attack
def test_a_leaf_or_a_checkpoint_out_of_turn_is_refused_by_the_database(kept: Desk):
    def leaf(first: int) -> str:
        ids = "ARRAY[gen_random_uuid()]"
        return f"SELECT custody.append_leaves({first}, {ids}, {ids}, ARRAY[now()], '{{1}}', ARRAY[sha256('x')])"

    for first in (599, 601, 0):
        assert kept.refused_as("keepwell_sequencer", leaf(first)) == "KW004"
    for size in (599, 601):
        checkpoint = f"SELECT custody.append_checkpoint({size}, now(), now(), '1', 1, 'x')"
        assert kept.refused_as("keepwell_sequencer", checkpoint) == "KW004"
    assert kept.refused_as("keepwell_sequencer", leaf(600)) is None


def test_a_transaction_left_open_is_reported_by_name_and_the_report_ends_with_it(desk: Desk):
    quick = Pace(interval=0.0, heartbeat=3600.0, stalled_after=0.0)
    sequencer = desk.sequencer(quick)
    health = "SELECT state, code, detail FROM custody.sequencer"
    with desk.connect() as connection, psycopg.connect(desk.owner.info.dsn, autocommit=True) as idle:
        sequencer.start(connection)
        with idle.transaction():
            desk.write(by=idle)
            held = idle.info.backend_pid
            expected = [("stalled", "LEDGER_HORIZON_STALLED", f"process {held}")]
            steps_until(sequencer, lambda: desk.all(health) == expected)
        steps_until(sequencer, lambda: desk.all(health) == [("running", "", "")])


def steps_until(sequencer: Sequencer, there: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not there():
        assert time.monotonic() < until, "it never came to that"
        sequencer.step()
        time.sleep(0.01)


def test_an_idle_database_is_not_a_stalled_one(desk: Desk):
    sequencer = desk.sequencer(Pace(interval=0.0, heartbeat=3600.0, stalled_after=0.0))
    desk.write(3)
    with desk.connect() as connection:
        sequencer.start(connection)
        steps_until(sequencer, lambda: desk.waiting() == 0)
        steps_until(sequencer, lambda: desk.one("SELECT state FROM custody.sequencer") == "running")


DENIED = "42501"
ADDED_TO = ("generation", "leaf", "node", "ledger_key", "checkpoint", "anchored")


@pytest.mark.attack
@pytest.mark.parametrize("role", ["keepwell_app", "keepwell_sequencer"])
@pytest.mark.parametrize("table", [*ADDED_TO, "ledger_secret", "sequencer"])
def test_no_role_that_logs_in_writes_the_sequence_by_hand(desk: Desk, role: str, table: str):
    for verb in ("DELETE FROM custody.{}", "INSERT INTO custody.{} DEFAULT VALUES", "TRUNCATE custody.{}"):
        assert desk.refused_as(role, verb.format(table)) == DENIED


@pytest.mark.attack
@pytest.mark.parametrize("table", ADDED_TO)
def test_not_even_custody_itself_changes_what_was_added(desk: Desk, table: str):
    desk.write(300)
    desk.sequence()
    for statement in (f"DELETE FROM custody.{table}", f"TRUNCATE custody.{table} CASCADE"):
        assert desk.refused_as("keepwell_custodian", statement) == "KW003"


@pytest.mark.attack
def test_the_application_reads_no_signing_key_and_calls_none_of_the_writers(desk: Desk):
    desk.write(1)
    desk.sequence()
    calls = ("open_generation()", "leaf_count()", "append_leaves(0, '{}', '{}', '{}', '{}', '{}')",
             "append_nodes(8::smallint, 0, '{}')", "append_checkpoint(0, now(), now(), '1', 1, '')",
             "confirm_anchor(1, 'file')", "add_ledger_key('', '', now(), '', '', '')",
             "rewrap_ledger_key('', '', '')", "sequencer_says('running', '', '')")  # fmt: skip
    for statement in ("SELECT sealed FROM custody.ledger_secret", *(f"SELECT custody.{call}" for call in calls)):
        assert desk.refused_as("keepwell_app", statement) == DENIED


@pytest.mark.attack
def test_the_application_sees_no_leaf_while_nobody_is_present_and_every_checkpoint(desk: Desk):
    desk.write(4)
    desk.sequence()
    with desk.owner.transaction():
        desk.owner.execute("SET LOCAL ROLE keepwell_app")
        assert desk.one("SELECT count(*) FROM custody.leaf") == 0
        assert desk.one("SELECT count(*) FROM custody.checkpoint") == len(checkpoints(desk)) > 0
