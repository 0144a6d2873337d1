"""Takes each guard of guards.toml away, one at a time, in a copy of the project, and expects its tests to fail.

Run by `bin/check --guards`. A guard whose tests still pass without it guards nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
PATIENCE = 900
"""Seconds for the tests of one guard. Without it some turn in a circle."""

LEFT_OUT = ("var", ".venv", "node_modules", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache")


def guards() -> list[dict[str, Any]]:
    return list(tomllib.loads((TOP / "tests/attacks/guards.toml").read_text(encoding="utf-8"))["guard"])


def check(guard: dict[str, Any]) -> str | None:
    """What is wrong with a guard, or None when its tests went red without it."""
    with tempfile.TemporaryDirectory(prefix="keepwell-guard-") as place:
        copy = Path(place) / "project"
        shutil.copytree(TOP, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        environment = os.environ | {
            "PYTHONPATH": f"{copy / 'src'}:{copy}",
            "KEEPWELL_TEST_HOME": str(TOP / "var" / "guards"),
        }
        environment |= {"KEEPWELL_TEST_SQL": guard["sql"]} if "sql" in guard else {}
        if "file" in guard:
            path = copy / guard["file"]
            text = path.read_text(encoding="utf-8")
            if text.count(guard["find"]) != 1:
                return f"the words to replace stand {text.count(guard['find'])} times in {guard['file']}"
            path.write_text(text.replace(guard["find"], guard["replace"]), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "--tb=line",
            *guard["tests"],
        ]
        code, said = run(command, copy, environment)
    return verdict(code, said, guard["tests"]) if code is not None else f"its tests had not ended after {PATIENCE} s"


def run(command: list[str], where: Path, environment: dict[str, str]) -> tuple[int | None, str]:
    """How it ended and what it said; None when it did not end, and then nothing of it is left running."""
    process = subprocess.Popen(
        command, cwd=where, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        said, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None, ""
    return process.returncode, said


def verdict(code: int, output: str, tests: list[str]) -> str | None:
    """Red for the right reason: each named test failed, or its arrangement did; errors of collection do not count."""
    if code == 0:
        return "its tests still pass without it"
    if code != 1 or not re.search(r"\d+ (failed|error)", output):
        return f"its tests did not run: {output[-600:]}"
    failed = set(re.findall(r"^(?:FAILED|ERROR) (\S+?\.py\S*?)(?:\[| |$)", output, re.MULTILINE))
    green = [t for t in tests if not any(f.startswith(t.split("[")[0]) for f in failed)]
    return f"these pass without it: {', '.join(green)}" if green else None


def main(names: list[str]) -> int:
    chosen = [g for g in guards() if not names or any(n in g["name"] for n in names)]
    wrong = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for guard, found in zip(chosen, pool.map(check, chosen), strict=True):
            wrong += found is not None
            sys.stdout.write(
                f"{'NOT GUARDED' if found else 'guarded    '}  {guard['name']}{': ' + found if found else ''}\n"
            )
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen) - wrong} passed, {wrong} failed\n")
    return 1 if wrong or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
