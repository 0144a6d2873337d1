"""The command line as someone at a terminal meets it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from keepwell.base.refusal import Refusal
from keepwell.cli import main
from keepwell.cli.ports import must_be_free
from keepwell.cli.serving import Site, children, web
from keepwell.cli.tests.conftest import WHO, free_port
from keepwell.operations.pgprocesses import running
from keepwell.operations.places import APPLICATION


def test_the_overview_names_every_command_with_what_it_does(capsys):
    assert main.main([]) == 0
    shown = capsys.readouterr().out
    for path in main.COMMANDS.glob("[a-z]*.py"):
        assert path.stem.replace("_", "-") in shown
        assert main.purpose(path.stem).endswith((".", ":")), path.stem


def test_a_command_that_does_not_exist_is_refused_and_the_others_shown(capsys):
    assert main.main(["frobnicate"]) == 2
    assert "serve" in capsys.readouterr().err


def test_asking_for_help_imports_no_command():
    script = "import sys; from keepwell.cli.main import main; main(['--help']); print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_a_refusal_is_shown_by_name_with_the_next_step(installation):
    done = installation.keepwell("database-url")
    assert done.returncode == 1
    assert done.stderr.startswith("SECRET_MISSING: ")
    assert "keepwell init" in done.stderr


def test_nothing_to_start_when_the_database_is_somebody_elses(installation):
    done = installation.keepwell("postgres", "start", DATABASE_URL="postgresql://db.example/keepwell")
    assert (done.returncode, done.stderr.split(":")[0]) == (1, "NOT_EMBEDDED")


def test_an_external_database_needs_a_password_for_the_application(installation):
    done = installation.keepwell(
        "init", DATABASE_URL="postgresql://keepwell_app@/keepwell?host=/nowhere",
        KEEPWELL_OWNER_DATABASE_URL="postgresql://postgres@/postgres?host=/nowhere")  # fmt: skip
    assert (done.returncode, done.stderr.split(":")[0]) == (1, "PASSWORD_MISSING")


def test_from_nothing_to_a_database_that_answers_and_again_without_harm(installation):
    first = installation.keepwell("init")
    assert first.returncode == 0, first.stderr
    key = installation.places.secret("root.key")
    again = installation.keepwell("init")
    assert again.returncode == 0, again.stderr
    assert "The schema is up to date." in again.stderr
    assert installation.places.secret("root.key") == key
    assert installation.keepwell("postgres", "status").stdout.startswith("stopped")

    assert installation.keepwell("postgres", "start").returncode == 0
    assert installation.keepwell("postgres", "status").stdout.startswith("running")
    url = installation.keepwell("database-url").stdout.strip()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (APPLICATION,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM django_migrations")
    doctor = installation.keepwell("doctor", "--json")
    assert doctor.returncode == 0, doctor.stdout
    assert not [finding for finding in json.loads(doctor.stdout) if finding["severity"] == "fatal"]
    assert installation.keepwell("console", "-c", "print(6 * 7)", *WHO).stdout.strip() == "42"
    assert installation.keepwell("postgres", "stop").returncode == 0


def test_it_refuses_to_serve_while_something_is_fatal(ready):
    key = ready.places.keys / "django.key"
    key.chmod(0o644)
    try:
        doctor = ready.keepwell("doctor")
        serve = ready.keepwell("serve", "--port", "0", "--host", "192.0.2.1")
    finally:
        key.chmod(0o600)
    assert (doctor.returncode, "KEY_READABLE" in doctor.stdout) == (1, True)
    assert serve.returncode == 1
    refused = next(line for line in serve.stderr.splitlines() if line.startswith("UNSAFE: "))
    assert "KEY_READABLE" in refused
    assert "TLS_MISSING" in refused


class Served:
    """`keepwell serve` in a process of its own."""

    def __init__(self, installation, port: int, output: Path) -> None:
        self.output = output
        with output.open("w") as file:
            command = installation.command(["serve", "--port", str(port), "--workers", "1"])
            self.process = subprocess.Popen(command, env=installation.environment, stdout=file, stderr=file)

    def descendants(self) -> set[int]:
        found = {self.process.pid}
        for _ in range(4):
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                except OSError:
                    continue
                if parent in found:
                    found.add(int(folder.name))
        return found - {self.process.pid}

    def until_it_answers(self, port: int) -> None:
        import http.client

        for _ in range(1200):
            assert self.process.poll() is None, self.output.read_text()
            try:
                asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                asked.request("GET", "/")
                asked.getresponse().read()
            except OSError:
                time.sleep(0.05)
            else:
                return
            finally:
                asked.close()
        raise AssertionError(self.output.read_text())


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_serves_until_it_is_ended_and_leaves_no_process_behind(ready, tmp_path, sign):
    port = free_port()
    served = Served(ready, port, tmp_path / "output")
    try:
        served.until_it_answers(port)
        assert ready.keepwell("ping", "--port", str(port)).returncode == 0
        left = served.descendants()
        assert len(left) >= 4  # database keeper, web and its worker, jobs, sequencer
        served.process.send_signal(sign)
        assert served.process.wait() == (-9 if sign == signal.SIGKILL else 0), served.output.read_text()
        for _ in range(2000):
            if not left & running() and not (ready.places.home / "data" / "postmaster.pid").exists():
                return
            time.sleep(0.01)
        raise AssertionError(f"left behind: {left & running()}")
    finally:
        served.process.kill()
        served.process.wait()


def test_a_port_that_is_taken_is_refused_before_anything_starts():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.raises(Refusal) as refused:
        must_be_free("127.0.0.1", listening.getsockname()[1])
    assert refused.value.code == "PORT_TAKEN"


def test_a_certificate_without_its_key_is_refused(tmp_path):
    with pytest.raises(Refusal) as refused:
        Site(certificate=tmp_path / "cert.pem").prepare()
    assert refused.value.code == "TLS_HALF_GIVEN"


def test_with_a_certificate_the_settings_hear_of_tls(tmp_path, monkeypatch):
    monkeypatch.delenv("KEEPWELL_TLS", raising=False)
    site = Site(host="192.0.2.7", port=443, certificate=tmp_path / "cert.pem", key=tmp_path / "key.pem")
    monkeypatch.delenv("KEEPWELL_HOSTS", raising=False)
    site.prepare()
    told = (os.environ.pop("KEEPWELL_TLS"), os.environ.pop("KEEPWELL_HOSTS").split(","))
    assert told == ("1", ["127.0.0.1", "192.0.2.7", "[::1]", "localhost"])
    assert site.address == "https://192.0.2.7:443/"
    assert "--ssl-certificate" in web(site).command


def test_the_database_is_among_the_children_only_when_it_is_ours(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/keepwell")
    assert [child.name for child in children(Site())] == ["web", "worker", "sequencer"]
    monkeypatch.delenv("DATABASE_URL")
    assert [child.name for child in children(Site())] == ["postgres", "web", "worker", "sequencer"]


def test_what_reading_changed_source_again_needs_is_in_the_development_environment():
    assert "--reload" in web(Site(reload=True)).command
    assert find_spec("watchfiles")
