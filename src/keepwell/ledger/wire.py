"""Statements to custody. Bound on the server, so no token, key or subject is ever part of a statement's text."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connections

from keepwell.base.refusal import Refusal

_REFUSED = {"KW401": "PRESENCE_INVALID", "KW403": "KEY_UNAVAILABLE", "KW002": "ACTION_OUTSIDE", "KW409": "EPOCH_OVER"}


def rows(alias: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Runs `statement` on the connection `alias`.

    Raises Refusal AUDIT_UNAVAILABLE when custody cannot be reached, and by name when custody refuses.
    """
    connection = connections[alias]
    try:
        connection.ensure_connection()
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()
    except psycopg.Error as error:
        code = _REFUSED.get(error.sqlstate or "")
        if code is None and not isinstance(error, psycopg.OperationalError):
            raise
        connection.close_if_unusable_or_obsolete() if not connection.in_atomic_block else None
        raise Refusal(code or "AUDIT_UNAVAILABLE") from None


def call(alias: str, statement: str, *values: Any) -> None:
    """A statement whose answer does not matter."""
    rows(alias, statement, *values)
