"""Where an installation keeps things: a home folder for data, and keys apart from it.

Keys live outside the home folder so that a copy of the data (a backup, a stolen disk image) is not also a copy
of the keys: 45 CFR § 164.312(a)(2)(iv) and the safe harbour of § 164.402 both turn on that.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from keepwell.base.refusal import Refusal
from keepwell.operations.files import make_folder, write_once
from keepwell.vault.roots import keyfile

DATABASE = "keepwell"
OWNER = "keepwell_owner"
CUSTODIAN = "keepwell_custodian"
APPLICATION = "keepwell_app"
SEQUENCER = "keepwell_sequencer"

SECRETS = {"django.key": 48, "app.password": 24, "sequencer.password": 24}
PASSWORDS = {APPLICATION: "app.password", SEQUENCER: "sequencer.password"}


def checkout() -> Path | None:
    """The source checkout this code runs from, or None when it was installed as a wheel."""
    top = Path(__file__).resolve().parents[3]
    return top if (top / "pyproject.toml").is_file() else None


def _default_home(environ: Mapping[str, str]) -> Path:
    top = checkout()
    if top is not None:
        return top / "var"
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "keepwell"


@dataclass(frozen=True)
class Places:
    """The folders of one installation."""

    home: Path
    keys: Path

    @classmethod
    def here(cls, environ: Mapping[str, str] = os.environ) -> Places:
        """The installation that the environment names."""
        home = Path(environ.get("KEEPWELL_HOME") or _default_home(environ)).expanduser().resolve()
        given = environ.get("KEEPWELL_KEYS")
        if given:
            return cls(home, Path(given).expanduser().resolve())
        config = Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        return cls(home, config / "keepwell" / mark_of(home))

    @property
    def mark(self) -> str:
        """Eight letters that tell this installation from others on the machine."""
        return mark_of(self.home)

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def media(self) -> Path:
        return self.home / "media"

    @property
    def sockets(self) -> Path:
        """The folder of the server's socket. Short, because the kernel allows a socket path about 100 bytes."""
        owner = self.home.stat().st_uid if self.home.exists() else os.geteuid()
        return Path("/tmp") / f"keepwell-{owner}-{self.mark}"  # noqa: S108 - its owner and mode are checked before use

    def make(self) -> None:
        """Make the folders and every secret that is missing. What exists is left as it is."""
        open_to_server = 0o711 if os.geteuid() == 0 else 0o700
        make_folder(self.home, open_to_server)
        make_folder(self.log, open_to_server)
        make_folder(self.run, 0o700)
        make_folder(self.media, 0o700)
        make_folder(self.keys, 0o700)
        for name, size in SECRETS.items():
            if not (self.keys / name).exists():
                write_once(self.keys / name, secrets.token_urlsafe(size) + "\n", 0o600)
        if not (self.keys / "root.key").exists() and "KEEPWELL_ROOT" not in os.environ:
            _make_root_key(self.keys / "root.key")

    def secret(self, name: str) -> str:
        """The secret called `name`. There is no default for any of them."""
        try:
            return (self.keys / name).read_text(encoding="ascii").strip()
        except OSError as error:
            raise Refusal("SECRET_MISSING", name=name, folder=self.keys) from error

    def url(self, role: str, database: str = DATABASE) -> str:
        """How `role` reaches the embedded server: over its socket, with its password if it has one."""
        password = f":{quote(self.secret(PASSWORDS[role]), safe='')}" if role in PASSWORDS else ""
        return f"postgresql://{role}{password}@/{database}?host={quote(str(self.sockets), safe='')}"


def mark_of(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:8]


def _make_root_key(path: Path) -> None:
    try:
        keyfile.create(path)
    except Refusal as refusal:
        if refusal.code != "ROOT_KEY_EXISTS":  # another process was quicker
            raise
