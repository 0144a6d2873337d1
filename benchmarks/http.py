"""Pages through the real web server: signed in, audited, eight at once; what a request costs the processor.

Beside them the least such a page could be: the same server and framework with no session, no audit and nothing sealed,
answering with fifty rows of a plain table and as many bytes.
"""

from __future__ import annotations

import os
import signal
import socket  # noqa: TID251 - our own server, on loopback only
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection  # noqa: TID251 - asks our own server, on loopback only
from pathlib import Path

from benchmarks import house, stage
from benchmarks.measure import Row, nth
from keepwell.base.actor import Role
from keepwell.cli import probe
from keepwell.cli.people import Somebody
from keepwell.cli.serving import Site, web
from keepwell.operations.places import APPLICATION
from tests.rig.server import TOP

AT_ONCE = 8
TICK = 1000 / os.sysconf("SC_CLK_TCK")
AUDITED = "≥ 296/s, ≤ 4.8 ms (a peer's audited read of one patient)"


def run(tiny: bool) -> dict[str, Row]:
    """A list of fifty, a whole chart and the page of one person."""
    patients, requests = (2, 8) if tiny else (50, 800)
    clinic = house.build(patients)
    _plain_rows(patients)
    with _serving("config.wsgi:application") as server, _serving("benchmarks.plain:application") as plain:
        cookies = _signed_in(server.port, clinic.somebody(Role.PRACTITIONER))
        pages = {
            f"a list of {patients} patients": "/patients/?show=mine",
            "a chart": f"/patients/{clinic.patients[0]}/",
            "who a patient is": f"/patients/{clinic.patients[0]}/about/",
        }
        return {what: _page(server, plain, path, cookies, requests, patients) for what, path in pages.items()}


class Serving:
    """A web server with workers, and the processor time it and its database connections have used so far."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.process = port, process

    def web_ms(self) -> float:
        return sum(map(_cpu_ms, _family(self.process.pid)))

    @staticmethod
    def database_ms() -> float:
        """All backends of the application role in this database; each runs on this machine."""
        with stage.owner() as owner:
            found = owner.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = %s", [APPLICATION]
            ).fetchall()
        return sum(_cpu_ms(pid) for (pid,) in found)


def _page(server: Serving, plain: Serving, path: str, cookies: str, requests: int, rows: int) -> Row:
    size = len(_asked(server.port, path, cookies, 2)[1])
    bare = f"/{rows}/{size}"
    _load(plain, bare, "", 2 * AT_ONCE), _load(server, path, cookies, 2 * AT_ONCE)
    audited, reference = _load(server, path, cookies, requests), _load(plain, bare, "", requests)
    return {
        "unit": "ms CPU",
        "median": audited["web"],
        "reference": reference["web"],
        "ratio": round(audited["web"] / max(reference["web"], 0.001), 2),
        "against": f"{rows} plain rows and {size:,} bytes from the same server, {reference['rate']}/s",
        "database CPU ms": audited["database"],
        "per second": audited["rate"],
        "p50 ms": audited["p50"],
        "p95 ms": audited["p95"],
        "alone p50 ms": _load(server, path, cookies, max(requests // 8, 4), at_once=1)["p50"],
        "bytes": size,
        "target": AUDITED,
    }


def _load(serving: Serving, path: str, cookies: str, requests: int, at_once: int = AT_ONCE) -> dict[str, float]:
    before = serving.web_ms(), serving.database_ms()
    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        each = requests // at_once
        took = [
            t
            for chunk in pool.map(lambda _: _asked(serving.port, path, cookies, each)[0], range(at_once))
            for t in chunk
        ]
    seconds = time.perf_counter() - began
    web, database = serving.web_ms() - before[0], serving.database_ms() - before[1]
    return {
        "web": round(web / len(took), 2),
        "database": round(database / len(took), 2),
        "rate": round(len(took) / seconds, 1),
        "p50": round(nth(took, 0.5) * 1000, 1),
        "p95": round(nth(took, 0.95) * 1000, 1),
    }


def _asked(port: int, path: str, cookies: str, times: int) -> tuple[list[float], bytes]:
    """The same page over one connection, again and again."""
    took, body = [], b""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(times):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Host": f"localhost:{port}", "Cookie": cookies})
        answer = connection.getresponse()
        body = answer.read()
        took.append(time.perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.getheader('Location', '')}")
    connection.close()
    return took, body


def _signed_in(port: int, person: Somebody) -> str:
    visitor = probe.Visitor(port)
    asked = visitor.submit(visitor.get("/sign-in/"), email=person.email, password=person.password, next="/")
    visitor.submit(asked, code=person.code())
    return "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())


def _plain_rows(many: int) -> None:
    with stage.owner() as owner:
        owner.execute(
            "CREATE TABLE plain_patient (id uuid PRIMARY KEY, given text, family text, born date, number text)"
        )
        owner.execute(
            "INSERT INTO plain_patient SELECT gen_random_uuid(), 'Ada', 'Lovelace', '1985-12-10', '10000001'"
            " FROM generate_series(1, %s)",
            [many],
        )
        owner.execute("GRANT SELECT ON plain_patient TO keepwell_app")


@contextmanager
def _serving(application: str) -> Iterator[Serving]:
    """Two workers, one thread each, exactly as `keepwell serve` runs them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [application if word == "config.wsgi:application" else word for word in web(Site(port=port)).command]
    environment = os.environ | {"PYTHONPATH": f"{TOP / 'src'}:{TOP}"}
    process = subprocess.Popen(command, cwd=TOP, env=environment, start_new_session=True, stdout=sys.stderr)
    try:
        until = time.monotonic() + 60
        while not _listens(port) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        yield Serving(port, process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _family(pid: int) -> list[int]:
    """A process and everything it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(found for child in children for found in _family(int(child)))]


def _cpu_ms(pid: int) -> float:
    """What a process used so far, its threads included (proc(5): utime and stime)."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) * TICK
