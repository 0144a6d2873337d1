"""The house secret: the one secret an installation is made with, wrapped by the root key, and what derives from it."""

from __future__ import annotations

import time
from functools import cache

import psycopg
from django.conf import settings
from django.db import connections

from keepwell.base.refusal import Refusal
from keepwell.vault import roots
from keepwell.vault.crypto import derive

CONTEXT = b"keepwell-house-1"
KEEP_SECONDS = 300

_kept: dict[str, tuple[float, bytes]] = {}


@cache
def root() -> roots.Root:
    """The root key provider named by the settings."""
    return roots.load(settings.KEEPWELL_ROOT)


def key(purpose: str) -> bytes:
    """32 bytes for one purpose of the house ("presence", "jobs", "factors" …)."""
    return derive(secret(), f"keepwell/{purpose}")


def secret() -> bytes:
    """The house secret, unwrapped at most every five minutes. Raises Refusal KEY_UNAVAILABLE."""
    kept = _kept.get("house")
    if kept is None or kept[0] < time.monotonic():
        kept = (time.monotonic() + KEEP_SECONDS, root().unwrap(_wrapped(), CONTEXT))
        _kept["house"] = kept
    return kept[1]


def forget() -> None:
    """Drops what is kept in memory, as after a rotation."""
    _kept.clear()


def _wrapped() -> bytes:
    recorder = connections["recorder"]
    recorder.ensure_connection()
    with psycopg.Cursor(recorder.connection) as cursor:
        row = cursor.execute("SELECT wrapped FROM custody.house()").fetchone()
    if row is None:
        raise Refusal("KEY_UNAVAILABLE")
    return bytes(row[0])
