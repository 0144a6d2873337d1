"""No test reaches beyond this machine. An audit hook sees every socket Python opens, however it was imported."""

from __future__ import annotations

import ipaddress
import sys

CONNECTING = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0,
              "socket.gethostbyname": 0}  # fmt: skip


class ReachedOut(RuntimeError):
    """A test tried to leave this machine."""


def here(address: object) -> bool:
    """Whether an address is this machine: a Unix socket, no address, or loopback."""
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(address, str | bytes) and "/" in str(address):
        return True
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in CONNECTING:
        address = arguments[CONNECTING[event]]
        if not here(address):
            raise ReachedOut(f"{event} to {address!r}: tests stay on this machine.")


def shut() -> None:
    """From now on, for this process. An audit hook cannot be taken away again."""
    sys.addaudithook(_watch)
