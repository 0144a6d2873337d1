"""HTTPS as connectors speak it: only https, the address looked up once and pinned, nothing private, no redirects.

A host name is resolved here, every address it has is judged, and the connection goes to the one that was judged: a
name that answers differently a moment later leads nowhere (server-side request forgery, CWE-918).
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from keepwell.base.refusal import Refusal
from keepwell.outbound.connectors.base import SECONDS

MOST = 64 * 1024
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Away(Exception):
    """Nothing was sent: nobody there, or not who the certificate says."""


class Silent(Exception):
    """Something was sent and no answer came: the other side may have it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One judged address."""

    host: str
    port: int
    path: str
    address: str


def judged(url: str, allowed: Iterable[str] = ()) -> Target:
    """Where a URL leads. Raises Refusal WEBHOOK_NOT_HTTPS, WEBHOOK_PRIVATE; Away when the name leads nowhere."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise Refusal("WEBHOOK_NOT_HTTPS", field="url")
    port = parts.port or 443
    addresses = _addresses(parts.hostname, port)
    networks = [ipaddress.ip_network(each) for each in allowed]
    if not addresses or not all(_open(address, networks) for address in addresses):
        raise Refusal("WEBHOOK_PRIVATE", field="url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname, port, path, addresses[0])


def _addresses(host: str, port: int) -> list[str]:
    """Every address of a host, asked for once; one written as a number is its own."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError:
        raise Away from None


def _open(address: str, allowed: Iterable[Network]) -> bool:
    """Whether an address may be reached: a public one, or one in a network the practice named."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    if any(ip.version == network.version and ip in network for network in allowed):
        return True
    return ip.is_global and not ip.is_multicast


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allowed: Iterable[str] = (), authority: Any = None
) -> Answer:
    """Sends a body and waits for the answer. Raises Away, Silent and the refusals of `judged`."""
    target = judged(url, allowed)
    connection = http.client.HTTPConnection(target.host, target.port, timeout=SECONDS)
    try:
        connection.sock = _secured(target, authority)
    except OSError:
        raise Away from None
    try:
        connection.request("POST", target.path, body, dict(headers))
        response = connection.getresponse()
        after = response.getheader("Retry-After", "")
        return Answer(response.status, response.read(MOST), int(after) if after.isdecimal() else None)
    except (OSError, http.client.HTTPException):
        raise Silent from None
    finally:
        connection.close()


def _secured(target: Target, authority: Any) -> ssl.SSLSocket:
    trusts = ssl.create_default_context(cadata=str(authority) if authority else None)
    trusts.minimum_version = ssl.TLSVersion.TLSv1_2
    plain = socket.create_connection((target.address, target.port), timeout=SECONDS)
    try:
        return trusts.wrap_socket(plain, server_hostname=target.host)
    except OSError:
        plain.close()
        raise
