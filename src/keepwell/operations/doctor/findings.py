"""What a check is given and what it gives back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import psycopg

from keepwell.operations.addresses import address
from keepwell.operations.places import APPLICATION, Places


class Severity(StrEnum):
    """How bad it is. Order matters: worst first."""

    FATAL = "fatal"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One unsafe thing."""

    code: str
    severity: Severity
    why: str
    fix: str

    def as_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass
class Situation:
    """What the checks look at. `host` is where pages would be served."""

    places: Places
    database_url: str
    django_key: str
    root_spec: str
    anchor_spec: str
    host: str = "127.0.0.1"
    tls: bool = False
    debug: bool = False
    hosts: list[str] = field(default_factory=list)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    connection: psycopg.Connection[Any] | None = None
    connection_error: str = ""

    @classmethod
    def here(cls, host: str = "127.0.0.1") -> Situation:
        """This installation, as its settings describe it. Django must be ready."""
        from django.conf import settings

        places = Places.here()
        return cls(
            places=places,
            database_url=address(APPLICATION, places),
            django_key=settings.SECRET_KEY,
            root_spec=settings.KEEPWELL_ROOT,
            anchor_spec=settings.KEEPWELL_ANCHOR,
            host=host,
            tls=settings.TLS,
            debug=settings.DEBUG,
            hosts=list(settings.ALLOWED_HOSTS),
        ).connected()

    def connected(self) -> Situation:
        """With a connection as the application role, or with the reason there is none."""
        try:
            self.connection = psycopg.connect(self.database_url, autocommit=True, connect_timeout=10)
        except psycopg.OperationalError as error:
            self.connection_error = str(error).strip().splitlines()[-1]
        return self

    @property
    def key_files(self) -> list[Path]:
        """The folder of the keys, the files in it, and a root key file elsewhere."""
        folder = self.places.keys
        if not folder.is_dir():
            return [path for path in (self.root_file,) if path and path.exists()]
        inside = sorted(path for path in folder.iterdir() if path.is_file())
        return [folder, *inside, *(path for path in (self.root_file,) if path and path.exists() and path not in inside)]

    @property
    def root_file(self) -> Path | None:
        scheme, _, where = self.root_spec.partition(":")
        return Path(where).expanduser().resolve() if scheme == "file" else None
