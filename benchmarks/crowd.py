"""Many made-up patients, loaded in bulk as the owner: sealed, indexed by the blind index, and once more in the clear.

Through actions a million would take hours; the rows, keys and tokens are the ones that actions would have written.
"""

from __future__ import annotations

import datetime as dt
import itertools
import multiprocessing
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from benchmarks import stage
from keepwell.base.actor import Actor
from keepwell.ledger import practice_keys
from keepwell.operations.saying import say
from keepwell.vault import crypto, values
from keepwell.vault.blind import BlindIndex, Findable
from keepwell.vault.crypto import ClassKey, Place
from keepwell.vault.phi import PhiClass

CHUNK = 2_000
ONSETS = (
    "b",
    "br",
    "c",
    "ch",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "sh",
    "st",
    "t",
    "th",
    "w",
)
VOWELS = ("a", "e", "i", "o", "u", "ai", "ea")
ENDS = ("", "n", "r", "l", "s", "th", "ck", "m", "nd", "rt")
PATIENT = "patients_patient"
PLAIN = "plain_patient"
PLAIN_INDEXES = {
    "plain_exact": "(practice_id, family_name, given_name, birth_date)",
    "plain_born": "(practice_id, birth_date)",
    "plain_record": "(practice_id, record_number)",
    "plain_family": "(practice_id, family_name text_pattern_ops)",
    "plain_given": "(practice_id, given_name text_pattern_ops)",
    "plain_trigrams": "USING gin (family_name gin_trgm_ops)",
    "plain_given_trigrams": "USING gin (given_name gin_trgm_ops)",
}
LOADED = {
    "custody.patient_index": "practice_id, subject_id, exact, near, last_seen",
    "custody.key": "practice_id, subject_id, phi_class, version, epoch, wrapped, committed",
    PATIENT: "id, practice_id, given_name, family_name, birth_date, record_number, version, registered_at",
    PLAIN: "id, practice_id, given_name, family_name, birth_date, record_number, last_seen",
}


@dataclass(frozen=True, slots=True)
class Made:
    """One made-up person."""

    id: UUID
    given: str
    family: str
    born: dt.date
    record: str
    seen: dt.datetime


def people(start: int, stop: int, world: int) -> Iterator[Made]:
    """The same people of one world whenever asked. Few names are common and most are rare, as in a telephone book."""
    givens, families = _names(3_000, 2, 8), _names(60_000, 3, 20)
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for n in range(start, stop):
        chance = random.Random(world * 10_000_000 + n)  # noqa: S311 - made up on purpose, and the same each time
        yield Made(
            UUID(int=(1_700_000_000_000 + n) << 80 | 7 << 76 | 2 << 62 | chance.getrandbits(62)),
            givens.draw(chance),
            families.draw(chance),
            dt.date(1930, 1, 1) + dt.timedelta(days=chance.randrange(34_000)),
            f"R{n:08}",
            now - dt.timedelta(minutes=chance.randrange(500_000)),
        )


class _Names:
    """Names drawn by rank: the chance of the n-th is in proportion to 1 / (n + flat)."""

    def __init__(self, names: list[str], flat: int) -> None:
        self.names = names
        self.sums = list(itertools.accumulate(1 / (rank + flat) for rank in range(1, len(names) + 1)))

    def draw(self, chance: random.Random) -> str:
        return chance.choices(self.names, cum_weights=self.sums)[0]


_made: dict[int, _Names] = {}


def _names(count: int, syllables: int, flat: int) -> _Names:
    if count not in _made:
        chance, found = random.Random(count), dict[str, None]()  # noqa: S311 - as above
        while len(found) < count:
            parts = range(chance.randint(1 if syllables == 2 else 2, syllables))
            name = "".join(chance.choice(ONSETS) + chance.choice(VOWELS) for _ in parts) + chance.choice(ENDS)
            found[name.title()] = None
        _made[count] = _Names(list(found), flat)
    return _made[count]


def load(by: Actor, count: int) -> None:
    """Fills the practice of `by` with people(0, count, count), and a plain table with the same people in the clear."""
    keys = practice_keys.of(by)
    jobs = [(start, min(start + CHUNK, count), count) for start in range(0, count, CHUNK)]
    with stage.owner() as owner:
        _prepare(owner)
        with multiprocessing.get_context("fork").Pool(os.cpu_count(), _begin, (by, keys)) as pool:
            for done, parts in enumerate(pool.imap(_rows, jobs), 1):
                for table, columns in LOADED.items():
                    _copy(owner, table, columns, parts[table])
                if done % 25 == 0:
                    say(f"  {done * CHUNK:,} of {count:,} people")
        _finish(owner)


_context: list[Any] = []


def _begin(by: Actor, keys: practice_keys.PracticeKeys) -> None:
    _context[:] = [by, keys, BlindIndex(keys.index)]


def _rows(job: tuple[int, int, int]) -> dict[str, str]:
    "What one worker makes of its part: for each table, lines to COPY."
    by, keys, index = _context
    out: dict[str, list[str]] = {table: [] for table in LOADED}
    for person in people(*job):
        for table, columns in _row(by.practice, person, keys, index).items():
            out[table].append("\t".join(map(str, columns)))
    return {table: "\n".join(lines) + "\n" for table, lines in out.items()}


def _row(
    practice: UUID, who: Made, keys: practice_keys.PracticeKeys, index: BlindIndex
) -> dict[str, tuple[object, ...]]:
    found = index.tokens(Findable(given=who.given, family=who.family, birth_date=who.born, record_number=who.record))
    exact, near = ("{" + ",".join(map(str, part)) + "}" for part in (found.exact, found.near))
    raw, context = os.urandom(32), crypto.key_context(practice, who.id, PhiClass.IDENTITY, 1)
    wrapped = crypto.wrap(keys.wrapping[keys.epoch], raw, context)
    key = ClassKey.of(raw, 1)
    columns = {"given_name": who.given, "family_name": who.family, "birth_date": who.born, "record_number": who.record}
    sealed = [_hex(crypto.seal(key, _place(practice, who.id, column), 1, values.encode(type(value), value)))
              for column, value in columns.items()]  # fmt: skip
    return {
        "custody.patient_index": (practice, who.id, exact, near, who.seen),
        "custody.key": (
            practice,
            who.id,
            "identity",
            1,
            keys.epoch,
            _hex(wrapped),
            _hex(crypto.commitment(context, raw)),
        ),
        PATIENT: (who.id, practice, *sealed, 1, who.seen),
        PLAIN: (who.id, practice, who.given.lower(), who.family.lower(), who.born, who.record, who.seen),
    }


def _place(practice: UUID, patient: UUID, column: str) -> Place:
    return Place(practice, PATIENT, column, patient, patient, PhiClass.IDENTITY)


def _hex(blob: bytes) -> str:
    return "\\\\x" + blob.hex()


def _prepare(owner: psycopg.Connection[Any]) -> None:
    owner.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    owner.execute(f"CREATE TABLE {PLAIN} (id uuid PRIMARY KEY, practice_id uuid, given_name text, family_name text,"
                  " birth_date date, record_number text, last_seen timestamptz)")  # fmt: skip
    owner.execute(f"GRANT SELECT ON {PLAIN} TO keepwell_app")
    owner.execute(f"ALTER TABLE {PATIENT} DISABLE TRIGGER USER")
    owner.execute("SET ROLE keepwell_custodian")
    owner.execute("DROP INDEX custody.patient_index_exact, custody.patient_index_near")
    owner.execute("RESET ROLE")


def _copy(owner: psycopg.Connection[Any], table: str, columns: str, lines: str) -> None:
    if table.startswith("custody."):
        owner.execute("SET ROLE keepwell_custodian")
    with owner.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        copy.write(lines)
    owner.execute("RESET ROLE")


def _finish(owner: psycopg.Connection[Any]) -> None:
    say("  indexes …")
    owner.execute("SET maintenance_work_mem = '1GB'")
    owner.execute("SET ROLE keepwell_custodian")
    for column in ("exact", "near"):
        owner.execute(
            f"CREATE INDEX patient_index_{column} ON custody.patient_index USING gin ({column}) WITH (fastupdate = off)"
        )
    owner.execute("RESET ROLE")
    owner.execute(f"ALTER TABLE {PATIENT} ENABLE TRIGGER USER")
    for name, columns in PLAIN_INDEXES.items():
        owner.execute(f"CREATE INDEX {name} ON {PLAIN} {columns}")
    for table in (PLAIN, PATIENT):
        owner.execute(f"VACUUM ANALYZE {table}")
    owner.execute("SET ROLE keepwell_custodian")
    for table in ("custody.patient_index", "custody.key"):
        owner.execute(f"VACUUM ANALYZE {table}")
    owner.execute("RESET ROLE")
