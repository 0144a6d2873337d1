"""One value from the database, for tests that look behind the guards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg


def value(connection: psycopg.Connection, statement: str, values: Sequence[object] = ()) -> Any:
    """The first column of the first row. Fails when there is none."""
    row = connection.execute(statement, values).fetchone()
    assert row is not None, "no row"
    return row[0]
