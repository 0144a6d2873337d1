"""Which version is installed, which one the database was made for, and whether a newer one lies ready.

Nothing asks the network. A newer version is one that is installed while the database is behind it, or a wheel that
somebody put into the folder of releases; its notes are what its own metadata says.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import zipfile
from dataclasses import dataclass, field
from email.parser import Parser
from functools import cache
from importlib import metadata
from pathlib import Path

from keepwell.base import clock
from keepwell.ledger import updates
from keepwell.ledger.updates import Update
from keepwell.operations.places import Places

WHEEL = re.compile(r"keepwell-(\d+(?:\.\d+){0,3})-[\w.]+-[\w.]+-[\w.]+\.whl")
NOTES = 4000
LOOK_EVERY = dt.timedelta(days=90)
"""After so long without anybody looking for a newer version, officers are reminded (45 CFR § 164.308(a)(5)(ii)(B))."""

Migration = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Release:
    """A version that lies ready to be installed, and what it says of itself."""

    version: str
    file: str
    notes: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How code and database stand to each other.

    `running` is the code of this process, `installed` what is on disk now. `pending` migrations the code has and the
    database lacks, `unknown` the other way round.
    """

    running: str
    installed: str
    pending: tuple[Migration, ...] = ()
    unknown: tuple[Migration, ...] = ()
    release: Release | None = None
    updates: tuple[Update, ...] = field(default=(), repr=False)

    @property
    def unfinished(self) -> Update | None:
        """An update that began and neither ended nor was taken back."""
        said = next((one for one in self.updates if one.verb != updates.LOOKED_FOR), None)
        return said if said and said.verb == updates.BEGAN else None

    @property
    def looked(self) -> bool:
        """Whether somebody looked for a newer version lately. A new installation has a while."""
        newest = max((one.at for one in self.updates), default=None)
        return newest is None or clock.now() - newest < LOOK_EVERY

    @property
    def state(self) -> str:
        """One word, the gravest first: unfinished, mixed, older, behind, restart, newer, unlooked, current."""
        told = {
            "unfinished": self.unfinished is not None,
            "mixed": bool(self.pending and self.unknown),
            "older": bool(self.unknown),
            "behind": bool(self.pending),
            "restart": self.running != self.installed,
            "newer": self.release is not None,
            "unlooked": not self.looked,
        }
        return next((word for word, is_so in told.items() if is_so), "current")


def standing(places: Places) -> Standing:
    """How this installation stands. Django must be ready; asks the database two questions."""
    here, there = code(), applied()
    return Standing(
        running=RUNNING,
        installed=installed(),
        pending=tuple(sorted(here - there)),
        unknown=tuple(sorted(there - here)),
        release=newest(releases(places)),
        updates=tuple(updates.last()),
    )


def installed() -> str:
    """The version on disk, read anew."""
    return metadata.version("keepwell")


RUNNING = installed()


@cache
def code() -> frozenset[Migration]:
    """The migrations of the code of this process."""
    from django.db.migrations.loader import MigrationLoader

    return frozenset(MigrationLoader(None).disk_migrations)


def applied() -> frozenset[Migration]:
    """The migrations of the database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return frozenset(cursor.fetchall())


def releases(places: Places) -> Path:
    """Where wheels of newer versions are put."""
    return Path(os.environ.get("KEEPWELL_RELEASES") or places.home / "releases")


def newest(folder: Path) -> Release | None:
    """The newest wheel in a folder, if it is newer than what is installed."""
    found = [(_parts(named[1]), path) for path in _files(folder) if (named := WHEEL.fullmatch(path.name))]
    for parts, path in sorted(found, reverse=True):
        release = _read(path) if parts > _parts(installed()) else None
        if release is not None:
            return release
    return None


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _read(path: Path) -> Release | None:
    """What a wheel says of itself; None for a file that is no whole wheel of ours."""
    try:
        with zipfile.ZipFile(path) as wheel:
            name = next(one for one in wheel.namelist() if one.endswith(".dist-info/METADATA"))
            said = Parser().parsestr(wheel.read(name).decode("utf-8"))
    except (OSError, StopIteration, UnicodeDecodeError, zipfile.BadZipFile, KeyError):
        return None
    if said["Name"] != "keepwell" or not str(path.name).startswith(f"keepwell-{said['Version']}-"):
        return None
    body = said.get_payload()
    notes = body if isinstance(body, str) and body.strip() else said["Summary"] or ""
    return Release(str(said["Version"]), path.name, notes.strip()[:NOTES])


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:4])
