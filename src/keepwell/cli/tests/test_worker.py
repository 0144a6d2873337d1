"""Queued jobs run, and those of a worker that was killed are not lost."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django import app

from keepwell.cli.commands import worker


@pytest.fixture
def queue(database, owner_sql: psycopg.Connection):
    """The job tables, empty before and after."""
    owner_sql.execute("DELETE FROM procrastinate_jobs")
    yield owner_sql
    owner_sql.execute("DELETE FROM procrastinate_jobs")


def statuses(owner: psycopg.Connection) -> list[str]:
    return [row[0] for row in owner.execute("SELECT status::text FROM procrastinate_jobs ORDER BY id").fetchall()]


def test_a_job_left_by_a_dead_worker_is_queued_again(queue: psycopg.Connection):
    app.configure_task("nobody.knows.this", queue="keepwell").defer()
    connection.close()
    queue.execute(
        "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)"
        " VALUES (now() - interval '1 hour') RETURNING id)"
        " UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id FROM dead"
    )

    async def rescue() -> int:
        async with worker.opened() as ours:
            return await worker.rescue(ours)

    assert asyncio.run(rescue()) == 1
    assert statuses(queue) == ["todo"]


def test_a_job_of_a_worker_that_lives_is_left_alone(queue: psycopg.Connection):
    app.configure_task("nobody.knows.this", queue="keepwell").defer()
    connection.close()
    queue.execute(
        "WITH alive AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id)"
        " UPDATE procrastinate_jobs SET status = 'doing', worker_id = alive.id FROM alive"
    )

    async def rescue() -> int:
        async with worker.opened() as ours:
            return await worker.rescue(ours)

    assert asyncio.run(rescue()) == 0
    assert statuses(queue) == ["doing"]
