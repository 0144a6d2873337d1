"""Protect(): the migration operation that puts a table under row security, the action trigger and composite keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation

from keepwell.practices.models import subject_column

APP = "keepwell_app"


class Protect(Operation):
    """Idempotent: run it again for a model that gained a foreign key.

    Foreign keys between practice tables include practice_id, because foreign-key checks bypass row security and a
    plain one would tell whether another practice's row exists.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str, *, subject: str | None = None, rights: str = "SELECT, INSERT, UPDATE") -> None:
        self.model = model
        self.subject = subject
        self.rights = rights

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Changes nothing Django knows about."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        subject = self.subject or subject_column(model)
        for statement in (*row_security(model), *action_triggers(model, subject), *composite_keys(model)):
            schema_editor.execute(statement, params=None)
        grant(schema_editor, model, self.rights)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """The table goes with its own migration."""

    def describe(self) -> str:
        return f"Protect {self.model}: row security, action trigger, composite keys"


def row_security(model: type[models.Model]) -> Iterator[str]:
    table = model._meta.db_table
    key = "practice_id" if tenanted(model) else "id"
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS own_practice ON {table}"
    same = f"{key} = (SELECT custody.practice())"
    yield f"CREATE POLICY own_practice ON {table} USING ({same}) WITH CHECK ({same})"


def action_triggers(model: type[models.Model], subject: str) -> Iterator[str]:
    """One trigger per operation: a transition table belongs to one event only."""
    table = model._meta.db_table
    events = {
        "insert": "NEW TABLE AS changed",
        "update_from": "OLD TABLE AS changed",
        "update_to": "NEW TABLE AS changed",
        "delete": "OLD TABLE AS changed",
    }
    for name, changed in events.items():
        event = name.split("_")[0].upper()
        yield f"DROP TRIGGER IF EXISTS action_{name} ON {table}"
        yield (
            f"CREATE TRIGGER action_{name} AFTER {event} ON {table} REFERENCING {changed} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION custody.require_action('{subject}')"
        )
    yield f"DROP TRIGGER IF EXISTS action_truncate ON {table}"
    yield (
        f"CREATE TRIGGER action_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION custody.require_action('{subject}')"
    )


def composite_keys(model: type[models.Model]) -> Iterator[str]:
    if not tenanted(model):
        return
    table = model._meta.db_table
    yield _constraint(table, f"{table}_own", "UNIQUE (practice_id, id)")
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey) and tenanted(field.related_model):
            other = field.related_model._meta.db_table
            name = f"{table}_{field.column}_own"[:63]
            yield _constraint(
                table,
                name,
                f"FOREIGN KEY (practice_id, {field.column}) REFERENCES {other} (practice_id, id)"
                " DEFERRABLE INITIALLY IMMEDIATE",
            )


def tenanted(model: Any) -> bool:
    return any(f.name == "practice" for f in model._meta.local_fields)


def _constraint(table: str, name: str, rule: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS "
        f"(SELECT FROM pg_constraint WHERE conname = '{name}' AND conrelid = '{table}'::regclass) "
        f"THEN ALTER TABLE {table} ADD CONSTRAINT {name} {rule}; END IF; END $$"
    )


class ProtectShared(Protect):
    """For tables no practice owns (people, their factors): changes only inside an action; no row security."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        for statement in action_triggers(model, self.subject or "id"):
            schema_editor.execute(statement, params=None)
        grant(schema_editor, model, self.rights)


def grant(schema_editor: Any, model: type[models.Model], rights: str) -> None:
    """Exactly these rights and no others; never DELETE or TRUNCATE unless asked for."""
    schema_editor.execute(f"REVOKE ALL ON {model._meta.db_table} FROM {APP}", params=None)
    schema_editor.execute(f"GRANT {rights} ON {model._meta.db_table} TO {APP}", params=None)
