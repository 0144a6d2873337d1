"""Checks on the surroundings: transport, names, clock and operating-system users."""

from __future__ import annotations

import ctypes
import ipaddress
import os
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from keepwell.operations import osuser
from keepwell.operations.addresses import embedded
from keepwell.operations.doctor.findings import Finding, Severity, Situation
from keepwell.operations.postgres import Cluster

CLOCK_ERROR = 5


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    if host in ("localhost", ""):
        return host == "localhost"
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def debugging(at: Situation) -> Iterator[Finding]:
    """Django's DEBUG shows local variables, which may hold opened values, to whoever meets an error."""
    if at.debug:
        yield Finding("DEBUG_ON", Severity.FATAL, "DEBUG shows opened values on error pages.", "Set DEBUG to False.")


def any_host_name(at: Situation) -> Iterator[Finding]:
    """Answering to any name lets links in letters be forged through the Host header."""
    if any(host == "*" or host.startswith(".") for host in at.hosts):
        yield Finding(
            "HOSTS_OPEN",
            Severity.WARNING,
            "Any host name is answered.",
            "Name yours in KEEPWELL_HOSTS, without wildcards.",
        )


def no_tls(at: Situation) -> Iterator[Finding]:
    """Pages in the clear on a network (45 CFR § 164.312(e)(1))."""
    if not at.tls and not is_loopback(at.host):
        yield Finding(
            "TLS_MISSING",
            Severity.FATAL,
            f"Pages on {at.host} would travel in the clear.",
            "Give --tls-cert and --tls-key, or set KEEPWELL_TLS=proxy when a proxy in front ends TLS.",
        )


def no_tls_to_the_database(at: Situation) -> Iterator[Finding]:
    """A database on another machine, reached in the clear or without checking who answers."""
    parts = urlsplit(at.database_url)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = options.get("host") or parts.hostname or "/"
    mode = options.get("sslmode", "prefer")
    if host.startswith("/") or is_loopback(host) or mode == "verify-full":
        return
    clear = mode not in ("require", "verify-ca")
    yield Finding(
        "DATABASE_TLS_MISSING" if clear else "DATABASE_TLS_UNVERIFIED",
        Severity.FATAL if clear else Severity.WARNING,
        f"The connection to the database on {host} is {'not surely encrypted' if clear else 'not sure who answers'}.",
        "Add sslmode=verify-full and sslrootcert=… to DATABASE_URL.",
    )


def clock_state() -> int | None:
    """What adjtimex(2) says about the kernel's clock; None where it does not say."""
    if sys.platform != "linux":
        return None
    state = int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)))
    return None if state < 0 else state


def clock_unsynchronised(at: Situation) -> Iterator[Finding]:
    """An audit record is worth as much as its time (45 CFR § 164.312(b))."""
    del at
    if clock_state() == CLOCK_ERROR:
        yield Finding(
            "CLOCK_UNSYNCHRONISED",
            Severity.WARNING,
            "The kernel does not know its clock to be right.",
            "Run a time service (chrony, systemd-timesyncd) here or on the host of this machine.",
        )


def running_as_root(at: Situation) -> Iterator[Finding]:
    """Root can do everything a mistake asks of it."""
    del at
    if os.geteuid() == 0:
        yield Finding("RUNS_AS_ROOT", Severity.WARNING, "Keepwell runs as root.", "Run it as a user of its own.")


def one_os_user(at: Situation) -> Iterator[Finding]:
    """Where one OS user is both the owner of the database and the application, custody is weaker. Said plainly."""
    if embedded(at.environ):
        yield Finding(
            "ONE_OS_USER",
            Severity.NOTE,
            f"The user {osuser.me().pw_name} runs the application and, with the embedded server, is also the owner of "
            "the database. Custody then stops mistakes and stolen database passwords, not that OS user.",
            "For more, run PostgreSQL under its own user or on its own machine and set DATABASE_URL.",
        )


def server_shares_its_user(at: Situation) -> Iterator[Finding]:
    """`nobody` runs other things too, and they could read the data."""
    if embedded(at.environ) and Cluster(at.places).user.pw_name == "nobody":
        yield Finding(
            "SERVER_RUNS_AS_NOBODY",
            Severity.WARNING,
            "The database runs as nobody, as other programs may.",
            f"useradd --system {osuser.OUR_OWN}, then give it the data folder.",
        )
