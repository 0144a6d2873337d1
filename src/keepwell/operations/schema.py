"""An installation made ready: folders and keys, roles and database, and the schema up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Bring the schema up to date. The process must have been set up as the owner (`KEEPWELL_AS=owner`)."""
    from django.core.management import call_command

    waiting = pending()
    say(f"Bringing the schema up to date: {waiting} migrations …" if waiting else "The schema is up to date.")
    call_command("migrate", interactive=False, verbosity=0)
    with psycopg.connect(address(OWNER, places), autocommit=True) as owner:
        for table in READ_ONLY:
            if owner.execute("SELECT to_regclass(%s)", [f"public.{table}"]).fetchone() != (None,):
                owner.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON public.{table} FROM {APPLICATION}")
