"""What benchmarks stand on: a real server that syncs to disk, kept under var/bench, and a new database for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
import psycopg
from django.db import connections

from keepwell.ledger import house, practice_keys
from keepwell.operations.postgres import Cluster
from keepwell.operations.saying import say
from tests.rig.server import PREFIX, TOP, Server

Connection = psycopg.Connection[Any]


class Stage:
    """A server and, in turn, the databases that benchmarks use up. `tiny` borrows the test suite's server."""

    def __init__(self, *, tiny: bool) -> None:
        self.tiny = tiny
        if not tiny:
            os.environ["KEEPWELL_TEST_HOME"] = str(TOP / "var" / "bench")
        self.server = Server()
        self.server.places.make()
        if not tiny:
            # The suite's server does without fsync; an honest figure of a commit does not.
            self.server.cluster = Cluster(self.server.places, throwaway=False, say=say)
        self.made = 0

    @contextmanager
    def database(self) -> Iterator[str]:
        """A database of its own, which Django uses until the end of the block."""
        self.made += 1
        with self.server.database(f"{PREFIX}{os.getpid()}_bench{self.made}") as name:
            os.environ.update(self.server.environment(name))
            django.setup()
            for connection in connections.all():
                connection.settings_dict["NAME"] = name
            house.forget()
            practice_keys.forget()
            try:
                yield name
            finally:
                connections.close_all()


@contextmanager
def owner() -> Iterator[Connection]:
    """The owner: for plain tables to compare with, and for loading what would take hours through actions."""
    with psycopg.connect(os.environ["KEEPWELL_OWNER_DATABASE_URL"], autocommit=True) as connection:
        yield connection


@contextmanager
def application() -> Iterator[Connection]:
    """A bare connection of the application role, autocommit: for references."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        yield connection
