"""The nightly reconciliation: does every sealed value carry the version the ledger says was written last?

Associated data keeps a value from being moved, but an older value of the same place still opens. The ledger names the
version of each value an action sealed, so a value rolled back, planted or taken away shows here (§ 164.312(c)(1)).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.apps import apps

from keepwell.base.actor import Actor
from keepwell.ledger import custody, wire
from keepwell.ledger.entries import Entry, canonical
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField


class Wrong(StrEnum):
    """What can be wrong with a sealed value."""

    ROLLED_BACK = "VALUE_ROLLED_BACK"
    PLANTED = "VALUE_PLANTED"
    MISSING = "VALUE_MISSING"


@dataclass(frozen=True, slots=True)
class Finding:
    """One value that is not what the ledger says. Names its place, never its content."""

    code: Wrong
    table: str
    column: str
    row: UUID


# One pass over the entries, however many columns are sealed. The version stands in bytes 6 to 13 of a sealed value,
# microseconds since the epoch, big-endian.
_COMPARE = """
WITH sealed (of, part) AS (VALUES {names}),
wrote AS (
  SELECT place.key AS of, value.key::uuid AS id, part.key AS part,
         (array_agg(part.value::bigint ORDER BY e.at DESC, e.id DESC))[1] AS version,
         array_agg(part.value::bigint) AS versions
  FROM custody.entry e, jsonb_each(e.detail::jsonb) AS place, jsonb_each(place.value) AS value,
       jsonb_each_text(value.value) AS part
  WHERE e.kind = 'sealed' AND e.practice_id = (SELECT custody.practice())
    AND (place.key, part.key) IN (SELECT of, part FROM sealed) GROUP BY 1, 2, 3),
held AS ({held}),
wrong AS (
  SELECT CASE WHEN held.id IS NULL THEN 'VALUE_MISSING'
              WHEN held.version = ANY (wrote.versions) THEN 'VALUE_ROLLED_BACK'
              ELSE 'VALUE_PLANTED' END AS code, of, part, id,
         row_number() OVER (PARTITION BY of, part ORDER BY id) AS nth
  FROM wrote FULL JOIN held USING (of, part, id)
  WHERE (CASE WHEN wrote.version > 0 THEN wrote.version END) IS DISTINCT FROM held.version)
SELECT code, of, part, id FROM wrong WHERE nth <= {most} ORDER BY 2, 3, 4"""
_HELD = """
  SELECT '{table}' AS of, id, '{column}' AS part,
         ('x' || encode(substring("{column}" FROM 6 FOR 8), 'hex'))::bit(64)::bigint AS version
  FROM {table} WHERE "{column}" IS NOT NULL"""
MOST = 1000
"""Findings of one column of a practice: enough to act on, and no flood in one hides what is wrong in another."""


def reconcile(by: Actor) -> list[Finding]:
    """Compares every sealed column of the present practice with the ledger and records what was found."""
    found = list(_compared())
    counts = {str(code): sum(f.code == code for f in found) for code in Wrong}
    custody.record(
        Entry("system", "ledger.reconciled", outcome="ok" if not found else "found", detail=canonical(counts)), by
    )
    return found


def sealed_columns() -> Iterator[tuple[str, str]]:
    """Every (table, column) that holds sealed values."""
    for model in apps.get_models():
        if issubclass(model, Tenanted):
            for field in model._meta.concrete_fields:
                if isinstance(field, SealedField):
                    yield model._meta.db_table, str(field.column)


def _compared() -> Iterator[Finding]:
    places = list(sealed_columns())
    held = " UNION ALL ".join(_HELD.format(table=table, column=column) for table, column in places)
    names = ", ".join(f"('{table}', '{column}')" for table, column in places)
    for code, table, column, row in wire.rows("default", _COMPARE.format(names=names, held=held, most=MOST)):
        yield Finding(Wrong(code), table, column, row)
