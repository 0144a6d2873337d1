"""Whether an updated installation works: what the doctor finds that it did not find before, and whether it answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable

from keepwell.cli import probe
from keepwell.cli.ports import free_port
from keepwell.cli.serving import Site, web

PATIENCE = 60
EXPECTED_BEFORE = frozenset({"SCHEMA_BEHIND", "CODE_OLDER"})
"""What is fatal before an update because of it."""


def fatal() -> set[str]:
    """What the doctor finds fatal, asked as the application in a process of its own."""
    command = [sys.executable, "-m", "keepwell.cli.main", "doctor", "--json"]
    done = subprocess.run(command, env=_application(), capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return {"DOCTOR_SILENT"}
    return {one["code"] for one in found if one["severity"] == "fatal"}


def wrong(before: Iterable[str]) -> str:
    """What keeps the updated installation from being trusted; nothing if it works."""
    worse = fatal() - (set(before) - EXPECTED_BEFORE)
    if worse:
        return f"the doctor finds {', '.join(sorted(worse))}"
    return "" if answers() else "the sign-in page does not answer"


def answers() -> bool:
    """One web process on a port of its own: does the sign-in page come? No jobs run meanwhile."""
    port = free_port()
    site = Site(port=port, workers=1)
    environment = _application() | {"KEEPWELL_HOSTS": "localhost,127.0.0.1"}
    environment.pop("KEEPWELL_TLS", None)
    serving = subprocess.Popen(web(site).command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and serving.poll() is None:
            if probe.answers(port):
                return True
            time.sleep(0.2)
        return False
    finally:
        serving.terminate()
        try:
            serving.wait(20)
        except subprocess.TimeoutExpired:
            serving.kill()
            serving.wait()


def _application() -> dict[str, str]:
    """This environment, without what makes this process the owner."""
    own = ("KEEPWELL_AS", "KEEPWELL_OWNER_DATABASE_URL")
    return {name: value for name, value in os.environ.items() if name not in own}
