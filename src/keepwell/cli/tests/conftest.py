"""Installations of their own, apart from the suite's database, for tests of whole commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from keepwell.operations.places import Places
from keepwell.operations.postgres import Cluster

OURS = ("KEEPWELL_", "DATABASE_URL")


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


@pytest.fixture
def installation() -> Iterator[Installation]:
    """Nothing is there yet; whatever comes is removed."""
    folder = Path(tempfile.mkdtemp(prefix="kw-"))
    folder.chmod(0o711)
    made = Installation(Places(home=folder / "home", keys=folder / "keys"))
    yield made
    Cluster(made.places).remove()
    shutil.rmtree(folder)
