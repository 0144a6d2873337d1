"""A job runs as the actor who queued it, or not at all."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from keepwell.access import actions as access
from keepwell.access.models import CareTeam, Membership
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import jobs
from keepwell.ledger.doorway import present
from tests.cast import Clinic
from tests.rig.asking import value

SEEN: list[tuple[Actor, int, Any]] = []


@pytest.fixture(autouse=True)
def nothing_is_left_queued(app_sql: psycopg.Connection):
    """Whoever does the work of a later test would come upon these, and some of them are forged."""
    yield
    app_sql.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")


@jobs.job("test.look")
def look(*, by: Actor, subject: UUID | None = None) -> None:
    SEEN.append((by, Membership.objects.count(), subject))


@jobs.job("test.write")
def write(*, by: Actor) -> None:
    CareTeam.objects.create(name="no action")


def queued(app_sql: psycopg.Connection) -> dict[str, Any]:
    "The newest job as it lies in the table."
    envelope: dict[str, Any] = value(app_sql, "SELECT args FROM procrastinate_jobs ORDER BY id DESC LIMIT 1")[
        "envelope"
    ]
    return envelope


def test_a_job_runs_as_the_actor_who_queued_it(rosa: Actor, app_sql: psycopg.Connection):
    subject = new_id()
    with present(rosa):
        jobs.enqueue("test.look", by=rosa, subject=subject)
    jobs.run(queued(app_sql))
    by, members, seen = SEEN.pop()
    assert (by.id, by.practice, by.role, by.purpose, by.request) == (
        rosa.id,
        rosa.practice,
        rosa.role,
        rosa.purpose,
        rosa.request,
    )
    assert (members, seen) == (1, subject)


def test_a_job_of_a_rolled_back_request_does_not_exist(rosa: Actor, app_sql: psycopg.Connection):
    before = app_sql.execute("SELECT count(*) FROM procrastinate_jobs").fetchone()
    with pytest.raises(ZeroDivisionError), present(rosa):
        jobs.enqueue("test.look", by=rosa)
        raise ZeroDivisionError
    assert app_sql.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == before


ALTERED = {
    "another actor": lambda e, other: e["actor"].__setitem__(0, str(other.id)),
    "another practice": lambda e, other: e["actor"].__setitem__(1, str(other.practice)),
    "another role": lambda e, other: e["actor"].__setitem__(2, "system"),
    "another purpose": lambda e, other: e["actor"].__setitem__(3, "TREAT"),
    "another job": lambda e, other: e.__setitem__("job", "test.write"),
    "another id": lambda e, other: e["ids"].__setitem__("subject", str(new_id())),
    "no mac": lambda e, other: e.pop("mac"),
    "a guessed mac": lambda e, other: e.__setitem__("mac", "00" * 32),
}


@pytest.mark.parametrize("change", ALTERED)
def test_a_job_altered_or_enqueued_by_hand_is_not_run(
    change: str, rosa: Actor, olu: Actor, app_sql: psycopg.Connection
):
    with present(rosa):
        jobs.enqueue("test.look", by=rosa, subject=new_id())
    envelope = queued(app_sql)
    ALTERED[change](envelope, olu)
    app_sql.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('keepwell', 'keepwell.job', %s)",
        [json.dumps({"envelope": envelope})],
    )
    with pytest.raises(Refusal) as refused:
        jobs.run(queued(app_sql))
    assert refused.value.code == "PAYLOAD_TAMPERED"
    assert SEEN == []


def test_a_job_carries_ids_and_nothing_else(rosa: Actor):
    with present(rosa), pytest.raises(TypeError):
        jobs.enqueue("test.look", by=rosa, subject="Ada Lovelace")  # type: ignore[arg-type]


def test_a_job_writes_only_inside_an_action(rosa: Actor, app_sql: psycopg.Connection):
    with present(rosa):
        jobs.enqueue("test.write", by=rosa)
    with pytest.raises(Exception, match="outside any action"):
        jobs.run(queued(app_sql))


def test_work_without_presence_sees_nothing(rosa: Actor):
    assert Membership.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM custody.entry")
        assert cursor.fetchone() == (0,)


def test_a_job_runs_once_however_often_it_is_copied(rosa: Actor, app_sql: psycopg.Connection):
    with present(rosa):
        jobs.enqueue("test.look", by=rosa)
    envelope = queued(app_sql)
    jobs.run(envelope)
    SEEN.clear()
    with pytest.raises(Refusal) as refused:
        jobs.run(envelope)
    assert refused.value.code == "PAYLOAD_TAMPERED"
    assert SEEN == []


def test_a_job_that_failed_may_be_tried_again(
    rosa: Actor, app_sql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
):
    with present(rosa):
        jobs.enqueue("test.write", by=rosa)
    envelope = queued(app_sql)
    with pytest.raises(Exception, match="outside any action"):
        jobs.run(envelope)
    monkeypatch.setitem(jobs.JOBS, "test.write", look)
    jobs.run(envelope)
    assert SEEN.pop()[0].id == rosa.id


def test_a_job_of_somebody_who_left_is_not_run(willow: Clinic, rosa: Actor, app_sql: psycopg.Connection):
    with present(rosa):
        jobs.enqueue("test.look", by=rosa)
    with present(willow.system) as by:
        access.leave(Membership.objects.get(id=rosa.id), by=by)
    with pytest.raises(Refusal) as refused:
        jobs.run(queued(app_sql))
    assert refused.value.code == "TERMINATED_USER"
