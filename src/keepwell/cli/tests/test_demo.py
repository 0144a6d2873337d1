"""The demo: what it keeps, what it refuses, and that it works from nothing."""

from __future__ import annotations

import base64
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from keepwell.base.refusal import Refusal
from keepwell.cli import main, people, probe
from keepwell.cli.commands import demo
from keepwell.cli.people import Somebody
from keepwell.cli.serving import Site
from keepwell.cli.tests.conftest import free_port
from keepwell.operations.places import Places

ROSA = Somebody(
    "Rosa", "Willow", "front_desk", "rosa@willow.example", "made-up-here", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
)


@pytest.fixture
def places(tmp_path: Path, monkeypatch) -> Places:
    monkeypatch.setenv("KEEPWELL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KEEPWELL_KEYS", str(tmp_path / "keys"))
    made = Places.here()
    made.make()
    return made


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037")])
def test_a_code_is_what_an_authenticator_shows(at, code):
    """The last six digits of RFC 6238, appendix B."""
    assert base64.b32decode(ROSA.totp) == b"12345678901234567890"
    assert ROSA.code(at) == code


def test_the_people_are_kept_for_the_next_run_and_for_nobody_else(places: Places):
    assert people.read(places) == []
    people.write(places, [ROSA])
    assert people.read(places) == [ROSA]
    assert stat.S_IMODE((places.keys / people.FILE).stat().st_mode) == 0o600


def test_everybody_is_listed_with_what_they_sign_in_with():
    shown = people.listed([ROSA])
    for part in ("Willow", "front desk", ROSA.email, ROSA.password, ROSA.totp):
        assert part in shown


def test_somebodys_current_code_can_be_asked_for(places: Places, capsys):
    people.write(places, [ROSA])
    assert main.main(["demo-code", "rosa"]) == 0
    assert capsys.readouterr().out.split() in ([ROSA.code(), ROSA.email], [ROSA.code(), ROSA.email])
    assert main.main(["demo-code", "nobody"]) == 1
    assert capsys.readouterr().err.startswith("NOT_FOUND")


def test_real_data_is_never_made_a_demo_nor_reset(places: Places):
    (places.home / "data").mkdir()
    with pytest.raises(Refusal) as refused:
        demo.refuse_real_data(places)
    assert refused.value.code == "NOT_A_DEMO"
    assert main.main(["demo", "--reset", "--once"]) == 1
    assert (places.home / "data").exists()


def test_starting_over_deletes_the_demos_secrets_and_nothing_else(places: Places):
    people.write(places, [ROSA])
    (places.keys / "anchor.jsonl").write_text("{}")
    (places.keys / "somebody.elses").write_text("kept")
    demo.reset(places)
    assert [path.name for path in places.keys.iterdir()] == ["somebody.elses"]


def test_a_step_that_fails_ends_the_demo(monkeypatch):
    monkeypatch.setattr("subprocess.run", lambda *a, **k: subprocess.CompletedProcess(a, 1))
    with pytest.raises(Refusal) as refused:
        demo.step("init")
    assert refused.value.code == "STEP_FAILED"


def test_a_demo_nobody_can_sign_in_to_fails(monkeypatch):
    monkeypatch.setattr(probe, "answers", lambda port: True)
    monkeypatch.setattr(probe, "sign_in", lambda port, person: probe.Page("/your-sign-in/", 401, ""))
    with pytest.raises(Refusal) as refused:
        demo.prove(Site(), [ROSA], lambda site, turn: turn())
    assert (refused.value.code, refused.value.facts["why"]) == (
        "DEMO_FAILED",
        "/your-sign-in/ answered 401 to front_desk",
    )


def test_a_demo_that_never_answers_fails(monkeypatch):
    monkeypatch.setattr(probe, "answers", lambda port: False)
    monkeypatch.setattr(demo, "PATIENCE", 0.0)
    with pytest.raises(Refusal) as refused:
        demo.prove(Site(), [ROSA], lambda site, turn: turn())
    assert refused.value.code == "DEMO_FAILED"


def test_a_server_that_does_not_answer_is_said_to_be_down(capsys):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert main.main(["ping", "--port", str(port)]) == 1
    assert str(port) in capsys.readouterr().err


@pytest.mark.slow
def test_from_nothing_to_somebody_signed_in_and_again_with_the_data_kept(installation):
    port = str(free_port())
    first = installation.keepwell("demo", "--once", "--port", port, "--patients", "2")
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[-1] == "The sign-in page answers, and front desk can sign in."
    staff = (installation.places.keys / people.FILE).read_text()
    again = installation.keepwell("demo", "--once", "--port", port)
    assert again.returncode == 0, again.stderr
    assert "made-up patients" not in again.stderr
    assert (installation.places.keys / people.FILE).read_text() == staff
    afresh = installation.keepwell("demo", "--once", "--port", port, "--patients", "2", "--reset")
    assert afresh.returncode == 0, afresh.stderr
    assert (installation.places.keys / people.FILE).read_text() != staff
