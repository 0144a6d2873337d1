"""House rules 7 and 10: what our code never does, and how large its pieces get."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house import walk

FILES = pytest.mark.parametrize("path", walk.python_files(), ids=walk.named)
FORBIDDEN_NAMES = {"get_model": ("src/keepwell/practices/tenancy.py",), "print": ()}
FORBIDDEN_IMPORTS = ("django.dispatch", "django.db.models.signals", "django.contrib.admin", "django.core.signals")
TEMPLATE_HARD, FILE_HARD, FUNCTION_HARD = 150, 400, 40


def imported(node: ast.AST) -> list[str]:
    "The modules an import statement names."
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


@FILES
def test_nothing_forbidden_is_called_or_imported(path: Path):
    found = []
    for node in ast.walk(walk.tree(path)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in FORBIDDEN_NAMES and walk.named(path) not in FORBIDDEN_NAMES[name]:
                found.append(f"{node.lineno}: {name}()")
        found += [f"import {m}" for m in imported(node) if m.startswith(FORBIDDEN_IMPORTS)]
        if isinstance(node, ast.ClassDef):
            found += [f"{node.lineno}: ModelForm" for b in node.bases if "ModelForm" in ast.dump(b)]
    assert found == []


@FILES
def test_nothing_is_caught_inside_a_transaction(path: Path):
    "A database error caught inside atomic() leaves the transaction broken and the ledger unsure."
    found = []
    for node in ast.walk(walk.tree(path)):
        if isinstance(node, ast.With) and any("atomic" in ast.dump(item) for item in node.items):
            found += [inner.lineno for inner in ast.walk(node) if isinstance(inner, ast.Try) and inner.handlers]
    assert found == []


@FILES
def test_nothing_is_caught_without_a_name(path: Path):
    assert [n.lineno for n in ast.walk(walk.tree(path)) if isinstance(n, ast.ExceptHandler) and n.type is None] == []


@FILES
def test_files_and_functions_stay_small(path: Path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= FILE_HARD
    long = [
        n.name
        for n in ast.walk(walk.tree(path))
        if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and (n.end_lineno or 0) - n.lineno >= FUNCTION_HARD
    ]
    assert long == []


@pytest.mark.parametrize("path", walk.templates(), ids=walk.named)
def test_templates_stay_small_and_escaped(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= TEMPLATE_HARD
    assert "|safe" not in text.replace(" ", "")
    assert "hx-on" not in text
    assert "style=" not in text.replace("data-style=", "")
    assert "<script>" not in text


def test_network_libraries_stay_where_they_are_known():
    allowed = (
        "src/keepwell/outbound/connectors/",
        "src/keepwell/vault/roots/",
        "src/keepwell/ledger/anchors/",
        "src/keepwell/access/oidc.py",
        "src/keepwell/records/screening.py",
        "src/keepwell/cli/",
        "src/keepwell/operations/",
    )
    network = {
        "socket",
        "smtplib",
        "http.client",
        "urllib.request",
        "requests",
        "httpx",
        "aiohttp",
        "boto3",
        "hvac",
        "ftplib",
    }
    found = []
    for path in walk.python_files():
        if walk.named(path).startswith(allowed):
            continue
        names = [n for node in ast.walk(walk.tree(path)) for n in imported(node)]
        found += [f"{walk.named(path)}: {n}" for n in names if n in network or n.split(".")[0] in network]
    assert found == []


def test_each_apps_migrations_have_one_end():
    """Two people who add the next one at the same time: neither would be applied."""
    from django.db.migrations.loader import MigrationLoader

    assert MigrationLoader(None).detect_conflicts() == {}
