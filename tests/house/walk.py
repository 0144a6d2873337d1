"""What the house rules walk over: the models, views, files and tests of the project."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from keepwell.cli.pages import load_everything
from keepwell.practices.models import Practice, Tenanted

load_everything()

TOP = Path(__file__).resolve().parents[2]
OURS = ("src/keepwell", "config")


def tenanted() -> list[type[Tenanted]]:
    """Every model of rows that belong to one practice."""
    return [m for m in apps.get_models() if issubclass(m, Tenanted)]


def our_models() -> list[type[Any]]:
    return [m for m in apps.get_models() if m.__module__.startswith("keepwell.")]


def practice_tables() -> list[type[Any]]:
    return [Practice, *tenanted()]


def views() -> Iterator[tuple[str, Any]]:
    """Every address pattern and its view."""
    yield from _views(get_resolver(), "")


def _views(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern, here)
        elif isinstance(pattern, URLPattern):
            yield here, pattern.callback


@cache
def python_files() -> tuple[Path, ...]:
    """Our own modules; no tests, no migrations."""
    found = [p for root in OURS for p in (TOP / root).rglob("*.py")]
    return tuple(sorted(p for p in found if "migrations" not in p.parts and "tests" not in p.parts))


@cache
def templates() -> tuple[Path, ...]:
    return tuple(sorted(p for root in OURS for p in (TOP / root).rglob("*.html") if "static" not in p.parts))


@cache
def tests_text() -> str:
    """Everything the tests say, in one string, except the house rules themselves."""
    found = [*TOP.glob("tests/**/*.py"), *TOP.glob("src/keepwell/**/tests/*.py")]
    return "\n".join(p.read_text(encoding="utf-8") for p in found if "house" not in p.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return str(path.relative_to(TOP))
