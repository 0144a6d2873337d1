"""The question after a breach: whom did this account open between two moments, and what? Over a million entries.

Asked as the application asks it, under row security; beside the count of the same index entries, which is the least
that any answer has to read.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg

from benchmarks import house, stage
from benchmarks.measure import Row, beside
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.ledger import wire
from keepwell.ledger.doorway import present

SUBJECTS = 20_000
OPENED = "kind = 'open'"
RANGE = "practice_id = %s AND actor_id = %s AND at >= now() - %s * interval '1 day' AND at < now()"
SCOPE = f"""SELECT subject_id, bit_or(seen), bool_and(listed), min(at), max(at), count(*)
            FROM custody.subject WHERE {RANGE} AND {OPENED} GROUP BY subject_id"""
COUNT = f"SELECT count(*) FROM custody.subject WHERE {RANGE} AND {OPENED}"

# An entry each 2.6 seconds for thirty days: two accounts to ask about, and fifty others.
ENTRIES = """
  INSERT INTO custody.entry (id, practice_id, at, kind, verb, actor_id, role, purpose, request_id,
                             classes, excerpts, subjects, mac)
  SELECT gen_random_uuid(), %(practice)s, now() - n * interval '30 days' / %(many)s, 'open', 'chart.opened',
         CASE WHEN n %% 200 = 0 THEN %(small)s::uuid WHEN n %% 5 = 1 THEN %(large)s::uuid
              ELSE lpad(to_hex(n %% 50), 32, 'a')::uuid END,
         'practitioner', 'TREAT', gen_random_uuid(), '{identity,clinical}', '{records.ClinicalHead}',
         ARRAY[lpad(to_hex((n::bigint * 7919) %% %(subjects)s), 32, '0')::uuid], '\\x00'
  FROM generate_series(1, %(many)s) n"""
SUBJECT_ROWS = """
  INSERT INTO custody.subject (entry_id, at, practice_id, subject_id, actor_id, kind, listed, seen)
  SELECT id, at, practice_id, subjects[1], actor_id, kind, listed, custody.bits(classes) FROM custody.entry
  WHERE practice_id = %(practice)s AND mac = '\\x00'"""


def run(tiny: bool) -> dict[str, Row]:
    """An account that made one entry in two hundred, and one that made every fifth."""
    many, rounds = (1000, 2) if tiny else (1_000_000, 25)
    clinic = house.build(1)
    by = clinic.actor(Role.PRIVACY_OFFICER, Purpose.HCOMPL)
    small, large = new_id(), new_id()
    _load(by.practice, many, small, large)
    busy = many // 5
    return {
        f"account of {many // 200:,} openings in {many:,}, 30 days": _asked(by, small, 30, rounds, "≤ 4×; 3.3 ms"),
        "the same account, 7 days": _asked(by, small, 7, rounds),
        f"account of {busy:,} openings in {many:,}, 30 days": _asked(by, large, 30, rounds, "≤ 17×; 0.1–0.26 s"),
    }


def _asked(by: Actor, account: UUID, days: int, rounds: int, target: str = "") -> Row:
    values = [by.practice, account, days]
    with psycopg.connect(os.environ["KEEPWELL_OWNER_DATABASE_URL"]) as bare, present(house.again(by)):
        bare.execute("SET ROLE keepwell_custodian")
        found = wire.rows("default", SCOPE, *values)
        counted = _rows(bare, COUNT, values)()
        assert sum(row[5] for row in found) == counted[0][0] > 0
        return beside(
            lambda: wire.rows("default", SCOPE, *values),
            _rows(bare, COUNT, values),
            against="count(*) of the same index entries, without row security",
            rounds=rounds,
            target=target,
        )


def _rows(connection: stage.Connection, statement: str, values: list[Any]) -> Callable[[], list[Any]]:
    return lambda: connection.execute(statement, values).fetchall()


def _load(practice: UUID, many: int, small: UUID, large: UUID) -> None:
    """Straight into custody: a million openings one by one are not what is measured. Other accounts are the rest."""
    said = {"practice": practice, "many": many, "small": small, "large": large, "subjects": SUBJECTS}
    with stage.owner() as owner:
        owner.execute("SET ROLE keepwell_custodian")
        owner.execute("SELECT custody.make_partitions()")
        owner.execute(ENTRIES, said)
        owner.execute(SUBJECT_ROWS, said)
        owner.execute("VACUUM (ANALYZE) custody.subject")
