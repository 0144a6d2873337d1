"""Where the built front end is: Vite's manifest, read once per build, names the hashed files a page links to."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

BUILT = Path(__file__).parent / "static" / "built"
ENTRY = "src/keepwell.ts"


class NotBuilt(RuntimeError):
    """The front end has not been built: run bin/build."""


@lru_cache(maxsize=4)
def _read(manifest: Path, stamp: float) -> dict[str, dict[str, Any]]:
    """One manifest; the stamp makes a new build a new key."""
    entries: dict[str, dict[str, Any]] = json.loads(manifest.read_text())
    return entries


def manifest() -> dict[str, dict[str, Any]]:
    """Vite's map from source file to hashed file."""
    path = BUILT / "manifest.json"
    try:
        return _read(path, path.stat().st_mtime)
    except FileNotFoundError:
        raise NotBuilt(f"{path} is missing: run bin/build") from None


def asset(name: str) -> str:
    """The address of a built file: asset('src/keepwell.ts') or, for a plain public file, asset('mark.svg')."""
    entry = manifest().get(name)
    return address(entry["file"] if entry else name)


def styles(name: str = ENTRY) -> list[str]:
    """The style sheets a script entry brings with it."""
    return [address(file) for file in manifest()[name].get("css", [])]


def fonts(name: str = ENTRY) -> list[str]:
    """The one font file every page needs first, so that text does not jump."""
    files = manifest()[name].get("assets", [])
    return [address(file) for file in files if "-latin-wght-normal" in file]


def address(file: str) -> str:
    return f"{settings.STATIC_URL}built/{file}"
