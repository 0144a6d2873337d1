"""bin/bench: runs one benchmark or all of them, and prints one table. Times are reported and never judged."""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import Row
from benchmarks.stage import Stage
from keepwell.operations.saying import answer, say

HERE = Path(__file__).parent
SHOWN = ("unit", "median", "reference", "ratio", "best", "against")
Report = dict[str, dict[str, Row]]


def known() -> dict[str, str]:
    """Every benchmark and the first line of what it says of itself."""
    found = {}
    for path in sorted(HERE.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "\ndef run(" in text:
            found[path.stem] = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    return found


def main() -> int:
    asked = _asked()
    benchmarks = known()
    if asked.list:
        answer("\n".join(f"{name:<10} {says}" for name, says in benchmarks.items()))
        return 0
    strange = [name for name in asked.name if name not in benchmarks]
    if strange:
        say(f"No benchmark is called {', '.join(strange)}. There are: {', '.join(benchmarks)}.")
        return 2
    report: Report = {}
    for name, rows in _run(asked.name or list(benchmarks), tiny=asked.tiny):
        report[name] = rows
        if not asked.json:
            _print(name, rows)
    if asked.json:
        answer(json.dumps({"machine": machine(), "figures": report}, ensure_ascii=False, indent=1))
    else:
        answer(f"\n{machine()}")
    return 0


def _asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    reader.add_argument("name", nargs="*", help="what to measure; everything if left out")
    reader.add_argument("--json", action="store_true", help="for machines")
    reader.add_argument("--list", action="store_true", help="what there is to measure")
    reader.add_argument("--tiny", action="store_true", help="a handful of rows: only to see that each still works")
    return reader.parse_args()


def _run(names: list[str], *, tiny: bool) -> Iterator[tuple[str, dict[str, Row]]]:
    stage = Stage(tiny=tiny)
    with stage.server.running():
        for name in names:
            say(f"{name} …")
            with stage.database():
                yield name, importlib.import_module(f"benchmarks.{name}").run(tiny)


def machine() -> dict[str, Any]:
    """What it ran on, and how busy that was."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "load": [round(load, 1) for load in os.getloadavg()],
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _print(name: str, rows: dict[str, Row]) -> None:
    answer(f"\n{name}")
    for what, row in rows.items():
        more = {key: value for key, value in row.items() if key not in SHOWN}
        best = f" at best ×{row['best']}" if "best" in row else ""
        figures = f"{row['median']:>10} {row['unit']:<6} reference {row['reference']:>10}   ×{row['ratio']:<7}{best}"
        said = ", ".join(f"{key} {value}" for key, value in more.items())
        answer(f"  {what:<58} {figures} {said}\n  {'':<58} against {row['against']}")


if __name__ == "__main__":
    sys.exit(main())
