"""Asking the activity log: each filter over a million entries, as an officer asks it, under row security.

A page of fifty with its own entry that it was read, beside the newest page without any filter, which is the least that
an answer costs.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from benchmarks import house, stage
from benchmarks.measure import Row, beside
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger import on_device, queries
from keepwell.ledger.asking import NOT_OK, Question
from keepwell.ledger.doorway import present
from keepwell.practices import presence

ZONE = "America/New_York"
TARGET = "p95 ≤ 50 ms"

# A year of a busy practice: fifty people, twenty devices, twenty thousand patients. Rare is rare: one refusal in
# five hundred, an emergency in twenty thousand, a record destroyed in two hundred thousand.
ENTRIES = """
  INSERT INTO custody.entry (id, practice_id, at, kind, verb, actor_id, role, purpose, session_id, request_id,
                             classes, excerpts, subjects, listed, outcome, detail, mac)
  SELECT gen_random_uuid(), %(practice)s, now() - n * interval '365 days' / %(many)s, k.kind, k.verb,
    md5('a' || (n / 100) %% 50)::uuid, 'practitioner',
    CASE WHEN n %% 20000 = 7 THEN 'BTG' WHEN n %% 10 = 3 THEN 'HCOMPL' WHEN n %% 3 = 0 THEN 'HOPERAT' ELSE 'TREAT' END,
    md5('s' || n / 100)::uuid, md5('r' || n / 3)::uuid,
    CASE WHEN n %% 50000 = 11 THEN '{part2}' WHEN n %% 4 = 0 THEN '{identity,clinical}' ELSE '{identity}' END::text[],
    '{records.ClinicalHead}',
    CASE WHEN k.kind IN ('sign_in', 'system') THEN '{}' ELSE ARRAY[md5('p' || (n::bigint * 7919) %% 20000)::uuid] END,
    n %% 5 = 0, CASE WHEN n %% 500 = 9 THEN 'POLICY_DENY' ELSE 'ok' END,
    CASE k.kind WHEN 'sign_in' THEN format('{"by":["password"],"device":"%%s"}', md5('d' || n / 100 %% 20)::uuid)
         ELSE '{}' END,
    '\\x00'
  FROM generate_series(1, %(many)s) n, LATERAL (SELECT
    CASE WHEN n %% 200000 = 13 THEN 'disposal' WHEN n %% 500 = 9 THEN 'deny' WHEN n %% 100 = 1 THEN 'sign_in'
         WHEN n %% 100 < 20 THEN 'action' WHEN n %% 100 < 30 THEN 'sealed' WHEN n %% 100 < 35 THEN 'system'
         WHEN n %% 100 < 40 THEN 'find' ELSE 'open' END AS kind,
    CASE WHEN n %% 200000 = 13 THEN 'record.disposed' WHEN n %% 500 = 9 THEN 'page.opened'
         WHEN n %% 100 = 1 THEN 'sign_in.succeeded' WHEN n %% 10000 = 15 THEN 'patient.merged'
         WHEN n %% 100 < 20 THEN 'task.done' WHEN n %% 100 < 30 THEN 'task.added' WHEN n %% 100 < 35 THEN 'ledger.read'
         WHEN n %% 100 < 40 THEN 'patient.searched' ELSE 'chart.opened' END AS verb) k"""
SUBJECT_ROWS = """
  INSERT INTO custody.subject (entry_id, at, practice_id, subject_id, actor_id, session_id, kind, listed, seen)
  SELECT id, at, practice_id, subjects[1], actor_id, session_id, kind, listed, custody.bits(classes) FROM custody.entry
  WHERE practice_id = %(practice)s AND mac = '\\x00' AND subjects <> '{}'"""


def run(tiny: bool) -> dict[str, Row]:
    """Every filter of the page, common and rare."""
    many, rounds = (2000, 1) if tiny else (1_000_000, 40)
    clinic = house.build(1)
    by = clinic.actor(Role.PRIVACY_OFFICER, Purpose.HCOMPL)
    _load(by.practice, many)
    return {what: _asked(question, by, rounds) for what, question in _questions(by).items()} | {
        "on one device, sessions looked up too": _on_device(by, rounds)
    }


def _questions(by: Actor) -> dict[str, Question]:
    with present(house.again(by)):
        one = queries.ask(
            Question(kind="open", until=clock.now() - dt.timedelta(days=30)), by=presence.who_is_present()
        ).rows[0]
    month = {"since": clock.now() - dt.timedelta(days=60), "until": clock.now() - dt.timedelta(days=30)}
    return {
        "one person": Question(actor=one.actor),
        "one patient": Question(subjects=(one.subjects[0],)),
        "one patient, opened by one person": Question(subjects=(one.subjects[0],), actor=one.actor, kind="open"),
        "one session": Question(sessions=(one.session,) if one.session else ()),
        "one request": Question(request=one.request),
        "kind, common: opened": Question(kind="open"),
        "kind, one in 500: refused": Question(kind="deny"),
        "kind, one in 200,000: destroyed": Question(kind="disposal"),
        "verb, one in 10,000": Question(verb="patient.merged"),
        "verb that never happened": Question(verb="restriction.ended"),
        "purpose, one in 20,000: emergency": Question(purpose=Purpose.BTG),
        "class, one in 50,000: Part 2": Question(phi="part2"),
        "class that nobody opened: psychotherapy": Question(phi="psychotherapy"),
        "did not end as intended": Question(outcome=NOT_OK),
        "one month a month ago": Question(**month),
        "outside working hours": Question(off_hours=ZONE),
        "one person, refused, in a month": Question(actor=one.actor, kind="deny", **month),
    }


def _asked(question: Question, by: Actor, rounds: int) -> Row:
    with present(house.again(by)):
        here = presence.who_is_present()
        return beside(
            lambda: queries.ask(question, here),
            lambda: queries.ask(Question(), here),
            against="the newest page of everything",
            rounds=rounds,
            target=TARGET,
        )


def _on_device(by: Actor, rounds: int) -> Row:
    device = _device()
    with present(house.again(by)):
        here = presence.who_is_present()
        return beside(
            lambda: queries.ask(Question(sessions=tuple(on_device.sessions_on(device))), here),
            lambda: queries.ask(Question(), here),
            against="the newest page of everything",
            rounds=rounds,
            target=TARGET,
        )


def _device() -> UUID:
    with stage.owner() as owner:
        row = owner.execute("SELECT md5('d3')::uuid").fetchone()
    assert row is not None
    found: UUID = row[0]
    return found


def _load(practice: UUID, many: int) -> None:
    """Straight into custody, as `breach` does."""
    said = {"practice": practice, "many": many}
    with stage.owner() as owner:
        owner.execute("SET ROLE keepwell_custodian")
        owner.execute("SELECT custody.make_partitions()")
        owner.execute(ENTRIES, said)
        owner.execute(SUBJECT_ROWS, said)
        owner.execute("VACUUM (ANALYZE) custody.entry")
        owner.execute("VACUUM (ANALYZE) custody.subject")
