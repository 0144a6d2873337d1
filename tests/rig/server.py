"""The suite's PostgreSQL: kept under var/test between runs, with a migrated template to clone.

Several runs may share it at once. KEEPWELL_TEST_PG (the address of an administrator) names a server to use instead.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from keepwell.base.refusal import Refusal
from keepwell.operations import pgprocesses
from keepwell.operations.files import locked
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import APPLICATION, OWNER, SEQUENCER, Places
from keepwell.operations.postgres import Cluster
from keepwell.operations.provision import Passwords, close_to_public, provision
from keepwell.operations.saying import say

TOP = Path(__file__).resolve().parents[2]
PREFIX = "keepwell_test_"
TEMPLATE = "keepwell_template_"
BUILT_FROM = (
    "src/keepwell/**/migrations/*.py", "src/keepwell/**/*.sql", "src/keepwell/practices/*.py",
    "src/keepwell/operations/provision.py", "src/keepwell/ledger/install.py", "config/settings.py", "requirements.lock",
)  # fmt: skip


def places() -> Places:
    """Folders and keys of the suite, apart from any installation on this machine."""
    top = Path(os.environ.get("KEEPWELL_TEST_HOME") or TOP / "var" / "test").resolve()
    return Places(home=top / "home", keys=top / "keys")


def fingerprint(root_key: Path) -> str:
    """Changes whenever the migrated database would; it holds a secret that only this root key opens."""
    digest = hashlib.sha256(root_key.read_bytes())
    for pattern in BUILT_FROM:
        for path in sorted(TOP.glob(pattern)):
            digest.update(f"{path.relative_to(TOP)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


class Server:
    """The server the suite uses, by the addresses of its roles."""

    def __init__(self) -> None:
        self.places = places()
        self.given = os.environ.get("KEEPWELL_TEST_PG")
        self.cluster = Cluster(self.places, throwaway=True, say=say)

    def url(self, role: str, database: str) -> str:
        """How `role` reaches `database`. On a given server the owner is its administrator acting as the owner."""
        if self.given is None:
            return self.places.url(role, database)
        known = conninfo_to_dict(self.given, dbname=database)
        if role == OWNER:
            known |= {"options": f"-c role={OWNER}"}
        elif role != SUPERUSER:
            known |= {
                "user": role,
                "password": self.places.secret({APPLICATION: "app.password", SEQUENCER: "sequencer.password"}[role]),
            }
        return as_url(known)

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(SUPERUSER, database), autocommit=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        if self.given:
            yield
            return
        with self._running_embedded():
            yield

    @contextmanager
    def _running_embedded(self) -> Iterator[None]:
        try:
            with self.cluster.running():
                yield
        except Refusal as refusal:
            if refusal.code != "SERVER_WILL_NOT_START":
                raise
            # A throwaway server does without fsync: after a power cut its data may be beyond repair.
            self.cluster.remove()
            raise

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """A clone of the template for as long as it is needed."""
        self.clone(name)
        try:
            yield name
        finally:
            self.drop(name)

    def clone(self, name: str) -> None:
        with locked(self.places.run / "template.lock"), self.admin() as admin:
            template = self._template(admin)
            make = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
            admin.execute(make.format(sql.Identifier(name), sql.Identifier(template), sql.Identifier(OWNER)))
            close_to_public(admin, name)
        self._without_a_guard(name)

    def _without_a_guard(self, name: str) -> None:
        """What `bin/check --guards` takes away from this database, to see that a test notices."""
        removal = os.environ.get("KEEPWELL_TEST_SQL")
        if removal:
            with self.admin(name) as admin:
                admin.execute(removal.encode())

    def drop(self, name: str) -> None:
        with self.admin() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _template(self, admin: psycopg.Connection) -> str:
        """The name of the migrated template, which is built first when nothing built it yet."""
        name = TEMPLATE + fingerprint(self.places.keys / "root.key")
        existing = [row[0] for row in admin.execute("SELECT datname FROM pg_database ORDER BY oid").fetchall()]
        self._sweep([other for other in existing if other != name])
        if name in existing:
            return name
        making = TEMPLATE + "making"
        self.drop(making)
        say("Building the test template (migrations changed) …")
        secret = self.places.secret
        provision(
            self.url(SUPERUSER, "postgres"),
            Passwords(secret("app.password"), secret("sequencer.password")),
            database=making,
        )
        self._migrate(making)
        admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name)))
        return name

    def _sweep(self, existing: list[str]) -> None:
        """Drop what killed runs left, and all but the two newest of the other templates."""
        for name in existing:
            pid = name.removeprefix(PREFIX).split("_")[0]
            if name.startswith(PREFIX) and pid.isdecimal() and not pgprocesses.alive(int(pid)):
                self.drop(name)
        for name in [name for name in existing if name.startswith(TEMPLATE)][:-2]:
            self.drop(name)

    def _migrate(self, database: str) -> None:
        environment = (
            os.environ | self.environment(database) | {"KEEPWELL_AS": "owner", "PYTHONPATH": f"{TOP / 'src'}:{TOP}"}
        )
        command = [sys.executable, "-m", "django", "migrate", "--noinput", "--verbosity=0"]
        done = subprocess.run(command, env=environment, cwd=TOP, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"The migrations failed:\n{done.stderr[-6000:]}")

    def environment(self, database: str) -> dict[str, str]:
        """What Keepwell's settings need to work in `database`; children of the suite inherit it."""
        return {
            "KEEPWELL_HOME": str(self.places.home),
            "KEEPWELL_KEYS": str(self.places.keys),
            "DATABASE_URL": self.url(APPLICATION, database),
            "KEEPWELL_OWNER_DATABASE_URL": self.url(OWNER, database),
            "KEEPWELL_SEQUENCER_DATABASE_URL": self.url(SEQUENCER, database),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "KEEPWELL_LOOPBACK_CARRIERS": "1",
        }


def as_url(known: Mapping[str, object]) -> str:
    """A connection address from libpq's keywords, in the one form that settings read."""
    rest = dict(known)
    user, password = (quote(str(rest.pop(name, "")), safe="") for name in ("user", "password"))
    database = quote(str(rest.pop("dbname")), safe="")
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in rest.items())
    return f"postgresql://{user}{':' + password if password else ''}@/{database}?{query}"
