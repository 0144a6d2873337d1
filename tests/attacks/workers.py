"""The real web server with two workers, and a browser that is nothing but HTTP and cookies."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connections

from tests.rig import mine

TOP = Path(__file__).resolve().parents[2]
PATIENCE = 60


class Workers:
    """Two granian workers on this test's database."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "1",
                   "--workers-kill-timeout", "10", "--host", "127.0.0.1", "--port", str(self.port),
                   "--log-level", "error", "config.wsgi:application"]  # fmt: skip
        self.process = subprocess.Popen(
            command, cwd=TOP, env=os.environ | {"PYTHONPATH": str(TOP)}, start_new_session=True
        )
        self._wait()

    def _wait(self) -> None:
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience and self.process.poll() is None:
            try:
                Browser(self).get("/sign-in/")
            except OSError:
                time.sleep(0.1)
            else:
                return
        self.stop()
        raise RuntimeError("the web server did not start")

    def that_served(self) -> int:
        """How many workers asked custody to count an attempt or keep an entry: each has one connection for that."""
        asked = (
            "SELECT count(DISTINCT pid) FROM pg_stat_activity WHERE datname = %s AND pid <> ALL (%s)"
            r" AND query ~ 'custody\.(attempt|record|forgive|whoami|identity_providers)\('"
        )
        with mine.server.admin() as admin:
            row = admin.execute(asked, [mine.database, _own_backends()]).fetchone()
        assert row is not None
        return int(row[0])

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def _own_backends() -> list[int]:
    """This process's own connections, which run the tests and serve no browser."""
    return [c.connection.info.backend_pid for c in connections.all(initialized_only=True) if c.connection is not None]


class Browser:
    """Keeps cookies, answers with the form token it was given, follows nothing."""

    def __init__(self, workers: Workers) -> None:
        self.port = workers.port
        self.cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str) -> tuple[int, str]:
        return self._asked("GET", path, None)

    def post(self, path: str, **said: str) -> tuple[int, str]:
        return self._asked("POST", path, urlencode(said | {"csrfmiddlewaretoken": self.token}))

    def _asked(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Connection": "close",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for given in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(given).items():
                self.cookies[name] = morsel.value
        if found := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text):
            self.token = found[1]
        return answer.status, text


@pytest.fixture(scope="module")
def workers(django_db_setup: None) -> Iterator[Workers]:
    running = Workers()
    try:
        yield running
    finally:
        running.stop()
