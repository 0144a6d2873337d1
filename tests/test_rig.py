"""The rig itself: without these, no other test here would mean anything."""

from __future__ import annotations

import socket
import warnings

import psycopg
import pytest
from django.db import connection, transaction

from keepwell.operations.places import APPLICATION
from tests.rig.network import ReachedOut


def test_nothing_leaves_this_machine():
    for address in (("192.0.2.1", 443), ("2001:db8::1", 443)):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        with socket.socket(family) as outward, pytest.raises(ReachedOut):
            outward.connect(address)
    with pytest.raises(ReachedOut):
        socket.getaddrinfo("keepwell.example", 443)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward, pytest.raises(ReachedOut):
        outward.sendto(b"x", ("198.51.100.7", 53))


def test_loopback_stays_open():
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()):
        pass


def test_a_warning_is_an_error():
    with pytest.raises(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)


def test_the_suite_is_the_application_role_and_nobody_special(database):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT session_user, current_user, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (APPLICATION, APPLICATION, False, False, False)


def test_a_commit_in_a_test_is_a_commit(database, app_sql: psycopg.Connection):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (number,) = cursor.fetchone()
    status = app_sql.execute("SELECT pg_xact_status(%s::xid8)", [number]).fetchone()
    assert status == ("committed",)


def test_no_test_runs_inside_a_transaction(database):
    assert not connection.in_atomic_block


@pytest.mark.django_db
def test_the_django_mark_does_not_wrap_the_test_either():
    assert not connection.in_atomic_block


def test_the_owner_is_somebody_else(owner_sql: psycopg.Connection):
    row = owner_sql.execute(
        "SELECT current_user, rolbypassrls, rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row == ("keepwell_owner", True, False)
