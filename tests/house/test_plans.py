"""Rule 8: under row security, as the application's own role, every page's questions are answered through an index.

Row security turns an index down for any operator that could leak; the only way to know is to ask the planner as the
role that will ask. Sequential scans are forbidden to it here, so what it still scans it has no index for; and an index
on the practice alone reads the whole practice, which only the tables named in WHOLE may do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import looks_after
from tests.browse import ask
from tests.cast import Clinic

WHOLE = {
    "practices_practice",
    "access_careteam",
    "access_careteammember",
    "access_device",
    "access_membership",
    "access_signinrules",
    "compliance_savedquestion",
    "messaging_inboxrules",
    "django_migrations",
}
"""A practice has one row, one of each kind of rules, and a few dozen members, teams, devices and saved questions; an
installation has some hundred migrations."""

PARTS = {"records_document_tray"}
"""Indexes that hold just what is asked for: of the documents, those that wait to be sorted."""


def pages(patient: UUID, actor: Actor) -> list[tuple[str, dict[str, str] | None]]:
    return [
        ("/", None),
        ("/patients/?show=mine", None),
        ("/patients/?show=recent", None),
        ("/patients/?show=today", None),
        ("/patients/", {"words": "lovelace 1985"}),
        ("/patients/", {"words": "lovelcae"}),
        (f"/patients/{patient}/", None),
        (f"/patients/{patient}/about/", None),
        ("/activity/", None),
        (f"/activity/?patient={patient}", None),
        (f"/activity/?who={actor.id}", None),
        ("/activity/?verb=patient.merged", None),
        ("/activity/?kind=deny&last=7", None),
        ("/activity/?purpose=BTG", None),
        ("/activity/?outcome=not_ok", None),
        (f"/activity/?device={actor.id}", None),
        ("/activity/saved/", None),
        ("/your-sign-in/", None),
    ]


@pytest.fixture
def asked(
    willow: Clinic, imani: Actor, theo: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> dict[str, tuple[str, tuple[Any, ...]]]:
    "Every question the pages put, by its words."
    looks_after(willow, imani, ada)
    said: dict[str, tuple[str, tuple[Any, ...]]] = {}
    real = wire.rows

    def rows(alias: str, statement: str, *values: object) -> list[tuple[object, ...]]:
        said[statement] = (statement, values)
        return real(alias, statement, *values)

    monkeypatch.setattr(wire, "rows", rows)
    with CaptureQueriesContext(connection) as queries:
        for actor in (imani, theo):
            for path, data in pages(ada, imani):
                ask(actor, path, data)
    said |= {_shape(q["sql"]): (q["sql"].replace("%", "%%"), ()) for q in queries}
    return {words: one for words, one in said.items() if re.match(r"SELECT (?!custody\.)", words)}


def test_every_question_of_a_page_goes_through_an_index(asked: dict[str, Any], willow: Clinic):
    poor = {}
    by = Actor(new_id(), willow.practice.id, Role.SYSTEM, Purpose.HSYSADMIN)
    with present(by), connection.cursor() as cursor:
        indexed = _indexed()
        cursor.execute("SET LOCAL enable_seqscan = off")
        for words, (statement, values) in asked.items():
            if " FROM custody." in words and "custody.entry" not in words and "custody.subject" not in words:
                continue  # a function answers, as its owner
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values or None)
            plan = cursor.fetchone()[0]
            found = list(
                _poor(
                    (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"] | {"newest": "", "limit": False},
                    indexed,
                )
            )
            if found:
                poor[words] = found
    assert len(asked) > 15
    assert not poor, "\n".join(f"{found}\n    {words}" for words, found in poor.items())


def _poor(node: dict[str, Any], indexed: dict[str, set[str]]) -> Iterator[str]:
    """Scans that read a whole practice though they ask for less, and have no index that would answer.

    On a handful of rows the planner takes any index for any other; so where it took the practice's, one on what is
    compared besides must be there. Where it took two at once, one that answers is enough.
    """
    if node["Node Type"] == "BitmapAnd":
        sides = [list(_poor(_below(node, child), indexed)) for child in node["Plans"]]
        yield from min(sides, key=len)
        return
    table = node.get("Relation Name", "")
    if table and table not in WHOLE and node["Node Type"] != "Bitmap Heap Scan":
        compared = _columns(node.get("Index Cond", "")) | _columns(node.get("Filter", "")) | _columns(node["newest"])
        if not compared & indexed[table] and node.get("Index Name") not in PARTS:
            yield f"{node['Node Type']} of {table} by {node.get('Index Cond', '')}, {node.get('Filter', '')}"
    for child in node.get("Plans", ()):
        yield from _poor(_below(node, child), indexed)


def _below(node: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    "A child with what its scan is for: the newest of what is sorted, if only some of it is wanted."
    newest = f"{node['Sort Key'][0].split('.')[-1].split()[0]} = " if "Sort Key" in node and node["limit"] else ""
    below = {"newest": newest or node["newest"], "limit": node["limit"] or node["Node Type"] == "Limit"}
    return child | _inherited(node, child) | below


def _inherited(node: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    "A bitmap's index scan names no table, and leaves the filter to the heap scan above it."
    bitmap = child["Node Type"] in ("Bitmap Index Scan", "BitmapAnd", "BitmapOr")
    return {k: node[k] for k in ("Relation Name", "Filter") if bitmap and k in node}


def _columns(condition: str) -> set[str]:
    "What a condition compares, its alternatives left out: an index answers an OR only if it answers every side of it."
    whole = [part for part in _and(condition) if " OR " not in part]
    return {column for part in whole for column in re.findall(r"\(*(\w+)\)?(?:::\w+)? (?:=|[<>]=?) ", part)}


def _and(condition: str) -> Iterator[str]:
    depth, part = 0, ""
    for word in re.split(r"( AND |[()])", condition.removeprefix("(").removesuffix(")")):
        depth += (word == "(") - (word == ")")
        if word == " AND " and depth == 0:
            yield part
            part = ""
        else:
            part += word
    yield part


def _indexed() -> dict[str, set[str]]:
    """What each table's indexes lead with, the practice aside."""
    found = wire.rows(
        "default",
        "SELECT t.relname, array_agg(a.attname ORDER BY a.attnum) FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = i.indexrelid WHERE a.attnum <= 2 GROUP BY i.indexrelid, t.relname",
    )
    leading: dict[str, set[str]] = {}
    for table, columns in found:
        useful = [c for c in columns if c != "practice_id"]
        leading.setdefault(str(table), set()).update(useful[:1] if columns[0] == "practice_id" else columns[:1])
    return leading


def _shape(sql: str) -> str:
    return re.sub(r"'[^']*'(::\w+)?|\b\d+\b", "?", sql)
