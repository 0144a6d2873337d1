"""Connections and the database itself, for tests and for the named cast."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from keepwell.operations.places import APPLICATION, OWNER
from tests.rig import mine
from tests.rig.server import Server


@pytest.fixture(scope="session")
def django_db_setup() -> Iterator[None]:
    """This process's own database, made when the first test needs it and dropped at the end."""
    with mine.server.running(), mine.server.database(mine.database):
        yield
        for connection in connections.all(initialized_only=True):
            connection.close()
            close_pool = getattr(connection, "close_pool", None)
            if close_pool is not None:
                close_pool()


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database, open, as the application role. What a test commits stays until the run ends."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def _django_db_helper(database: None) -> None:
    """What the `django_db` mark asks for: here, no transaction around the test and nothing flushed after it."""


@pytest.fixture
def db(database: None) -> None:
    """Another name of `database`, for plugins that ask for it."""


@pytest.fixture
def owner_sql(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """The owner's own connection, autocommit: for arranging attacks and for looking behind the guards."""
    with psycopg.connect(mine.server.url(OWNER, mine.database), autocommit=True) as connection:
        yield connection


@pytest.fixture
def app_sql(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """What someone holds who stole the application's database password: a bare connection, autocommit."""
    with psycopg.connect(mine.server.url(APPLICATION, mine.database), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def rig(django_db_setup: None) -> Server:
    """The server itself, for tests that need a database of their own."""
    return mine.server
