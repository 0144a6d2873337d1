"""How each role reaches the database: the embedded server, or the one that DATABASE_URL names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from keepwell.base.refusal import Refusal
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import APPLICATION, OWNER, SEQUENCER, Places

VARIABLES = {
    APPLICATION: "DATABASE_URL",
    OWNER: "KEEPWELL_OWNER_DATABASE_URL",
    SUPERUSER: "KEEPWELL_OWNER_DATABASE_URL",
    SEQUENCER: "KEEPWELL_SEQUENCER_DATABASE_URL",
}


def embedded(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the database is the server Keepwell runs itself."""
    return not environ.get("DATABASE_URL")


def address(role: str, places: Places, environ: Mapping[str, str] = os.environ) -> str:
    """The connection address of a role. Raises Refusal ADDRESS_MISSING for an external server we were not told."""
    given = environ.get(VARIABLES[role])
    if given:
        return _acting_as_owner(given, environ.get("DATABASE_URL", given)) if role == OWNER else given
    if embedded(environ):
        return places.url(role, "postgres" if role == SUPERUSER else "keepwell")
    if role == SEQUENCER:
        return _with_login(environ["DATABASE_URL"], SEQUENCER, places.secret("sequencer.password"))
    raise Refusal("ADDRESS_MISSING", variable=VARIABLES[role])


def password_of(url: str) -> str | None:
    """The password inside a connection address."""
    password = urlsplit(url).password
    return unquote(password) if password else None


def without_password(url: str) -> str:
    """A connection address that may be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@", 1)))


def _acting_as_owner(url: str, application: str) -> str:
    """An administrator's address, made to act as the owner in the application's database: what migrations make must
    belong to that role."""
    parts = urlsplit(url)
    if unquote(parts.username or "") == OWNER or "role%3D" in parts.query or "role=" in parts.query:
        return url
    option = f"options={quote(f'-c role={OWNER}', safe='')}"
    query = f"{parts.query}&{option}" if parts.query else option
    return urlunsplit(parts._replace(path=urlsplit(application).path, query=query))


def _with_login(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{host}"))
