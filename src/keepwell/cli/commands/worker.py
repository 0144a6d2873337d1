"""Run queued jobs until told to stop. Jobs of a worker that was killed are taken up again."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from procrastinate import App

from keepwell.cli import setup

RESCUE_EVERY = 30.0
GRACE = 6.0


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="do what is waiting, then stop")


def run(args: argparse.Namespace) -> None:
    setup.django()
    asyncio.run(work(wait=not args.once))


async def work(*, wait: bool) -> None:
    """One worker. Its jobs are ordinary functions, so it does one at a time; more workers do more."""
    async with opened() as app:
        rescuing = asyncio.create_task(rescue_for_ever(app))
        try:
            await app.run_worker_async(
                wait=wait, concurrency=1, shutdown_graceful_timeout=GRACE, delete_jobs="successful"
            )
        finally:
            rescuing.cancel()


@asynccontextmanager
async def opened() -> AsyncIterator[App]:
    """The job queue over a connection of its own that can listen."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()):
        async with app.open_async():
            yield app


async def rescue_for_ever(app: App) -> None:
    while True:
        await rescue(app)
        await asyncio.sleep(RESCUE_EVERY)


async def rescue(app: App) -> int:
    """Queue again the jobs whose worker stopped giving signs of life; how many there were."""
    stalled = list(await app.job_manager.get_stalled_jobs())
    for job in stalled:
        await app.job_manager.retry_job(job)
    return len(stalled)
