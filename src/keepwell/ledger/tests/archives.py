"""Exports made, checked and falsified."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keepwell.ledger import keyring
from keepwell.ledger.export import Exported, export
from keepwell.ledger.tests.desk import Desk

Members = dict[str, bytes]


def exported(desk: Desk, path: Path, **options: Any) -> Exported:
    with desk.connect() as connection, path.open("wb") as out:
        return export(connection, desk.willow, out, keyring.load(connection, desk.root), **options)


def checked(archive: Path, *options: str) -> dict[str, Any]:
    """What the verifier inside the archive says, run by a bare Python in an empty folder."""
    folder = archive.parent / "elsewhere"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(archive) as members:
        (folder / "verify.py").write_bytes(members.read("verify.py"))
    command = [sys.executable, "-I", "-S", "verify.py", str(archive), "--json", *options]
    done = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["good"] == (done.returncode == 0)
    return report


def rewritten(archive: Path, change: Callable[[Members], None]) -> Path:
    with zipfile.ZipFile(archive) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    with zipfile.ZipFile(archive, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
    return archive


def codes(archive: Path, *options: str) -> set[str]:
    """The codes that the verifier inside finds."""
    return set(checked(archive, *options)["counts"])
