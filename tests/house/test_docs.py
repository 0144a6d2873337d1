"""The pages people read are true: what they name exists, what they promise to list is listed whole."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from keepwell.cli.main import names
from tests.house import pages, walk

EACH = pytest.mark.parametrize("page", pages.documents(), ids=walk.named)
DECISIONS = sorted((walk.TOP / "docs/decisions").glob("*.md"))
REGISTRIES = ("pypi org", "pythonhosted org", "npmjs org", "npmjs com", "yarnpkg com", "jsdelivr net", "unpkg com",
              "crates io", "golang org", "rubygems org", "ghcr io", "quay io", "docker io", "gcr io")  # fmt: skip
OURS_ALONE = "/" + "work" + "/"


def read(page: Path | str) -> str:
    return (walk.TOP / page).read_text(encoding="utf-8")


@EACH
def test_every_file_named_is_there(page: Path):
    assert [t for t in pages.ticked(read(page)) if pages.missing_path(t)] == []


@EACH
def test_every_module_table_verb_and_function_named_is_there(page: Path):
    assert [t for t in pages.ticked(read(page)) if pages.missing_name(t)] == []


@EACH
def test_every_test_named_is_there(page: Path):
    assert [t for t in pages.ticked(read(page)) if pages.missing_test(t)] == []


@EACH
def test_every_command_shown_exists(page: Path):
    shown = re.findall(r"(?:^|[\s`/])keepwell ([a-z][a-z-]+)", pages.commands(read(page)), re.MULTILINE)
    assert set(shown) - set(names()) == set()


@EACH
def test_every_setting_named_is_read_by_something(page: Path):
    assert set(re.findall(r"KEEPWELL_[A-Z_]+[A-Z]", read(page))) - pages.settings_in_code() == set()


@EACH
def test_every_link_leads_somewhere(page: Path):
    broken = []
    for words, target in pages.links(read(page)):
        parts = urlsplit(target)
        if parts.scheme in ("http", "https", "mailto"):
            continue
        there = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        proves = words.strip("`") if words.startswith("`test_") else ""
        if not there.exists() or (parts.fragment and parts.fragment not in pages.headings(read(there))):
            broken.append(target)
        elif proves and f"def {proves}(" not in read(there):
            broken.append(f"{words} is not in {target}")
    assert broken == []


def test_the_architecture_quotes_code_that_is_there():
    blocks = pages.FENCE.findall(read("docs/architecture.md"))
    quoted = [line.strip() for language, body in blocks if language for line in body.splitlines()]
    assert quoted
    assert [line for line in quoted if line and line not in pages.source_lines()] == []


def test_every_word_of_the_glossary_says_what_it_is_not():
    entries = re.split(r"^### ", read("docs/glossary.md"), flags=re.MULTILINE)[1:]
    assert len(entries) > 40
    assert [e.splitlines()[0] for e in entries if not re.search(r"^not: \S", e, re.MULTILINE)] == []


def test_the_glossary_begins_with_the_seven_words():
    first = re.findall(r"^### (.+)$", read("docs/glossary.md"), re.MULTILINE)[:7]
    assert first == ["Actor", "Action", "Excerpt", "Chart", "Sealed", "Message", "Control"]


@pytest.mark.parametrize("page", DECISIONS, ids=walk.named)
def test_a_decision_has_a_context_a_decision_and_consequences(page: Path):
    lines = read(page).splitlines()
    assert [line for line in lines if line.startswith("## ")] == ["## Context", "## Decision", "## Consequences"]
    assert lines[0].startswith(f"# {int(page.name[:4])}. ")


def test_decisions_are_numbered_without_a_gap():
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_readme_shows_the_two_commands():
    blocks = pages.FENCE.findall(read("README.md"))
    shown = [line.split("#")[0].strip() for _, body in blocks for line in body.splitlines()]
    for command in ("bin/demo", "bin/test"):
        assert command in shown
        assert os.access(walk.TOP / command, os.X_OK)


def test_no_file_names_a_registry_or_a_place_outside_the_repository():
    hosts = {name.replace(" ", ".") for name in REGISTRIES}
    for variable in ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "npm_config_registry"):
        hosts |= {urlsplit(os.environ.get(variable, "")).hostname or ""} - {""}
    forbidden = [text.encode() for text in (*hosts, OURS_ALONE)]
    files = pages.everything()
    assert len(files) > 200
    assert [walk.named(f) for f in files for b in [f.read_bytes()] if any(text in b for text in forbidden)] == []


# ── What lies in the clear ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", walk.practice_tables(), ids=lambda m: m._meta.label)
def test_security_lists_every_column_in_the_clear_and_why(model):
    "A new `plain` column belongs into the table of docs/security.md, with the reason why it need not be sealed."
    listed = pages.first_cells(read("docs/security.md"))
    assert model._meta.label in listed, "a row for this table is missing"
    columns = {c.strip() for c in listed[model._meta.label].split(",")} - {"nothing"}
    assert columns == set(model.plain)


def test_security_names_every_table_that_no_practice_owns(owner_sql: psycopg.Connection):
    tables = owner_sql.execute(
        "SELECT CASE nspname WHEN 'custody' THEN 'custody.' ELSE '' END || relname FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname IN ('public', 'custody') AND relkind IN ('r', 'p') AND NOT relispartition"
    ).fetchall()
    practices = {m._meta.db_table for m in walk.practice_tables()}
    named = set(pages.ticked(read("docs/security.md")))
    assert {table for (table,) in tables} - practices - named == set()
