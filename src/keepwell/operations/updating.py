"""An update of the database: every migration of it in one transaction, and the way back in one transaction too.

Going back runs the migrations of the last update in reverse, so what people wrote since stays. It is refused where a
migration has no way back, or where it would throw away what was written into something the update had made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import psycopg

from keepwell.base.refusal import Refusal
from keepwell.ledger import updates
from keepwell.operations import schema
from keepwell.operations.places import APPLICATION, SEQUENCER, Places
from keepwell.operations.saying import Say
from keepwell.operations.versions import Migration

if TYPE_CHECKING:
    from django.db.migrations import Migration as Step

AT_WORK = """SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND usename = ANY (%s) AND pid <> pg_backend_pid()"""


def refuse_while_serving(url: str) -> None:
    """Raises Refusal UPDATE_WHILE_SERVING while anything of Keepwell is at work in the database."""
    with psycopg.connect(url) as connection:
        row = connection.execute(AT_WORK, [[APPLICATION, SEQUENCER]]).fetchone()
    if row and row[0]:
        raise Refusal("UPDATE_WHILE_SERVING", count=row[0])


def forward(places: Places, say: Say) -> list[Migration]:
    """Applies what is pending, all of it or nothing. Raises Refusal UPDATE_FAILED."""
    at: list[str] = []
    try:
        return schema.migrate_whole(places, say, told=at.append)
    except Exception as error:
        raise Refusal("UPDATE_FAILED", migration=at[-1] if at else "?", why=_said(error)) from error


def one_way(pending: Iterable[Migration]) -> list[str]:
    """Those of the migrations that have no way back."""
    steps = _steps(pending)
    return [_name(step) for step in steps if any(not _returns(operation) for operation in step.operations)]


def last_done() -> updates.Update:
    """The update that can be taken back. Raises Refusal UPDATE_NOTHING_BACK."""
    for said in updates.last():
        if said.verb == updates.DONE and said.detail.get("migrations"):
            return said
        if said.verb in (updates.TAKEN_BACK, updates.DONE):
            break
    raise Refusal("UPDATE_NOTHING_BACK")


def back(names: Sequence[str], places: Places, say: Say) -> None:
    """Runs these migrations in reverse, all of them or none.

    Raises Refusal UPDATE_NOT_REVERSIBLE, UPDATE_BACK_LOSES, UPDATE_NOTHING_BACK, UPDATE_FAILED.
    """
    migrations = [_parsed(name) for name in names]
    if found := one_way(migrations):
        raise Refusal("UPDATE_NOT_REVERSIBLE", migration=", ".join(found))
    refuse_loss(migrations)
    try:
        schema.migrate_back(migrations, places, say)
    except Refusal:
        raise
    except Exception as error:
        raise Refusal("UPDATE_FAILED", migration="going back", why=_said(error)) from error


def refuse_loss(migrations: Iterable[Migration]) -> None:
    """Raises Refusal UPDATE_BACK_LOSES when something was written into what these migrations made."""
    lost = [what for step in _steps(migrations) for what in _written(step)]
    if lost:
        raise Refusal("UPDATE_BACK_LOSES", what=", ".join(lost))


def _written(step: Step) -> Iterator[str]:
    from django.db import connection, migrations

    state = _state_after(step)
    for operation in step.operations:
        if isinstance(operation, migrations.CreateModel):
            table, condition, values = _table(state, step, operation.name), "true", []
            what = table
        elif isinstance(operation, migrations.AddField):
            model = state.apps.all_models[step.app_label][operation.model_name_lower]
            field = model._meta.get_field(operation.name)
            table, what = model._meta.db_table, f"{model._meta.db_table}.{field.column}"
            default = None if field.null else field.get_db_prep_save(field.get_default(), connection)
            condition = f"{connection.ops.quote_name(field.column)} IS DISTINCT FROM %s"
            values = [default]
        else:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {connection.ops.quote_name(table)} WHERE {condition})", values)
            if cursor.fetchone()[0]:
                yield what


def _returns(operation: Any) -> bool:
    """Whether an operation undoes what it did. What it threw away no reversal brings back."""
    from django.db import migrations

    if isinstance(operation, migrations.RemoveField | migrations.DeleteModel):
        return False
    if isinstance(operation, migrations.RunSQL):
        return operation.reverse_sql not in (None, migrations.RunSQL.noop)
    return bool(operation.reversible)


def _steps(wanted: Iterable[Migration]) -> list[Step]:
    from django.db.migrations.loader import MigrationLoader

    known = MigrationLoader(None).disk_migrations
    try:
        return [known[one] for one in wanted]
    except KeyError as missing:
        raise Refusal("UPDATE_NOTHING_BACK") from missing


def _state_after(step: Step) -> Any:
    from django.db.migrations.loader import MigrationLoader

    return MigrationLoader(None).project_state((step.app_label, step.name))


def _table(state: Any, step: Step, model: str) -> str:
    return str(state.apps.all_models[step.app_label][model.lower()]._meta.db_table)


def _name(step: Step) -> str:
    return f"{step.app_label}.{step.name}"


def _parsed(name: str) -> Migration:
    app, _, rest = name.partition(".")
    return app, rest


def _said(error: BaseException) -> str:
    """The kind of trouble and the database's first line; never values."""
    cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    diagnosis = getattr(getattr(cause, "diag", None), "message_primary", None)
    return f"{type(error).__name__}: {diagnosis or 'see the log'}"
