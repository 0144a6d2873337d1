"""Every benchmark still works, at the size of a few rows. What takes how long is nobody's business here."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from benchmarks.__main__ import known
from tests.rig.server import TOP, Server


@pytest.mark.slow
@pytest.mark.parametrize("name", known())
def test_a_benchmark_gives_its_figures(name: str, rig: Server):
    environment = os.environ | {"PYTHONPATH": f"{TOP / 'src'}:{TOP}"}
    command = [sys.executable, "-m", "benchmarks", name, "--tiny", "--json"]
    done = subprocess.run(command, cwd=TOP, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    figures = json.loads(done.stdout)["figures"][name]
    assert figures
    for what, row in figures.items():
        assert {"unit", "median", "reference", "ratio", "against"} <= set(row), what
        assert row["median"] > 0, what


def test_an_unknown_name_is_answered_with_those_there_are():
    environment = os.environ | {"PYTHONPATH": f"{TOP / 'src'}:{TOP}"}
    command = [sys.executable, "-m", "benchmarks", "everything"]
    done = subprocess.run(command, cwd=TOP, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert all(name in done.stderr for name in known())
