"""The processes that are Keepwell, and what must be right before any of them starts."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from keepwell.base.refusal import Refusal
from keepwell.cli.supervisor import Child
from keepwell.operations.addresses import embedded

WORKERS = 2


@dataclass(frozen=True)
class Site:
    """Where and how pages are served."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = WORKERS
    certificate: Path | None = None
    key: Path | None = None
    reload: bool = False

    @property
    def address(self) -> str:
        scheme = "https" if self.certificate else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{'localhost' if host == '127.0.0.1' else host}:{self.port}/"

    def prepare(self) -> None:
        """Tell the settings, which this process and its children read, what this site is like."""
        if bool(self.certificate) != bool(self.key):
            raise Refusal("TLS_HALF_GIVEN")
        if self.certificate:
            os.environ["KEEPWELL_TLS"] = "1"
        named = self.host.strip("[]") not in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
        if "KEEPWELL_HOSTS" not in os.environ and named:
            hosts = {"localhost", "127.0.0.1", "[::1]", f"[{self.host}]" if ":" in self.host else self.host}
            os.environ["KEEPWELL_HOSTS"] = ",".join(sorted(hosts))


def web(site: Site) -> Child:
    """Pages and the API. One blocking thread each: more make the slowest request ten times slower."""
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application",
        "--host", site.host, "--port", str(site.port), "--workers", str(site.workers), "--blocking-threads", "1",
        "--workers-kill-timeout", "1" if site.reload else "10", "--respawn-failed-workers", "--no-ws",
        "--log-level", "warning",
    ]  # fmt: skip
    if site.certificate and site.key:
        command += ["--ssl-certificate", str(site.certificate), "--ssl-keyfile", str(site.key)]
    if site.reload:
        command += ["--reload", "--reload-paths", "src", "--reload-paths", "config"]
    return Child("web", command)


def children(site: Site) -> list[Child]:
    """Everything, in the order of need. The database only when it is ours to run."""
    database = [keepwell("postgres", "postgres", "run")] if embedded() else []
    return [*database, web(site), keepwell("worker", "worker"), keepwell("sequencer", "sequencer")]


def keepwell(name: str, *words: str) -> Child:
    """A command of ours as a child."""
    return Child(name, [sys.executable, "-u", "-m", "keepwell.cli.main", *words])
