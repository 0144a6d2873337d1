"""HTTPS as connectors speak it: only https, the address looked up once and pinned, nothing private, no redirects.

A host name is resolved here, every address it has is judged, and the connection goes to the one that was judged: a
name that answers differently a moment later leads nowhere (server-side request forgery, CWE-918). What lies in a
practice's own networks may be named; this machine only where the operator says so (KEEPWELL_LOOPBACK_CARRIERS).
"""

from __future__ import annotations

import http.client
import ipaddress
import math
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from keepwell.base import addresses
from keepwell.base.refusal import Refusal
from keepwell.outbound.connectors.base import SECONDS
from keepwell.vault.uploads import Spool

MOST = PIECE = 64 * 1024
LONGEST = 15.0
"""Seconds a file may take to come, all of it together: somebody's call waits for it."""


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
    """Where a URL leads. Raises Refusal WEBHOOK_NOT_HTTPS, WEBHOOK_PRIVATE, NETWORK_UNREADABLE; Away when nowhere."""
    try:
        place = addresses.place(url)
    except ValueError:
        raise Refusal("WEBHOOK_NOT_HTTPS", field="url") from None
    try:
        own = addresses.networks(",".join(allowed))
    except ValueError:
        raise Refusal("NETWORK_UNREADABLE", field="networks") from None
    found = _addresses(place.host, place.port)
    if not found or not all(_open(address, own) for address in found):
        raise Refusal("WEBHOOK_PRIVATE", field="url")
    return Target(place.host, place.port, place.path, found[0])


def _addresses(host: str, port: int) -> list[str]:
    """Every address of a host, asked for once; one written as a number is its own."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise Away from None


def _open(address: str, own: Iterable[addresses.Network]) -> bool:
    """Whether an address may be reached: a public one, or one in a network the practice named."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return addresses.open_to(ip, own, loopback=settings.KEEPWELL_LOOPBACK_CARRIERS)


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allowed: Iterable[str] = (), authority: Any = None
) -> Answer:
    """Sends a body and waits for the answer. Raises Away, Silent and the refusals of `judged`."""
    target = judged(url, allowed)
    connection = http.client.HTTPConnection(target.host, target.port, timeout=SECONDS)
    try:
        connection.sock = _secured(target, authority)
        _begun(connection, target.path, body, headers)
    except (OSError, ValueError, http.client.InvalidURL):
        connection.close()
        raise Away from None
    try:
        connection.endheaders(body)
        response = connection.getresponse()
        after = response.getheader("Retry-After", "")
        return Answer(response.status, response.read(MOST), int(after) if after.isdecimal() else None)
    except (OSError, http.client.HTTPException):
        raise Silent from None
    finally:
        connection.close()


def _begun(connection: http.client.HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]) -> None:
    """The head of a request, put together; nothing of it is sent yet, so what breaks here was not sent."""
    connection.putrequest("POST", path)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)


def fetch(
    url: str, headers: Mapping[str, str], most: int, *, allowed: Iterable[str] = (), authority: Any = None
) -> Spool | None:
    """What lies there, sealed as it comes, `most` bytes and one of it; None when the answer is no plain yes.

    No redirect is followed, nothing is unpacked, and all of it is over in `LONGEST`. Raises Away, Silent and the
    refusals of `judged`.
    """
    until = time.monotonic() + LONGEST
    target = judged(url, allowed)
    connection = http.client.HTTPConnection(target.host, target.port, timeout=SECONDS)
    try:
        connection.sock = _secured(target, authority, until)
    except (OSError, ValueError):
        connection.close()
        raise Away from None
    try:
        connection.request("GET", target.path, headers={"Accept-Encoding": "identity", **headers})
        with connection.getresponse() as response:
            if response.status != http.client.OK or response.getheader("Content-Encoding", "identity") != "identity":
                return None
            return _spooled(response, most)
    except (OSError, ValueError, http.client.HTTPException):
        raise Silent from None
    finally:
        connection.close()


def _spooled(response: http.client.HTTPResponse, most: int) -> Spool:
    spool = Spool()
    try:
        while spool.size <= most and (piece := response.read(min(PIECE, most + 1 - spool.size))):
            spool.write(piece)
    except BaseException:
        spool.close()
        raise
    return spool


class _Timed(ssl.SSLSocket):
    """Each read waits only for what is left of the whole: bytes that trickle in win no time (CWE-400)."""

    until = math.inf

    def recv_into(self, *asked: Any, **more: Any) -> int:
        self.settimeout(_left(self.until))
        return super().recv_into(*asked, **more)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(SECONDS, left)


def _secured(target: Target, authority: Any, until: float = math.inf) -> ssl.SSLSocket:
    trusts = ssl.create_default_context(cadata=str(authority) if authority else None)
    trusts.minimum_version = ssl.TLSVersion.TLSv1_2
    trusts.sslsocket_class = _Timed
    plain = socket.create_connection((target.address, target.port), timeout=_left(until))
    try:
        plain.settimeout(_left(until))
        secured = trusts.wrap_socket(plain, server_hostname=target.host)
        assert isinstance(secured, _Timed)
        secured.until = until
        return secured
    except OSError:
        plain.close()
        raise
