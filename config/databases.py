"""One database, two connections: "default" carries the request's transaction, "recorder" commits openings at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from keepwell.operations.places import APPLICATION, OWNER, Places

ENGINE = "keepwell.practices.postgresql"


def databases(places: Places, environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Both connections, as the application or (`KEEPWELL_AS=owner`, for migrations) as the owner."""
    owner = environ.get("KEEPWELL_AS") == "owner"
    given = environ.get("KEEPWELL_OWNER_DATABASE_URL" if owner else "DATABASE_URL")
    one = _parsed(given or places.url(OWNER if owner else APPLICATION))
    if environ.get("KEEPWELL_POOL"):
        one["OPTIONS"]["pool"] = {"min_size": 1, "max_size": int(environ["KEEPWELL_POOL"])}
    else:
        one["CONN_MAX_AGE"] = None
        one["CONN_HEALTH_CHECKS"] = True
    return {"default": one, "recorder": one | {"OPTIONS": dict(one["OPTIONS"]), "TEST": {"MIRROR": "default"}}}


class Router:
    """Everything is read, written and migrated on "default"; the recorder is asked by name or not at all."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "default"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True


def _parsed(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": ENGINE,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": query,
    }
