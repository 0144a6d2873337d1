"""Finding one patient among 100,000 and a million: the blind index, beside B-trees and trigrams over plain names."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import psycopg

from benchmarks import crowd, house, stage
from benchmarks.crowd import PLAIN, Made
from benchmarks.measure import Row, row
from keepwell.access import actions as access
from keepwell.base import asked
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.cli.demo import staff
from keepwell.ledger import practice_keys
from keepwell.ledger.doorway import present
from keepwell.patients import facts, finder
from keepwell.vault.blind import BlindIndex, Stage

NEWEST = f"ORDER BY last_seen DESC LIMIT {finder.CANDIDATES}"
WHERE = f"SELECT id, given_name, family_name, birth_date, record_number FROM {PLAIN} WHERE practice_id = %s AND"
Query = tuple[str, list[Any]]
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to look for somebody: what is typed, and the same question to names in the clear."""

    name: str
    against: str
    targets: tuple[str, str]
    typed: Callable[[Made, random.Random], str]
    plain: Callable[[Made, str], Query]


def run(tiny: bool) -> dict[str, Row]:
    """Exact, by the beginning, mistyped: the index alone, and the whole search, recorded, opened and verified."""
    found: dict[str, Row] = {}
    for count in (300,) if tiny else (100_000, 1_000_000):
        found |= _among(count, 5 if tiny else 150)
    return found


def _among(count: int, rounds: int) -> dict[str, Row]:
    by, chance = _somebody(count), random.Random(count)  # noqa: S311 - whom to look for
    crowd.load(by, count)
    found: dict[str, Row] = {}
    with stage.owner() as owner, stage.application() as plain:
        found[f"{count:,} patients: bytes of the index"] = _bytes(owner, by, count)
        for way in WAYS:
            sought = [(who, way.typed(who, chance)) for who in _some(count, rounds, chance)]
            found[f"{count:,}: {way.name}, the index alone"] = _alone(owner, by, way, sought)
            found[f"{count:,}: {way.name}, the whole search"] = _whole(plain, by, way, sought)
        owner.execute(f"DROP TABLE {PLAIN}")
    return found


def _somebody(count: int) -> Actor:
    "The front desk of a practice of its own."
    practice = access.open_practice("Crowd", f"crowd-{count}", time_zone="America/New_York", state="MA")
    staff.hire(replace(staff.WILLOW, slug=f"crowd-{count}"), practice)
    staff.ready(staff.WILLOW, practice)
    with present(access.system_actor(practice.id)) as by:
        member = access.join(access.add_person(f"desk-{count}@example.org", "Desk", by=by), Role.FRONT_DESK, by=by)
    return Actor(member.id, practice.id, Role.FRONT_DESK, Purpose.HOPERAT)


def _some(count: int, rounds: int, chance: random.Random) -> list[Made]:
    return [who for n in chance.sample(range(count), rounds) for who in crowd.people(n, n + 1, count)]


# ── What is typed, and the same question to names in the clear ───────────────────────────────────────────────────────


def _exact(who: Made, chance: random.Random) -> str:
    return f"{who.family} {who.given} {who.born:%m/%d/%Y}"


def _plain_exact(who: Made, typed: str) -> Query:
    clause = f"{WHERE} family_name = %s AND given_name = %s AND birth_date = %s {NEWEST}"
    return clause, [who.family.lower(), who.given.lower(), who.born]


def _beginning(who: Made, chance: random.Random) -> str:
    return who.family[:4]


def _plain_beginning(who: Made, typed: str) -> Query:
    like = typed.lower() + "%"
    return f"{WHERE} (family_name LIKE %s OR given_name LIKE %s) {NEWEST}", [like, like]


def _mistyped(who: Made, chance: random.Random) -> str:
    return f"{_wrong(who, chance)} {who.given}"


def _wrong(who: Made, chance: random.Random) -> str:
    "The family name with one letter changed, left out, doubled or swapped with its neighbour."
    name, at = who.family, chance.randrange(1, len(who.family))
    return chance.choice((
        name[:at] + "x" + name[at + 1 :],
        name[:at] + name[at + 1 :],
        name[:at] + name[at - 1] + name[at:],
        name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
    ))  # fmt: skip


def _plain_mistyped(who: Made, typed: str) -> Query:
    family, given = typed.lower().split()
    clause = f"{WHERE} family_name %% %s AND given_name = %s ORDER BY similarity(family_name, %s) DESC, last_seen DESC"
    return f"{clause} LIMIT {finder.CANDIDATES}", [family, given, family]


def _plain_wrong(who: Made, typed: str) -> Query:
    clause = f"{WHERE} family_name %% %s ORDER BY similarity(family_name, %s) DESC, last_seen DESC"
    return f"{clause} LIMIT {finder.CANDIDATES}", [typed.lower(), typed.lower()]


def _part_and_date(who: Made, chance: random.Random) -> str:
    return f"{_wrong(who, chance)[:5]} {who.born:%m/%d/%Y}"


def _plain_part_and_date(who: Made, typed: str) -> Query:
    "Nothing in the clear finds a mistyped beginning; the birth date alone does, in an index of its own."
    return f"{WHERE} birth_date = %s {NEWEST}", [who.born]


WAYS = (
    Way("name and birth date", "B-tree on both", ("≤ 1.1x", "≤ 1.9x"), _exact, _plain_exact),
    Way("first four letters, newest", "two B-trees and a sort", ("≤ 1.1x", ""), _beginning, _plain_beginning),
    Way("family name, a letter wrong", "pg_trgm %, most similar first", ("≤ 0.1x", ""), _wrong, _plain_wrong),
    Way("the same with the given name", "pg_trgm % and a B-tree", ("", ""), _mistyped, _plain_mistyped),
    Way("part, a letter wrong, birth date", "B-tree on the date", ("", ""), _part_and_date, _plain_part_and_date),
)


# ── Measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _alone(owner: Connection, by: Actor, way: Way, sought: Sequence[tuple[Made, str]]) -> Row:
    "The question that custody.find asks its table, as the table's owner: nothing recorded, nothing opened."
    index = BlindIndex(practice_keys.of(by).index)
    ours, theirs = [], []
    for who, typed in sought:
        stages = index.plan(asked.read(typed, facts.today())).stages
        owner.execute("SET ROLE keepwell_custodian")
        began = time.perf_counter()
        _proposed(owner, by, stages)
        ours.append((time.perf_counter() - began) * 1000)
        owner.execute("RESET ROLE")
        statement, bound = way.plain(who, typed)
        began = time.perf_counter()
        _ids(owner, statement, [by.practice, *bound])
        theirs.append((time.perf_counter() - began) * 1000)
    return row(ours, theirs, "ms", f"{way.against}, in the clear", way.targets[0])


def _proposed(owner: Connection, by: Actor, stages: Sequence[Stage]) -> set[UUID]:
    found: set[UUID] = set()
    for question in stages:
        if question.level and found:
            break
        groups = "".join(" AND (near && %s::bigint[] OR exact && %s::bigint[])" for _ in question.some)
        clause = f"practice_id = %s{' AND exact @> %s::bigint[]' if question.every else ''}{groups}"
        bound: list[Any] = [list(question.every)] if question.every else []
        bound += [list(group) for group in question.some for _ in range(2)]
        statement = f"SELECT subject_id FROM custody.patient_index WHERE {clause} {NEWEST}"
        found.update(_ids(owner, statement, [by.practice, *bound]))
    return found


def _ids(connection: Connection, statement: str, bound: list[Any]) -> list[UUID]:
    return [found[0] for found in connection.execute(statement, bound).fetchall()]


def _whole(plain: Connection, by: Actor, way: Way, sought: Sequence[tuple[Made, str]]) -> Row:
    ours, theirs, shown, shown_plain = [], [], 0, 0
    for who, typed in sought:
        began = time.perf_counter()
        with present(house.again(by)) as reader:
            hits = [hit.patient for hit in finder.search(typed, by=reader).hits]
        ours.append((time.perf_counter() - began) * 1000)
        statement, bound = way.plain(who, typed)
        began = time.perf_counter()
        known = _ids(plain, statement, [by.practice, *bound])[: finder.MOST_SHOWN]
        theirs.append((time.perf_counter() - began) * 1000)
        shown += who.id in hits
        shown_plain += who.id in known
    found = row(ours, theirs, "ms", f"{way.against}, in the clear", way.targets[1])
    # Of hundreds of one name or beginning only the newest are shown, here and there: no measure of either.
    if way.typed in (_beginning, _wrong):
        return found
    return found | {"shown": round(shown / len(sought), 3), "shown in the clear": round(shown_plain / len(sought), 3)}


def _bytes(owner: Connection, by: Actor, count: int) -> Row:
    sizes = "SELECT sum(pg_relation_size(i))::float8 / %s FROM unnest(%s::regclass[]) i"
    names = ["custody.patient_index_exact", "custody.patient_index_near"]
    owner.execute("SET ROLE keepwell_custodian")
    (ours,) = owner.execute(sizes, [count, names]).fetchone() or (0.0,)
    (tokens,) = owner.execute(
        "SELECT avg(cardinality(exact) + cardinality(near))::float8 FROM custody.patient_index WHERE practice_id = %s",
        [by.practice],
    ).fetchone() or (0.0,)
    owner.execute("RESET ROLE")
    (theirs,) = owner.execute(sizes, [count, list(crowd.PLAIN_INDEXES)]).fetchone() or (0.0,)
    found = row([ours], [theirs], "bytes", "every index that answers the same questions in the clear")
    return found | {"tokens each": round(tokens, 1)}
