"""A backup before something risky: a logical dump without the key table, and the key table apart from it, for a week.

Both are sealed under a key of their own, which the root key wraps: a folder of backups opens nothing without the root
key, and after a week the dump that stays holds no keys of records (crypto-shredding, NIST SP 800-88 § 2.6).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID, uuid5

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from keepwell.base import clock
from keepwell.base.refusal import Refusal
from keepwell.ledger import house
from keepwell.operations.files import make_folder, write_whole
from keepwell.operations.places import OWNER, Places
from keepwell.operations.postgres import programs
from keepwell.operations.provision import close_to_public
from keepwell.vault import files

KEYS_KEPT = dt.timedelta(days=7)
CONTEXT = b"keepwell-backup-1"
NAMESPACE = UUID("0d3d4f7a-7f2c-5b8a-9a51-6b6565707765")
KEY_TABLE = "custody.key"
DUMP, KEYS, ABOUT = "data.dump", "keys.dump", "about.json"


@dataclass(frozen=True, slots=True)
class Backup:
    """One folder: what is in it, when and of which version."""

    folder: Path
    at: dt.datetime
    version: str

    @property
    def has_keys(self) -> bool:
        return (self.folder / KEYS).exists()


def shelf(places: Places) -> Path:
    """Where backups are kept."""
    return places.home / "backups"


def take(places: Places, url: str, version: str) -> Backup:
    """Both dumps, sealed and read back. Raises Refusal BACKUP_FAILED; nothing half made stays."""
    at = clock.now()
    folder = make_folder(make_folder(shelf(places), 0o700) / f"{at:%Y%m%dT%H%M%S.%fZ}-{version}", 0o700)
    raw = secrets.token_bytes(32)
    try:
        made = {name: _dumped(url, folder / name, raw, options) for name, options in _OPTIONS.items()}
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    about = {"version": version, "at": at.isoformat(), "wrapped": house.root().wrap(raw, CONTEXT).hex(), "files": made}
    write_whole(folder / ABOUT, json.dumps(about, indent=1) + "\n", 0o600)
    return Backup(folder, at, version)


_OPTIONS = {
    DUMP: (f"--exclude-table-data={KEY_TABLE}",),
    KEYS: ("--data-only", f"--table={KEY_TABLE}"),
}


def known(places: Places) -> list[Backup]:
    """Every whole backup, newest first."""
    return [read(folder) for folder in sorted(shelf(places).glob("*"), reverse=True) if (folder / ABOUT).exists()]


def newest(places: Places) -> dt.datetime | None:
    """When the newest whole backup was made, by its folder's name: nothing is opened for it."""
    names = sorted(folder.name for folder in shelf(places).glob("*Z-*") if (folder / ABOUT).exists())
    return dt.datetime.strptime(names[-1][:15], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC) if names else None


def read(folder: Path) -> Backup:
    """A backup by its folder. Raises Refusal BACKUP_DAMAGED."""
    about = _about(folder)
    return Backup(folder, dt.datetime.fromisoformat(about["at"]), about["version"])


def expire(places: Places) -> int:
    """Keys of records in backups older than a week go; the backups stay. How many went."""
    old = [one for one in known(places) if one.has_keys and clock.now() - one.at > KEYS_KEPT]
    for one in old:
        (one.folder / KEYS).unlink()
    return len(old)


def restore(folder: Path, admin: str, database: str) -> bool:
    """Makes a new database of a backup, beside what is there. False: without the keys of records, which are gone.

    Raises Refusal BACKUP_DAMAGED, DATABASE_EXISTS.
    """
    raw = house.root().unwrap(bytes.fromhex(_about(folder)["wrapped"]), CONTEXT)
    with psycopg.connect(admin, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            raise Refusal("DATABASE_EXISTS", name=database)
        make = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'")
        connection.execute(make.format(sql.Identifier(database), sql.Identifier(OWNER)))
        close_to_public(connection, database)
    into = make_conninfo(admin, dbname=database)
    _restored(folder / DUMP, raw, into)
    if not (folder / KEYS).exists():
        return False
    _restored(folder / KEYS, raw, into)
    return True


def _dumped(url: str, path: Path, raw: bytes, options: tuple[str, ...]) -> str:
    """One dump, sealed on its way to the disk, and read back; the SHA-256 of the sealed file."""
    arguments, environment = _connecting(url)
    command = [str(programs() / "pg_dump"), "--format=custom", "--no-sync", *options, arguments]
    with _private(path) as sealed, subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as dumping:  # fmt: skip
        assert dumping.stdout is not None and dumping.stderr is not None
        files.seal_stream(cast(BinaryIO, dumping.stdout), sealed, files.archive_key(raw), _place(path))
        why = dumping.stderr.read().decode("utf-8", "replace")
        sealed.flush()
        os.fsync(sealed.fileno())
    if dumping.returncode != 0:
        raise Refusal("BACKUP_FAILED", why=" / ".join(why.strip().splitlines()[-3:]))
    with path.open("rb") as back, files.open_stream(back, files.archive_key(raw), _place(path)) as plain:
        head = plain.read(5)
        while plain.read(1 << 20):
            pass
    if head != b"PGDMP":
        raise Refusal("BACKUP_FAILED", why="what was written does not read back")
    return _digest(path)


def _restored(path: Path, raw: bytes, url: str) -> None:
    arguments, environment = _connecting(url)
    command, why = [str(programs() / "pg_restore"), "--exit-on-error", f"--dbname={arguments}"], ""
    with path.open("rb") as sealed, files.open_stream(sealed, files.archive_key(raw), _place(path)) as plain:
        restoring = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        assert restoring.stdin is not None and restoring.stderr is not None
        with restoring, suppress(BrokenPipeError):  # if it stops early, it says why
            shutil.copyfileobj(plain, restoring.stdin, 1 << 20)
            restoring.stdin.close()
            why = restoring.stderr.read().decode("utf-8", "replace")
    if restoring.returncode != 0:
        raise Refusal("BACKUP_DAMAGED", name=path.parent.name, why=" / ".join(why.strip().splitlines()[-3:]))


def _about(folder: Path) -> dict[str, Any]:
    """What a backup says of itself; its files must be what it says. Raises Refusal BACKUP_DAMAGED."""
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        wrong = [n for n, digest in about["files"].items() if (folder / n).exists() and _digest(folder / n) != digest]
        wrong += [DUMP] if not (folder / DUMP).exists() else []
    except (OSError, ValueError, KeyError):
        wrong = [ABOUT]
    if wrong:
        raise Refusal("BACKUP_DAMAGED", name=folder.name, why=", ".join(wrong))
    return about


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _connecting(url: str) -> tuple[str, dict[str, str]]:
    """A connection for a program of PostgreSQL: the password in its environment, not where `ps` shows it."""
    known_as = conninfo_to_dict(url)
    password = known_as.pop("password", None)
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    return make_conninfo("", **cast(dict[str, Any], known_as)), environment | (
        {"PGPASSWORD": str(password)} if password else {}
    )


_PLAIN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield cast(BinaryIO, file)


def _place(path: Path) -> Any:
    return files.archive_place(uuid5(NAMESPACE, f"{path.parent.name}/{path.name}"))
