"""The container and compose files, as far as they can be read without an engine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from keepwell.operations.doctor import Situation, machine
from keepwell.operations.pgfiles import SETTINGS
from keepwell.operations.places import Places

TOP = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((TOP / "compose.yaml").read_text())


def test_no_secret_has_a_default(compose: Any):
    used = re.findall(r"\$\{(\w+)(:[?-])?", (TOP / "compose.yaml").read_text())
    assert {name for name, _ in used} == {"KEEPWELL_SITE", "KEEPWELL_APP_PASSWORD", "KEEPWELL_ADMIN_PASSWORD"}
    assert {mark for _, mark in used} == {":?"}


def test_only_the_proxy_is_reached_from_outside(compose: Any):
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    assert compose["services"]["database"]["network_mode"] == "none"
    assert compose["networks"]["inside"]["internal"]


def test_only_the_set_up_knows_the_administrator(compose: Any):
    knows = [name for name, service in compose["services"].items() if "ADMIN_PASSWORD" in str(service)]
    assert knows == ["database", "init"]


def test_the_database_is_reached_in_a_way_doctor_accepts(compose: Any):
    url = re.sub(r"\$\{[^}]*\}", "random", compose["services"]["keepwell"]["environment"]["DATABASE_URL"])
    at = Situation(Places(Path("/data"), Path("/keys")), url, "", "", "")
    assert list(machine.no_tls_to_the_database(at)) == []


def test_its_log_is_as_quiet_as_the_embedded_servers(compose: Any):
    given = dict(word.removeprefix("-c").split("=", 1) for word in compose["services"]["database"]["command"][1:])
    ours = {name: value for name, value in SETTINGS.items() if name in given}
    assert {name: given[name] for name in ours} == ours
    assert {"log_min_error_statement", "log_error_verbosity", "log_parameter_max_length_on_error"} <= set(ours)


def test_keepwell_runs_as_nobody_special(compose: Any):
    service = compose["services"]["keepwell"]
    assert (service["cap_drop"], service["read_only"]) == (["ALL"], True)
    assert "no-new-privileges:true" in service["security_opt"]
    last_stage = (TOP / "Dockerfile").read_text().split("\nFROM ")[-1]
    assert "\nUSER keepwell\n" in last_stage
    assert last_stage.index("USER keepwell") < last_stage.index("ENTRYPOINT")


def test_the_image_is_built_from_hashes_only():
    built = (TOP / "Dockerfile").read_text()
    installs = [line for line in built.splitlines() if "uv pip" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps /wheels" in line for line in installs)


def test_a_server_gets_exactly_what_the_full_lock_names():
    def pins(name: str) -> dict[str, str]:
        blocks = re.split(r"\n(?=\S)", (TOP / name).read_text())
        return {block.split(" ", 1)[0]: block for block in blocks if "==" in block.split("\n", 1)[0]}

    everything, server = pins("requirements.lock"), pins("requirements-run.lock")
    hashes = {name: sorted(re.findall(r"sha256:\w+", block)) for name, block in server.items()}
    assert hashes
    assert hashes == {name: sorted(re.findall(r"sha256:\w+", everything[name])) for name in server}
    assert not [name for name in server if name.startswith(("pytest", "ruff", "mypy", "playwright"))]
