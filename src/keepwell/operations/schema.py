"""An installation made ready: folders and keys, roles and database, and the schema up to date."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from keepwell.base.refusal import Refusal
from keepwell.operations.addresses import address, embedded, password_of
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import APPLICATION, DATABASE, OWNER, SEQUENCER, Places
from keepwell.operations.postgres import Cluster
from keepwell.operations.provision import Passwords, provision
from keepwell.operations.saying import Say

# Django and the job queue keep these; the application reads them and never has a reason to write them.
READ_ONLY = ("django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions")


@contextmanager
def database_up(places: Places, say: Say) -> Iterator[None]:
    """Have a database while working: the embedded one is started when it is not running; another is just there."""
    if not embedded():
        yield
        return
    with Cluster(places, say=say).running():
        yield


def make_ready(places: Places, say: Say) -> None:
    """Folders, secrets, roles, database. Safe to repeat. An embedded server must be running."""
    places.make()
    name = DATABASE if embedded() else unquote(urlsplit(os.environ["DATABASE_URL"]).path.lstrip("/"))
    given = None if embedded() else password_of(address(APPLICATION, places))
    if given is None and not embedded():
        raise Refusal("PASSWORD_MISSING", variable="DATABASE_URL")
    passwords = Passwords(
        application=given or places.secret("app.password"),
        sequencer=password_of(address(SEQUENCER, places)) or places.secret("sequencer.password"),
    )
    provision(address(SUPERUSER, places), passwords, database=name, say=say)


def pending() -> int:
    """How many migrations have not been applied. Django must be ready."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate(places: Places, say: Say) -> None:
    """Bring the schema up to date, one migration at a time, as a new installation needs it.

    The process must have been set up as the owner (`KEEPWELL_AS=owner`).
    """
    from django.core.management import call_command

    waiting = pending()
    say(f"Bringing the schema up to date: {waiting} migrations …" if waiting else "The schema is up to date.")
    call_command("migrate", interactive=False, verbosity=0)
    _read_only(places)


def migrate_whole(places: Places, say: Say, told: Callable[[str], None]) -> list[tuple[str, str]]:
    """The same in one transaction: all of it or nothing. What was applied; `told` hears each one's name before."""
    from django.core.management import call_command
    from django.db import connection

    with _whole():
        executor = _executor(told)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        say(f"Bringing the schema up to date: {len(plan)} migrations …")
        executor.migrate(executor.loader.graph.leaf_nodes(), plan)
        call_command("migrate", interactive=False, verbosity=0)  # nothing is left; this makes types and permissions
    connection.close()
    _read_only(places)
    return [(step.app_label, step.name) for step, _ in plan]


def migrate_back(migrations: Sequence[tuple[str, str]], places: Places, say: Say) -> None:
    """Undo exactly these in one transaction. Raises Refusal UPDATE_NOTHING_BACK when others stand on them."""
    from django.db import connection

    with _whole():
        executor = _executor(lambda name: None)
        graph, gone = executor.loader.graph, set(migrations)
        if not gone <= set(executor.loader.applied_migrations):
            raise Refusal("UPDATE_NOTHING_BACK")
        targets = [_before(graph, app, gone) for app in sorted({app for app, _ in gone})]
        plan = executor.migration_plan(targets)
        if {(step.app_label, step.name) for step, backwards in plan if backwards} != gone or len(plan) != len(gone):
            raise Refusal("UPDATE_NOTHING_BACK")
        say(f"Taking back {len(plan)} migrations …")
        executor.migrate(targets, plan)
    connection.close()
    _read_only(places)


def _before(graph: Any, app: str, gone: set[tuple[str, str]]) -> tuple[str, str | None]:
    """The last migration of an app that stays; none of it, if all of it goes."""
    leaf = max(one for one in graph.leaf_nodes(app))
    staying = [one for one in graph.forwards_plan(leaf) if one[0] == app and one not in gone]
    return (app, staying[-1][1] if staying else None)


@contextmanager
def _whole() -> Iterator[None]:
    """One transaction, whose constraints are checked as it goes: a table with checks that wait cannot be altered."""
    from django.db import connection, transaction

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield


def _executor(told: Callable[[str], None]) -> Any:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    def progress(action: str, migration: Any = None, fake: bool = False) -> None:
        if action in ("apply_start", "unapply_start"):
            told(f"{migration.app_label}.{migration.name}")

    return MigrationExecutor(connection, progress)  # type: ignore[arg-type]


def _read_only(places: Places) -> None:
    with psycopg.connect(address(OWNER, places), autocommit=True) as owner:
        for table in READ_ONLY:
            if owner.execute("SELECT to_regclass(%s)", [f"public.{table}"]).fetchone() != (None,):
                owner.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON public.{table} FROM {APPLICATION}")
