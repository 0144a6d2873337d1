"""Where things stand: floors between domains for foreign keys, drawers inside a domain, and what custody lets go."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import models

from tests.house import walk

DRAWERS = ("models", "excerpts", "actions", "forms", "views", "urls")
DOMAINS = sorted(p for p in (walk.TOP / "src/keepwell").iterdir() if (p / "__init__.py").exists())


def floors() -> list[list[str]]:
    "The floors of .importlinter, from the top; several domains may share one."
    contracts = configparser.ConfigParser()
    contracts.read(walk.TOP / ".importlinter")
    lines = contracts["importlinter:contract:floors"]["layers"].split("\n")
    return [re.findall(r"\w+", line) for line in lines if line.strip()]


def keys(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    return [f for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey)]


def test_the_floors_are_those_of_the_plan():
    "Changed only with a decision (docs/decisions); the command line above the entrances is decision 12."
    plan = """cli > portal fhir hooks jobs > operations > compliance > privacy journeys > monitoring forms
        > visits messaging careplans > scheduling records > outbound > tasks > patients > charts > access > ledger
        > vault practices > base"""
    assert floors() == [floor.split() for floor in plan.split(">")]


@pytest.mark.parametrize("model", walk.our_models(), ids=lambda m: m._meta.label)
def test_foreign_keys_point_down_and_leave_nothing_behind_on_the_other_side(model: type[models.Model]):
    height = {name: -at for at, floor in enumerate(floors()) for name in floor}
    wrong = []
    for key in keys(model):
        other = key.related_model._meta.app_label
        if key.remote_field.related_name != "+":
            wrong.append(f"{key.name}: related_name is not '+'")
        if other != model._meta.app_label and height[other] >= height[model._meta.app_label]:
            wrong.append(f"{key.name}: {other} is not below")
    assert wrong == []


@pytest.mark.parametrize("model", walk.practice_tables(), ids=lambda m: m._meta.label)
def test_a_row_is_known_by_an_id(model: type[models.Model]):
    assert (model._meta.pk.name, type(model._meta.pk)) == ("id", models.UUIDField)


@pytest.mark.parametrize("model", walk.tenanted(), ids=lambda m: m._meta.label)
def test_each_key_between_practice_tables_names_the_practice(model: type[models.Model], owner_sql: psycopg.Connection):
    "A key that Protect() never saw has no constraint at all, so look for each one and not for wrong ones."
    found = owner_sql.execute(
        "SELECT contype::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass",
        [model._meta.db_table],
    ).fetchall()
    wanted = {("u", "UNIQUE (practice_id, id)")} | {
        ("f", f"FOREIGN KEY (practice_id, {key.column}) REFERENCES {key.related_model._meta.db_table}(practice_id, id)")
        for key in keys(model)
        if key.related_model in walk.tenanted()
    }
    held = {(kind, rule.removesuffix(" DEFERRABLE")) for kind, rule in found}
    assert wanted - held == set()
    assert [
        k.name for k in keys(model) if k.related_model in walk.tenanted() and getattr(k, "db_constraint", True)
    ] == []


def drawer(module: str) -> int | None:
    "How high a module stands in its domain: views_merge is a view, forms_reach a form; others stand nowhere."
    name = module.split("_")[0]
    return DRAWERS.index(name) if name in DRAWERS else None


def imported_siblings(path: Path) -> Iterator[str]:
    own = f"keepwell.{path.parent.name}"
    for node in ast.walk(walk.tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module == own:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{own}."):
            yield str(node.module).removeprefix(f"{own}.").split(".")[0]


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda p: p.name)
def test_inside_a_domain_imports_go_down_too(domain: Path):
    "urls > views > forms > actions > excerpts > models."
    wrong = []
    for path in domain.glob("*.py"):
        here = drawer(path.stem)
        for other in imported_siblings(path):
            there = drawer(other)
            if here is not None and there is not None and there > here:
                wrong.append(f"{path.stem} imports {other}")
    assert wrong == []


READ = {"entry", "subject", "leaf"}
NAMES_NO_PRACTICE = {"generation", "node", "ledger_key", "checkpoint", "anchored", "sequencer"}


def test_the_application_reads_its_own_ledger_and_nothing_else_of_custody(owner_sql: psycopg.Connection):
    "What names a practice only through row security; the rest is the tree and its signatures, which name nobody."
    held = owner_sql.execute(
        "SELECT c.relname, p.privilege, c.relrowsecurity FROM pg_class c"
        " CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'])"
        " AS p(privilege) WHERE c.relnamespace = 'custody'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
        " AND has_table_privilege('keepwell_app', c.oid, p.privilege)"
    ).fetchall()
    assert {(name, privilege) for name, privilege, _ in held} == {(n, "SELECT") for n in READ | NAMES_NO_PRACTICE}
    assert {name for name, _, secured in held if secured} == READ
    named = owner_sql.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'practice_id'"
        " WHERE c.relnamespace = 'custody'::regnamespace AND c.relkind IN ('r', 'p')"
    ).fetchall()
    assert not {name for (name,) in named} & NAMES_NO_PRACTICE


def test_custody_belongs_to_a_role_nobody_logs_in_as(owner_sql: psycopg.Connection):
    owners = owner_sql.execute(
        "SELECT DISTINCT r.rolname, r.rolcanlogin, r.rolbypassrls FROM pg_roles r WHERE r.oid IN ("
        " SELECT nspowner FROM pg_namespace WHERE nspname = 'custody'"
        " UNION SELECT relowner FROM pg_class WHERE relnamespace = 'custody'::regnamespace"
        " UNION SELECT proowner FROM pg_proc WHERE pronamespace = 'custody'::regnamespace)"
    ).fetchall()
    assert owners == [("keepwell_custodian", False, False)]


@pytest.mark.parametrize("command", sorted((walk.TOP / "bin").iterdir()), ids=walk.named)
def test_a_command_for_developers_stays_short(command: Path):
    assert command.read_text(encoding="utf-8").count("\n") < 40


def test_every_control_names_a_check_that_exists():
    "House rule 6. There is no catalogue of controls yet; when docs/controls.md comes, this must read it."
    if not (walk.TOP / "docs/controls.md").exists():
        pytest.skip("0 items: no catalogue of controls yet")
    raise AssertionError("docs/controls.md is there: compare it with the checks that exist")
