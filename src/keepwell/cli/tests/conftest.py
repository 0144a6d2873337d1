"""Installations of their own, apart from the suite's database, for tests of whole commands."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from keepwell.operations.places import Places
from keepwell.operations.postgres import Cluster

OURS = ("KEEPWELL_", "DATABASE_URL")
WHO = ("--who", "Tess Tester", "--why", "a test of the command line")


@dataclass
class Installation:
    """One installation, used through its command line only."""

    places: Places

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a newcomer: nothing of the suite's own in it."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return plain | {"KEEPWELL_HOME": str(self.places.home), "KEEPWELL_KEYS": str(self.places.keys)}

    def command(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "keepwell.cli.main", *words]

    def keepwell(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(words), env=self.environment | environment, capture_output=True, text=True, check=False
        )


@contextmanager
def made() -> Iterator[Installation]:
    """A place for one; whatever comes to be there is removed."""
    folder = Path(tempfile.mkdtemp(prefix="kw-"))
    folder.chmod(0o711)
    one = Installation(Places(home=folder / "home", keys=folder / "keys"))
    try:
        yield one
    finally:
        Cluster(one.places).remove()
        shutil.rmtree(folder)


@pytest.fixture
def installation() -> Iterator[Installation]:
    """Nothing is there yet."""
    with made() as one:
        yield one


@pytest.fixture(scope="module")
def ready() -> Iterator[Installation]:
    """One that `keepwell init` has made, for tests that leave it as they found it."""
    with made() as one:
        done = one.keepwell("init")
        assert done.returncode == 0, done.stderr
        yield one


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
