"""Servers of their own for the tests of the server's life."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from keepwell.operations.places import Places
from keepwell.operations.postgres import Cluster


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder below /tmp that other users may cross (pytest's own may not be crossed)."""
    path = Path(tempfile.mkdtemp(prefix="kw-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    """An embedded server that does not exist yet. Whatever becomes of it is removed."""
    made = Cluster(Places(home=folder / "home", keys=folder / "keys"), throwaway=True)
    yield made
    made.remove()
