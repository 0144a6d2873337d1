"""Django's PostgreSQL backend, which tells the database who is present on every outermost BEGIN.

Middleware cannot do this (it runs before the view's transaction) and connection-level settings leak through pools.
With nobody present the database shows zero rows of every practice table.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base

from keepwell.practices import presence


class DatabaseWrapper(base.DatabaseWrapper):
    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        actor = presence.present.get()
        if autocommit or actor is None or self.alias != "default":
            return
        # A bound parameter: a token written into the statement could be read in pg_stat_activity.
        with self.wrap_database_errors, psycopg.Cursor(self.connection) as cursor:
            cursor.execute("SELECT custody.enter(%s)", [presence.token(actor)], prepare=False)

    def get_connection_params(self) -> dict[str, Any]:
        return super().get_connection_params() | {"application_name": "keepwell"}
